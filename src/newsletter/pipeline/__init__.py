"""pipeline: load → check → compose → channels, on one screen."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from newsletter import load, workers
from newsletter.channels import CHANNELS
from newsletter.check import fix
from newsletter.check.checker import Checker
from newsletter.check.duplicates import Claim, claims, find_clashes
from newsletter.compose import compose
from newsletter.load.assets import AssetRefused, ProjectFiles
from newsletter.load.settings import load_settings
from newsletter.model import Announcement, Artefact, Asset, IssueFile, Publication, Settings, Share, Source
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.outbox.inputs import fingerprint, surroundings
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.rules.written.review import review, review_codes
from newsletter.rules.written.text import SourceText

if TYPE_CHECKING:
    from newsletter.pipeline.render import RenderStage

Review = Callable[[Announcement | IssueFile], None]
# Told how many announcements were read so far, and of how many.
OnProgress = Callable[[int, int], None]

Kept = TypeVar("Kept")
Kept_co = TypeVar("Kept_co", covariant=True)


class Sink(Protocol[Kept_co]):
    """Where artefacts go."""

    def take(self, artefact: Artefact) -> Kept_co:
        """What is kept of one."""

    def standing(self, fingerprint: str, jobs: int, /) -> Iterable[Kept_co] | None:
        """What is kept of all when they stand there already, made of what has this fingerprint, as so many processes
        see; else None.
        """

    def commit(self, fingerprint: str, /) -> None:
        """All were taken in, and were made of what has this fingerprint."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with settings, announcements and templates."""

    root: Path
    settings: Settings


def open_project(root: Path, problems: Problems) -> Project:
    """The project at `root`. Raises Aborted when its settings cannot be used."""
    return Project(root, load_settings(root, problems))


@dataclass(frozen=True, slots=True)
class CheckedSources:
    """All announcements that could be read, visible or not, and what belongs to them."""

    announcements: tuple[Announcement, ...]
    issue_files: tuple[IssueFile, ...]
    paths: frozenset[str]
    logo: Asset | None


def check_sources(
    project: Project,
    problems: Problems,
    look: Review = lambda _: None,
    *,
    jobs: int = 1,
    overlap: Callable[[], None] = workers.nothing,
    on_progress: OnProgress = lambda done, of: None,
) -> CheckedSources:
    """Every announcement and issue file, checked, by so many processes (0: as many as pay); `look` sees each.

    `on_progress` is told of each announcement. While other processes read already, if there are any, this one does what
    is to be done `overlap`.
    """
    files = ProjectFiles(project.root, project.settings.attachments)
    checker = Checker(project.settings, files, problems)
    names = tuple(load.paths(project.root, "announcements", problems))
    processes = jobs or workers.worker_count(len(names))
    many = len(names) > workers.LARGE_SITE

    def examine(share: Share) -> Iterator[_Examined]:
        for source in load.read_each(project.root, share.of(names), problems):
            each = _examined(source, checker, look)
            # What travels does so sealed. What stays here stays open, unless there is too much of it.
            if each.announcement and (many or not share.first):
                each.announcement.seal()
            yield each

    examined: list[_Examined] = []
    for each in workers.spread(examine, problems, processes, overlap=overlap):
        examined.append(each)
        on_progress(len(examined), len(names))
    examined.sort(key=lambda each: each.path)  # in the order of the files, however many processes read them
    find_clashes((claim for each in examined for claim in each.claims), problems)
    return CheckedSources(
        tuple(each.announcement for each in examined if each.announcement is not None),
        tuple(_issue_files(project, checker, look, problems)),
        frozenset(each.path for each in examined),
        find_logo(project.settings, files, problems),
    )


def _issue_files(project: Project, checker: Checker, look: Review, problems: Problems) -> Iterator[IssueFile]:
    for source in load.load_issues(project.root, problems):
        issue_file = checker.issue_file(source)
        if issue_file is not None:
            look(issue_file)
            yield issue_file


class _Examined(NamedTuple):
    """A file that could be read: the names that it claims, and what it says, unless it holds an error."""

    path: str
    claims: tuple[Claim, ...]
    announcement: Announcement | None


def _examined(source: Source, checker: Checker, look: Review) -> _Examined:
    claimed = tuple(claims(source, checker.settings))
    announcement = checker.announcement(source)
    if announcement is not None:
        look(announcement)
    return _Examined(source.path, claimed, announcement)


def read(
    project: Project,
    now: datetime,
    problems: Problems,
    *,
    thorough: bool = False,
    jobs: int = 1,
    overlap: Callable[[], None] = workers.nothing,
    on_progress: OnProgress = lambda done, of: None,
) -> Publication:
    """The publication at `now`; every file that could be read is reviewed, visible or not (see `build`)."""
    chosen = ProjectSettings(project.root, project.settings)

    def look(written: Announcement | IssueFile) -> None:
        review(written, chosen, problems, thorough=thorough)

    found = check_sources(project, problems, look, jobs=jobs, overlap=overlap, on_progress=on_progress)
    review_codes(chosen, problems)
    return compose(
        project.settings, found.announcements, found.issue_files, now, problems, paths=found.paths, logo=found.logo
    )  # fmt: skip


def build(
    project: Project,
    now: datetime,
    problems: Problems,
    only: Collection[str] = CHANNELS,
    *,
    jobs: int = 0,
    thorough: bool = False,
    on_progress: OnProgress = lambda done, of: None,
) -> Iterator[Artefact]:
    """Every file of the outbox at `now`, as it is made, by the channels in `only`.

    `jobs` is the number of processes (0: as many as pay). Faults go to `problems`. When
    `thorough`, every rule looks at what is made, not only those that may stop a build; that is one
    process's work.

    Raises Aborted when the announcements hold an error: then nothing is to be published.
    """
    publication = read(project, now, problems, thorough=thorough, jobs=1 if thorough else jobs, on_progress=on_progress)
    if problems.fatal:
        raise Aborted
    yield from _maker(project, problems, only).make(lambda artefact: artefact, publication, jobs, thorough=thorough)


def build_kept(
    intake: Sink[Kept],
    project: Project,
    now: datetime,
    problems: Problems,
    only: Collection[str] = CHANNELS,
    *,
    jobs: int = 0,
    on_progress: OnProgress = lambda done, of: None,
) -> Iterator[Kept]:
    """As build(): what `intake` gives for every file, taken in by the process that made it, or standing already."""
    around = surroundings(project.root, project.settings)
    maker = cache(partial(_maker, project, problems, only))
    publication = read(project, now, problems, jobs=jobs, overlap=lambda: maker().prepare(), on_progress=on_progress)
    if problems.fatal:
        raise Aborted
    origin = fingerprint(around, publication, only)
    standing = intake.standing(origin, jobs)
    if standing is not None:
        yield from standing
        return
    found = len(problems)
    yield from maker().make(intake.take, publication, jobs)
    # What is wrong with files as they were made has to be told each time; what was changed meanwhile, made again.
    # Assets are compared with what was measured when they are copied.
    if len(problems) == found and surroundings(project.root, project.settings) == around:
        intake.commit(origin)


def _maker(project: Project, problems: Problems, only: Collection[str]) -> "RenderStage":
    """Raises Aborted when there is no theme of the chosen name."""
    from newsletter.pipeline.render import RenderStage, open_templates  # noqa: PLC0415 (for what makes nothing, they are in vain)

    return RenderStage(project.root, open_templates(project.root, project.settings, problems), problems, only)


def check(project: Project, now: datetime, problems: Problems) -> None:
    """Everything that is wrong at `now`, by every rule that needs no other tool.

    Raises Aborted when the announcements or templates hold an error that ends the run.
    """
    for _ in build(project, now, problems, thorough=True):
        pass


def outgoing(project: Project, now: datetime) -> Iterator[tuple[str, Place]]:
    """Every web address that visible announcements and issues link to, less our own, with its places."""
    publication = read(project, now, Problems())
    files = (issue.file for issue in publication.issues if issue.file)
    holders: tuple[Announcement | IssueFile, ...] = (*publication.announcements, *files)
    for holder in holders:
        for _, target, place in SourceText(holder, project.settings).links:
            found = holder.targets.get(target)
            if (
                found
                and not found.site
                and re.match("https?:", found.url)
                and not found.url.startswith(project.settings.url)
            ):
                yield found.url, place()


def find_logo(settings: Settings, files: ProjectFiles, problems: Problems) -> Asset | None:
    """The organisation's logo; None when there is none that can be used, which is then reported."""
    if not settings.organisation.logo:
        return None
    try:
        return files.find(settings.path, settings.organisation.logo, image=True, by_settings=True)
    except AssetRefused as fault:
        place = ProjectSettings(files.root, settings).place("logo", "organisation")
        problems.error(place, fault.code, f"organisation.logo: {fault.message}", fault.fix)
        return None


def write_ids(project: Project, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Write missing ids into announcement files; gives (path, id) of each that was changed."""
    # What is wrong with a file is told when it is checked.
    return fix.write_ids(project.root, tuple(load.load(project.root, Problems())), problems)


def write_typography(project: Project, problems: Problems) -> tuple[fix.Mended, ...]:
    """Mend the typography of announcement and issue files; gives those that were changed."""
    silent = Problems()
    sources = (*load.load(project.root, silent), *load.load_issues(project.root, silent))
    return fix.write_typography(project.root, sources, project.settings.language, problems)
