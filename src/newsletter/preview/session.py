"""desk: what the screens show: the newest snapshot, and renders made when they are looked at.

Whatever breaks (a file, a template, the settings), the last good render stays, marked as stale.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import RLock

from newsletter.compose import State, state
from newsletter.model import Announcement, Artefact, Issue, Publication
from newsletter.model.problems import Aborted, Place, Problem, Problems
from newsletter.model.refusals import sentence
from newsletter.pipeline.render import open_templates
from newsletter.preview.reader import Reader, stamp
from newsletter.preview.render import Subject, Website, as_published, render
from newsletter.preview.snapshot import Snapshot
from newsletter.theme.templates import Templates


@dataclass(frozen=True, slots=True)
class ChannelFiles:
    """The files that one channel made of a subject, by path; `stale` when they are older than their source."""

    artefacts: Mapping[str, Artefact] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    stale: bool = False

    def ending(self, suffix: str) -> Artefact | None:
        """The first file whose path ends so."""
        return next((each for path, each in self.artefacts.items() if path.endswith(suffix)), None)


@dataclass(frozen=True, slots=True)
class SubjectView:
    """An announcement or issue as it is shown: in the publication of its day.

    `subject` is None for a file that never could be read. `now` is the moment shown, which lies ahead for
    what is scheduled.
    """

    key: str
    path: str
    subject: Subject | None
    state: State | None
    publication: Publication
    problems: tuple[Problem, ...]
    stale: bool


@dataclass(slots=True)
class Session:
    """The project under `root` while someone writes in it. Every method may be called from any thread."""

    root: Path
    clock: Callable[[], datetime]
    version: int = 0
    snapshot: Snapshot | None = None
    faults: tuple[Problem, ...] = ()
    _reader: Reader = field(init=False)
    _lock: RLock = field(default_factory=RLock)
    _showings: dict[str, SubjectView] = field(default_factory=dict)
    _made: dict[tuple[str, str], ChannelFiles] = field(default_factory=dict)
    _good: dict[tuple[str, str], ChannelFiles] = field(default_factory=dict)
    _websites: dict[str, Website] = field(default_factory=dict)
    _templates: Templates | None = None
    _theme: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        self._reader = Reader(self.root)

    def refresh(self) -> bool:
        """Read what has changed, or what the clock has; False when that is nothing. Renders are made when looked at."""
        with self._lock:
            before, faults, theme = self.snapshot, self.faults, self._theme
            self._read()
            self._theme = _theme_of(self.root)
            if self.version and (faults, theme) == (self.faults, self._theme) and _same(before, self.snapshot):
                return False
            for made in (self._showings, self._made, self._websites):
                made.clear()
            if theme != self._theme:
                self._templates = None
            self.version += 1
            return True

    def _read(self) -> None:
        """Read the project. While that is impossible, the last snapshot stays and `faults` says why."""
        if not os.path.isdir(self.root):
            remedy = "put it back, or stop the preview and start it in another folder"
            self.faults = (Problem(Place("."), "unreadable", "error", f"the folder {self.root} is gone", remedy),)
            return
        try:
            self.snapshot, self.faults = self._reader.read(self.clock()), ()
        except Aborted:
            self.faults = self._reader.faults
        except Exception as fault:  # the writer may be about to mend what caused it
            self.faults = (failure(fault),)

    @property
    def mark(self) -> str:
        """What tells this version from every other one, those of a former process too."""
        return f"{os.getpid()}.{self.version}"

    @property
    def rendered(self) -> frozenset[Problem]:
        """What is wrong with that which was looked at."""
        return frozenset(problem for made in tuple(self._made.values()) for problem in made.problems)

    def warm(self) -> None:
        """Load what the first render needs, before someone waits for it."""
        snapshot = self.snapshot
        for announcement in snapshot.publication.announcements[:1] if snapshot else ():
            key = announcement.source.path.rpartition("/")[2].removesuffix(".md")
            if showing := self.announcement(key):
                self.look(showing, "email")
                self.look(showing, "site")

    def announcement(self, key: str) -> SubjectView | None:
        """The announcement in `announcements/<key>.md`; None when there is no such file."""
        with self._lock:
            snapshot, path = self.snapshot, f"announcements/{key}.md"
            entry = snapshot.entries.get(path) if snapshot else None
            if snapshot is None or entry is None:
                return None
            if path not in self._showings:
                told = snapshot.problems_of(path)
                blank = SubjectView(key, path, None, None, snapshot.publication, told, entry.stale)
                shown = entry.shown
                self._showings[path] = _shown(blank, shown, snapshot) if isinstance(shown, Announcement) else blank
            return self._showings[path]

    def issue(self, key: str) -> SubjectView | None:
        """The issue with this stem, such as `2024-11`; None when no announcement belongs to it."""
        with self._lock:
            snapshot = self.snapshot
            found = snapshot and next((each for each in snapshot.publication.issues if each.stem == key), None)
            if snapshot is None or not isinstance(found, Issue):
                return None
            path = found.file.source.path if found.file else f"announcements/issues/{key}.md"
            told = snapshot.problems_of(path)
            entry = snapshot.entries.get(path)
            return SubjectView(key, path, found, None, snapshot.publication, told, bool(entry and entry.stale))

    def look(self, showing: SubjectView, channel: str) -> ChannelFiles:
        """What `channel` makes of it, now or when it last could."""
        with self._lock:
            key = (f"{type(showing.subject).__name__}/{showing.key}", channel)
            if key not in self._made:
                self._made[key] = self._make(showing, channel, key)
            return self._made[key]

    def _make(self, showing: SubjectView, channel: str, key: tuple[str, str]) -> ChannelFiles:
        if showing.subject is None or self.snapshot is None:
            return ChannelFiles()
        problems = self.snapshot.collector()
        try:
            templates = self._opened(problems)
            artefacts = render(self.root, showing.publication, showing.subject, channel, templates)
            made = ChannelFiles({each.path: each for each in artefacts}, tuple(problems), showing.stale)
        except Aborted:
            return replace(self._good.get(key, ChannelFiles()), problems=tuple(problems), stale=True)
        except Exception as fault:
            return replace(self._good.get(key, ChannelFiles()), problems=(*problems, failure(fault)), stale=True)
        self._good[key] = made
        return made

    def _opened(self, problems: Problems) -> Templates:
        """The theme; compiled templates are kept until one of its files changes. Raises Aborted for an unknown one."""
        assert self.snapshot is not None
        settings = self.snapshot.settings
        if self._templates is None or self._templates.theme != settings.theme:
            self._templates = open_templates(self.root, settings, problems)
        self._templates.problems = problems
        return self._templates

    def page(self, key: str, path: str) -> Artefact | None:
        """A file of the site: as it is now, or with a `key` as it will be with that announcement."""
        with self._lock:
            if self.snapshot is None:
                return None
            showing = self.announcement(key) if key else None
            if key and showing is None:
                return None
            publication = showing.publication if showing else self.snapshot.publication
            try:
                if key not in self._websites:
                    templates = self._opened(self.snapshot.collector())
                    self._websites[key] = Website(publication, templates)
                return self._websites[key].page(path)
            except Aborted:
                made = self._good.get((f"Announcement/{key}", "site"), ChannelFiles())
                return made.artefacts.get(f"site/{path}")


def _theme_of(root: Path) -> tuple[object, ...]:
    """What tells a theme from the same one with other files."""
    try:
        return tuple((str(path), stamp(path)) for path in sorted((root / "templates").rglob("*")))
    except OSError:  # a folder in it cannot be read, which is told when the theme is used
        return ()


def failure(fault: Exception) -> Problem:
    """What ended a reading or a render, as a problem to be shown."""
    if isinstance(fault, OSError | MemoryError):
        told = sentence(fault) if isinstance(fault, OSError) else "not enough memory"
        return Problem(Place("."), "unreadable", "error", told)
    message = f"internal error: {type(fault).__name__}: {fault}"
    return Problem(Place("."), "internal-error", "error", message, "report it on the project's issue page")


def _same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Whether two snapshots show the same, at their moments."""
    if one is None or other is None:
        return one is other
    if (one.entries, one.settings, one.settings_stale, one.logo) != (
        other.entries, other.settings, other.settings_stale, other.logo,
    ):  # fmt: skip
        return False
    # The day decides which issue is open, and what the calendar calls today.
    zone = one.settings.timezone
    is_same_day = one.now.astimezone(zone).date() == other.now.astimezone(zone).date()
    return is_same_day and all(state(each, one.now) == state(each, other.now) for each in other.announcements)


def _shown(blank: SubjectView, announcement: Announcement, snapshot: Snapshot) -> SubjectView:
    """The announcement in the publication of now, or of the day on which it is on view."""
    at = state(announcement, snapshot.now)
    publication, told = snapshot.publication, blank.problems
    if at != "public":
        publication, found = snapshot.compose(*as_published(announcement, snapshot.now))
        told = tuple(sorted({*told, *(each for each in found if each.place.path == blank.path)}))
    subject = next(each for each in publication.announcements if each.source.path == blank.path)
    return replace(blank, subject=subject, state=at, publication=publication, problems=told)
