"""Read the project repeatedly; parse and check only the files that changed.

While a file has an error, its last valid version is shown, so that a half-typed line does not blank the preview.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from newsletter import workers
from newsletter.check.checker import Checker
from newsletter.check.duplicates import Claim, claims, find_clashes
from newsletter.compose import compose
from newsletter.load import paths, read, reread
from newsletter.load.assets import ProjectFiles
from newsletter.load.settings import load_settings
from newsletter.model import SETTINGS_FILES, Announcement, IssueFile, Settings
from newsletter.model.problems import Aborted, Problem, Problems
from newsletter.pipeline.check import find_logo
from newsletter.preview.snapshot import Snapshot, SourceState, Stamp, new_collector
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.rules.written.review import review, review_codes

MANY = 100  # files that are read before the first screen is shown; their review can wait


@dataclass(slots=True)
class Reader:
    """Reads the project in the folder `root`, and caches the files that it has read."""

    root: Path
    _settings: Settings | None = None
    _settings_stamps: tuple[Stamp, ...] = ()
    _settings_problems: tuple[Problem, ...] = ()
    _settings_stale: bool = False
    _files: dict[str, SourceState] = field(default_factory=dict)

    def read(self, now: datetime) -> Snapshot:
        """Return the project as of `now`. Raises Aborted if the settings have never been valid; see `faults`."""
        settings = self._read_settings()
        problems = new_collector(settings)
        problems.extend(self._settings_problems)
        project_files = ProjectFiles(self.root, settings.attachments)
        names = [*paths(self.root, "announcements", problems), *paths(self.root, "announcements/issues", problems)]
        self._files = self._read_files(names, settings, project_files)
        find_clashes((claim for file in self._files.values() for claim in file.claims or ()), problems)
        for file in self._files.values():
            problems.suppress_like(file.collector)
        review_codes(ProjectSettings(self.root, settings), problems)
        shown = tuple(file.shown for file in self._files.values() if file.shown)
        announcements = tuple(each for each in shown if isinstance(each, Announcement))
        issue_files = tuple(each for each in shown if isinstance(each, IssueFile))
        readable = frozenset(
            path for path, file in self._files.items() if file.claims is not None and not _is_issue_file(path)
        )
        logo = find_logo(settings, project_files, problems)
        publication = compose(settings, announcements, issue_files, now, problems, paths=readable, logo=logo)
        return Snapshot(
            self.root, now, settings, self._settings_stale, self._files, announcements, issue_files, readable, logo,
            publication, problems,
        )  # fmt: skip

    def review(self, count: int) -> int:
        """Review at most `count` of the files that read() left for later, and return how many remain."""
        waiting = [file for file in self._files.values() if not file.is_reviewed]
        assert self._settings is not None or not waiting
        reviewed = {file.path: self._reviewed(file, self._settings) for file in waiting[:count] if self._settings}
        self._files = self._files | reviewed
        return len(waiting) - len(reviewed)

    @property
    def files(self) -> Mapping[str, SourceState]:
        """The state of each file, by path."""
        return self._files

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The problems of the settings."""
        return self._settings_problems

    def _read_settings(self) -> Settings:
        """Return the settings, or the last valid ones. Raises Aborted if they have never been valid."""
        stamps = tuple(stamp(self.root / name) for name in SETTINGS_FILES)
        # A change of permissions does not change the stamp, so invalid settings are always read again.
        if stamps != self._settings_stamps or self._settings_stale:
            problems = Problems()
            try:
                settings = load_settings(self.root, problems)
                if settings != self._settings:
                    # Check all files again, because the result depends on the time zone, language and URL.
                    self._files = {path: replace(each, stamp=(0, 0, 0)) for path, each in self._files.items()}
                self._settings, self._settings_stale = settings, False
            except Aborted:
                self._settings_stale = True
            self._settings_stamps, self._settings_problems = stamps, tuple(problems)
        if self._settings is None:
            raise Aborted
        return self._settings

    def _read_files(
        self, names: Sequence[str], settings: Settings, project_files: ProjectFiles
    ) -> dict[str, SourceState]:
        """Return the state of each file. If many have changed, their review is left for later."""
        files = {path: file for path in names if (file := self._unchanged(path))}
        changed = [path for path in names if path not in files]
        are_many = len(changed) > MANY

        def check(some_paths: Iterable[str]) -> Iterator[SourceState]:
            for path in some_paths:
                file = self._file(path, settings, project_files)
                yield file if are_many else self._reviewed(file, settings)

        jobs = tuple(workers.batches(changed, workers.JOB_SIZE))
        for file in workers.run(check, jobs, Problems(), workers.worker_count(len(changed))):
            files[file.path] = file
        return {path: files[path] for path in names}

    def _unchanged(self, path: str) -> SourceState | None:
        """Return the cached state of a file, or None if the file or one of its assets has changed."""
        file = self._files.get(path)
        # A file with an error is always checked again, because a missing asset may exist by now.
        if file is None or file.collector.fatal or file.stamp != stamp(self.root / path):
            return None
        return file if all(stamp(asset) == before for asset, before in file.assets) else None

    def _file(self, path: str, settings: Settings, project_files: ProjectFiles) -> SourceState:
        """Read and check a file, but do not review it."""
        before, current_stamp = self._files.get(path), stamp(self.root / path)
        problems = new_collector(settings)
        source = read(self.root, path, problems)
        checker = Checker(settings, project_files, problems)
        claimed: tuple[Claim, ...] | None = None
        checked: Announcement | IssueFile | None = None
        if source is not None and _is_issue_file(path):
            claimed, checked = (), checker.issue_file(source)
        elif source is not None:
            claimed, checked = tuple(claims(source, settings)), checker.announcement(source)
        shown = checked or (before.shown if before else None)
        assets = tuple(_assets(checked)) if checked else ()
        return SourceState(
            path, current_stamp, claimed, shown, shown is not checked, problems, tuple(problems), assets,
            is_reviewed=checked is None,
        )  # fmt: skip

    def _reviewed(self, file: SourceState, settings: Settings) -> SourceState:
        """Return the state of a file with the hints on links, writing and pictures, which take most of the time."""
        if not file.is_reviewed and file.shown is not None:
            problems, source = file.collector, reread(file.shown.source)
            # Otherwise the file has just been changed, and will soon be read again.
            if source.file.digest == file.shown.source.digest:
                review(file.shown, source, ProjectSettings(self.root, settings), problems, thorough=True)
        return replace(file, problems=tuple(file.collector), is_reviewed=True)


def stamp(path: Path | str) -> Stamp:
    """Return a value that changes when the file does; zeros if the file does not exist. Does not read the file."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def _assets(announcement: Announcement | IssueFile) -> Iterator[tuple[str, Stamp]]:
    for target in announcement.targets.values():
        if target.asset:
            yield target.asset.file, stamp(target.asset.file)


def _is_issue_file(path: str) -> bool:
    return path.startswith("announcements/issues/")
