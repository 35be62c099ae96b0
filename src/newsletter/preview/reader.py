"""Read the project repeatedly; parse and check only the files that changed.

While a file has an error, its last valid version is shown, so that a half-typed line does not blank the preview.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from newsletter.check.checker import Checker
from newsletter.check.duplicates import claims, find_clashes
from newsletter.compose import compose
from newsletter.load import paths, read
from newsletter.load.assets import ProjectFiles
from newsletter.load.settings import load_settings
from newsletter.model import SETTINGS_FILES, Announcement, IssueFile, Settings
from newsletter.model.problems import Aborted, Problem, Problems
from newsletter.pipeline.check import find_logo
from newsletter.preview.snapshot import Snapshot, SourceState, Stamp, new_collector
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.rules.written.review import review, review_codes


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
        self._files = {path: self._file(path, settings, project_files) for path in names}
        sources = tuple(file.source for path, file in self._files.items() if file.source and not _is_issue_file(path))
        find_clashes((claim for source in sources for claim in claims(source, settings)), problems)
        for file in self._files.values():
            problems.suppress_like(file.collector)
        review_codes(ProjectSettings(self.root, settings), problems)
        shown = tuple(file.shown for file in self._files.values() if file.shown)
        announcements = tuple(each for each in shown if isinstance(each, Announcement))
        issue_files = tuple(each for each in shown if isinstance(each, IssueFile))
        readable = frozenset(source.path for source in sources)
        logo = find_logo(settings, project_files, problems)
        publication = compose(settings, announcements, issue_files, now, problems, paths=readable, logo=logo)
        return Snapshot(
            self.root, now, settings, self._settings_stale, self._files, announcements, issue_files, readable, logo,
            publication, problems,
        )  # fmt: skip

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

    def _file(self, path: str, settings: Settings, project_files: ProjectFiles) -> SourceState:
        """Return the state of a file. Reads it again only if the file or one of its assets has changed."""
        before, current_stamp = self._files.get(path), stamp(self.root / path)
        # A file with an error is always checked again, because a missing asset may exist by now.
        has_error = before and before.collector.fatal
        if before and before.stamp == current_stamp and not has_error and _unchanged(before.assets):
            return before
        problems = new_collector(settings)
        source = read(self.root, path, problems)
        checker = Checker(settings, project_files, problems)
        checked: Announcement | IssueFile | None = None
        if source is not None:
            checked = checker.issue_file(source) if _is_issue_file(path) else checker.announcement(source)
        if source is not None and checked is not None:
            review(checked, source, ProjectSettings(self.root, settings), problems, thorough=True)
        shown = checked or (before.shown if before else None)
        assets = tuple(_assets(checked)) if checked else ()
        return SourceState(path, current_stamp, source, shown, shown is not checked, problems, tuple(problems), assets)


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


def _unchanged(assets: tuple[tuple[str, Stamp], ...]) -> bool:
    return all(stamp(path) == before for path, before in assets)


def _is_issue_file(path: str) -> bool:
    return path.startswith("announcements/issues/")
