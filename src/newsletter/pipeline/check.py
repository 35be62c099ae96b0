"""The stage that reads and checks files and turns them into announcements. Several processes may share the work."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from newsletter import load, workers
from newsletter.check.checker import Checker
from newsletter.check.duplicates import Claim, claims, find_clashes
from newsletter.load.assets import AssetRefused, ProjectFiles
from newsletter.model import Announcement, Asset, IssueFile, Settings, Source
from newsletter.model.problems import Problems
from newsletter.pipeline.project import Project
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.rules.written.review import review, review_codes

OnProgress = Callable[[int, int], None]  # called with two numbers of announcements: checked so far, and in total


def ignore_progress(done: int, total: int) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class CheckedSources:
    """All announcements and issue files without an error, visible or not, and the logo.

    `paths` are the paths of all announcement files that could be read, even those with an error.
    """

    announcements: tuple[Announcement, ...]
    issue_files: tuple[IssueFile, ...]
    paths: frozenset[str]
    logo: Asset | None


class _CheckedFile(NamedTuple):
    """A file that could be read: the names that it claims, and its announcement, or None if it has an error."""

    path: str
    claims: tuple[Claim, ...]
    announcement: Announcement | None


@dataclass(frozen=True)
class CheckStage:
    """Reads and checks every announcement and issue file; problems go to `problems`.

    `jobs` is the number of worker processes (0: chosen automatically); `overlap` is called while they work. Unless
    `reviewed` is false, the rules for source files check each file: all of them if `thorough` is true, otherwise those
    for links.
    """

    project: Project
    problems: Problems
    jobs: int = 1
    thorough: bool = False
    reviewed: bool = True
    overlap: Callable[[], None] = workers.nothing
    on_progress: OnProgress = ignore_progress

    def run(self) -> CheckedSources:
        """Check all files. Those with an error are left out of the result."""
        settings = self.project.settings
        files = ProjectFiles(self.project.root, settings.attachments)
        checker = Checker(settings, files, self.problems)
        checked = self._announcements(checker)
        find_clashes((claim for each in checked for claim in each.claims), self.problems)
        sources = CheckedSources(
            tuple(each.announcement for each in checked if each.announcement is not None),
            tuple(self._issue_files(checker)),
            frozenset(each.path for each in checked),
            find_logo(settings, files, self.problems),
        )
        if self.reviewed:
            review_codes(self._rule_settings, self.problems)
        return sources

    def _announcements(self, checker: Checker) -> list[_CheckedFile]:
        """Check the announcement files. The result is in the order of their paths, whichever process read them."""
        paths = tuple(load.paths(self.project.root, "announcements", self.problems))

        def check(some_paths: Iterable[str]) -> Iterator[_CheckedFile]:
            for sources in workers.batches(load.read_each(self.project.root, some_paths, self.problems)):
                yield from self._check(sources, checker)

        checked: list[_CheckedFile] = []
        jobs = tuple(workers.batches(paths, workers.JOB_SIZE))
        count = self.jobs or workers.worker_count(len(paths))
        for each in workers.run(check, jobs, self.problems, count, overlap=self.overlap):
            checked.append(each)
            self.on_progress(len(checked), len(paths))
        return sorted(checked, key=lambda each: each.path)

    def _check(self, sources: Sequence[Source], checker: Checker) -> list[_CheckedFile]:
        claimed = [tuple(claims(source, checker.settings)) for source in sources]
        announcements = [checker.announcement(source) for source in sources]
        for source, announcement in zip(sources, announcements, strict=True):
            if announcement is not None:
                self._review(announcement, source)
        paths = [source.path for source in sources]
        return list(map(_CheckedFile, paths, claimed, announcements))

    def _issue_files(self, checker: Checker) -> Iterator[IssueFile]:
        for source in load.load_issues(self.project.root, self.problems):
            issue_file = checker.issue_file(source)
            if issue_file is not None:
                self._review(issue_file, source)
                yield issue_file

    def _review(self, file: Announcement | IssueFile, source: Source) -> None:
        if self.reviewed:
            review(file, source, self._rule_settings, self.problems, thorough=self.thorough)

    @cached_property
    def _rule_settings(self) -> ProjectSettings:
        return ProjectSettings(self.project.root, self.project.settings)


def find_logo(settings: Settings, files: ProjectFiles, problems: Problems) -> Asset | None:
    """Return the organisation's logo, or None. A logo that cannot be used is reported."""
    if not settings.organisation.logo:
        return None
    try:
        return files.find(settings.path, settings.organisation.logo, image=True, by_settings=True)
    except AssetRefused as fault:
        place = ProjectSettings(files.root, settings).place("organisation.logo", "organisation")
        problems.error(place, fault.code, f"organisation.logo: {fault.message}", fault.fix)
        return None
