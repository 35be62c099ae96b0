"""reading: the project as it stands now. Only files that changed are parsed and checked again.

What cannot be read any more keeps its last good form, so that a half-typed line blanks nothing.
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
from newsletter.preview.snapshot import Snapshot, SourceState, Stamp, collector
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.rules.written.review import review, review_codes


@dataclass(slots=True)
class Reader:
    """Reads the project under `root`, again and again."""

    root: Path
    _settings: Settings | None = None
    _settings_stamps: tuple[Stamp, ...] = ()
    _settings_problems: tuple[Problem, ...] = ()
    _settings_stale: bool = False
    _entries: dict[str, SourceState] = field(default_factory=dict)

    def read(self, now: datetime) -> Snapshot:
        """The project at `now`. Raises Aborted while its settings have never been sound; `faults` then says why."""
        settings = self._read_settings()
        problems = collector(settings)
        problems.extend(self._settings_problems)
        files = ProjectFiles(self.root, settings.attachments)
        found = [*paths(self.root, "announcements", problems), *paths(self.root, "announcements/issues", problems)]
        self._entries = {path: self._entry(path, settings, files) for path in found}
        sources = tuple(
            entry.source for path, entry in self._entries.items() if entry.source and not _is_issue_file(path)
        )
        find_clashes((claim for source in sources for claim in claims(source, settings)), problems)
        for entry in self._entries.values():
            problems.suppress_like(entry.problems)
        review_codes(ProjectSettings(self.root, settings), problems)
        told = tuple(entry.shown for entry in self._entries.values() if entry.shown)
        announcements = tuple(each for each in told if isinstance(each, Announcement))
        issue_files = tuple(each for each in told if isinstance(each, IssueFile))
        sound = frozenset(source.path for source in sources)
        logo = find_logo(settings, files, problems)
        publication = compose(settings, announcements, issue_files, now, problems, paths=sound, logo=logo)
        return Snapshot(
            self.root, now, settings, self._settings_stale, self._entries, announcements, issue_files, sound, logo,
            publication, problems,
        )  # fmt: skip

    @property
    def faults(self) -> tuple[Problem, ...]:
        """What is wrong with the settings."""
        return self._settings_problems

    def _read_settings(self) -> Settings:
        stamps = tuple(stamp(self.root / name) for name in SETTINGS_FILES)
        if stamps != self._settings_stamps or self._settings_stale:  # the right to read may come without a new stamp
            problems = Problems()
            try:
                settings = load_settings(self.root, problems)
                if settings != self._settings:
                    # Time zone, language and address of the site are in every announcement.
                    self._entries = {path: replace(each, stamp=(0, 0, 0)) for path, each in self._entries.items()}
                self._settings, self._settings_stale = settings, False
            except Aborted:
                self._settings_stale = True
            self._settings_stamps, self._settings_problems = stamps, tuple(problems)
        if self._settings is None:
            raise Aborted
        return self._settings

    def _entry(self, path: str, settings: Settings, files: ProjectFiles) -> SourceState:
        """The entry of a file: the one before, unless the file or one that it names has changed."""
        before, now = self._entries.get(path), stamp(self.root / path)
        # What is missing may be there by now: a file with an error is always looked at again.
        mistaken = before and before.problems.fatal
        if before and before.stamp == now and not mistaken and _unchanged(before.assets):
            return before
        problems = collector(settings)
        source = read(self.root, path, problems)
        checker = Checker(settings, files, problems)
        checked: Announcement | IssueFile | None = None
        if source is not None:
            checked = checker.issue_file(source) if _is_issue_file(path) else checker.announcement(source)
        if checked is not None:
            review(checked, ProjectSettings(self.root, settings), problems, thorough=True)
        shown = checked or (before.shown if before else None)
        assets = tuple(_assets(checked)) if checked else ()
        return SourceState(path, now, source, shown, shown is not checked, problems, tuple(problems), assets)


def stamp(path: Path | str) -> Stamp:
    """What tells one content of a file from another without reading it."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def _assets(holder: Announcement | IssueFile) -> Iterator[tuple[str, Stamp]]:
    for target in holder.targets.values():
        if target.asset:
            yield target.asset.file, stamp(target.asset.file)


def _unchanged(assets: tuple[tuple[str, Stamp], ...]) -> bool:
    return all(stamp(path) == before for path, before in assets)


def _is_issue_file(path: str) -> bool:
    return path.startswith("announcements/issues/")
