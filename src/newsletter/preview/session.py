"""Store the state of a running preview: the latest snapshot, and the files rendered from it on demand.

If an error appears in a file, a template or the settings, the last good render is shown and marked as stale.
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

_REVIEWED_TOGETHER = 20  # files; requests wait as long as their review takes, about 50 ms


@dataclass(frozen=True, slots=True)
class ChannelFiles:
    """The files that one channel rendered for a subject, by path; `stale` is true if they are out of date."""

    artefacts: Mapping[str, Artefact] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    stale: bool = False

    def ending(self, suffix: str) -> Artefact | None:
        """Return the first file whose path ends with `suffix`, or None."""
        return next((each for path, each in self.artefacts.items() if path.endswith(suffix)), None)


@dataclass(frozen=True, slots=True)
class SubjectView:
    """An announcement or issue, and the publication in which it is shown.

    If an announcement is not public, `publication` is the publication at the moment when it would be. `subject` is
    None if the file has always had an error. `state` is None for an issue, and if there is no subject.
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
    """The project in the folder `root`, which is read repeatedly. All methods are thread-safe.

    `version` is the number of refreshes that changed something. `faults` are the problems that prevent the project
    from being read.
    """

    root: Path
    clock: Callable[[], datetime]
    version: int = 0
    snapshot: Snapshot | None = None
    faults: tuple[Problem, ...] = ()
    _reader: Reader = field(init=False)
    _lock: RLock = field(default_factory=RLock)
    _subject_views: dict[str, SubjectView] = field(default_factory=dict)
    _rendered: dict[tuple[str, str], ChannelFiles] = field(default_factory=dict)
    _last_good: dict[tuple[str, str], ChannelFiles] = field(default_factory=dict)
    _websites: dict[str, Website] = field(default_factory=dict)
    _templates: Templates | None = None
    _theme_stamps: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        self._reader = Reader(self.root)

    def refresh(self) -> bool:
        """Read the changed files and the current time. Returns False if the screens stay the same.

        A file is rendered only when it is requested.
        """
        with self._lock:
            before, faults, theme_stamps = self.snapshot, self.faults, self._theme_stamps
            self._read()
            self._theme_stamps = _read_theme_stamps(self.root)
            is_same = (faults, theme_stamps) == (self.faults, self._theme_stamps) and _is_same(before, self.snapshot)
            if self.version and is_same:
                return False
            for cache in (self._subject_views, self._rendered, self._websites):
                cache.clear()
            if theme_stamps != self._theme_stamps:
                self._templates = None
            self.version += 1
            return True

    @property
    def unreviewed(self) -> int:
        """The number of files whose review has not ended."""
        return self.snapshot.unreviewed if self.snapshot else 0

    def review(self) -> None:
        """Review some of the files that refresh() has left for later. Once none is left, this makes a new version."""
        with self._lock:
            if self.snapshot is None or not self.unreviewed:
                return
            left = self._reader.review(_REVIEWED_TOGETHER)
            self.snapshot = replace(self.snapshot, files=self._reader.files)
            if not left:
                self._read()
                self._subject_views.clear()
                self.version += 1

    def _read(self) -> None:
        """Read the project. If that fails, keep the last snapshot and set `faults`."""
        if not os.path.isdir(self.root):
            remedy = "put it back, or stop the preview and start it in another folder"
            self.faults = (Problem(Place("."), "unreadable", "error", f"the folder {self.root} is gone", remedy),)
            return
        try:
            self.snapshot, self.faults = self._reader.read(self.clock()), ()
        except Aborted:
            self.faults = self._reader.faults
        except Exception as fault:  # the preview must keep running: the next change may fix the cause
            self.faults = (as_problem(fault),)

    @property
    def version_id(self) -> str:
        """An identifier of this version that is unique across server processes."""
        return f"{os.getpid()}.{self.version}"

    @property
    def render_problems(self) -> frozenset[Problem]:
        """The problems of all files rendered in this version."""
        return frozenset(problem for files in tuple(self._rendered.values()) for problem in files.problems)

    def warm(self) -> None:
        """Render one announcement, so that libraries and templates are loaded before the first request."""
        snapshot = self.snapshot
        for announcement in snapshot.publication.announcements[:1] if snapshot else ():
            key = announcement.source.path.rpartition("/")[2].removesuffix(".md")
            if subject_view := self.announcement(key):
                self.channel_files(subject_view, "email")
                self.channel_files(subject_view, "site")

    def announcement(self, key: str) -> SubjectView | None:
        """Return the announcement in `announcements/<key>.md`, or None if there is no such file."""
        with self._lock:
            snapshot, path = self.snapshot, f"announcements/{key}.md"
            file = snapshot.files.get(path) if snapshot else None
            if snapshot is None or file is None:
                return None
            if path not in self._subject_views:
                view = SubjectView(key, path, None, None, snapshot.publication, snapshot.problems_of(path), file.stale)
                if isinstance(file.shown, Announcement):
                    view = _with_announcement(view, file.shown, snapshot)
                self._subject_views[path] = view
            return self._subject_views[path]

    def issue(self, key: str) -> SubjectView | None:
        """Return the issue with this stem, such as `2024-11`, or None if no visible announcement belongs to it."""
        with self._lock:
            snapshot = self.snapshot
            issue = snapshot and next((each for each in snapshot.publication.issues if each.stem == key), None)
            if snapshot is None or not isinstance(issue, Issue):
                return None
            path = issue.file.source.path if issue.file else f"announcements/issues/{key}.md"
            problems = snapshot.problems_of(path)
            file = snapshot.files.get(path)
            return SubjectView(key, path, issue, None, snapshot.publication, problems, bool(file and file.stale))

    def channel_files(self, subject_view: SubjectView, channel: str) -> ChannelFiles:
        """Return the files that `channel` renders for a subject; if rendering fails, the last good ones."""
        with self._lock:
            key = (f"{type(subject_view.subject).__name__}/{subject_view.key}", channel)
            if key not in self._rendered:
                self._rendered[key] = self._render(subject_view, channel, key)
            return self._rendered[key]

    def _render(self, subject_view: SubjectView, channel: str, key: tuple[str, str]) -> ChannelFiles:
        if subject_view.subject is None or self.snapshot is None:
            return ChannelFiles()
        problems = self.snapshot.new_collector()
        last_good = self._last_good.get(key, ChannelFiles())
        try:
            templates = self._open_templates(problems)
            artefacts = render(self.root, subject_view.publication, subject_view.subject, channel, templates)
            files = ChannelFiles({each.path: each for each in artefacts}, tuple(problems), subject_view.stale)
        except Aborted:
            return replace(last_good, problems=tuple(problems), stale=True)
        except Exception as fault:
            return replace(last_good, problems=(*problems, as_problem(fault)), stale=True)
        self._last_good[key] = files
        return files

    def _open_templates(self, problems: Problems) -> Templates:
        """Return the compiled theme, cached until one of its files changes. Raises Aborted if it is unknown."""
        assert self.snapshot is not None
        settings = self.snapshot.settings
        if self._templates is None or self._templates.theme != settings.theme:
            self._templates = open_templates(self.root, settings, problems)
        self._templates.problems = problems
        return self._templates

    def page(self, key: str, path: str) -> Artefact | None:
        """Return a file of the site as of now or, if `key` is not "", of the site that shows this announcement."""
        with self._lock:
            if self.snapshot is None:
                return None
            subject_view = self.announcement(key) if key else None
            if key and subject_view is None:
                return None
            publication = subject_view.publication if subject_view else self.snapshot.publication
            try:
                if key not in self._websites:
                    templates = self._open_templates(self.snapshot.new_collector())
                    self._websites[key] = Website(publication, templates)
                return self._websites[key].page(path)
            except Aborted:
                last_good = self._last_good.get((f"Announcement/{key}", "site"), ChannelFiles())
                return last_good.artefacts.get(f"site/{path}")


def _read_theme_stamps(root: Path) -> tuple[object, ...]:
    """Return the stamps of all template files in the project."""
    try:
        return tuple((str(path), stamp(path)) for path in sorted((root / "templates").rglob("*")))
    except OSError:  # an unreadable folder is reported when the theme is opened
        return ()


def as_problem(fault: Exception) -> Problem:
    """Convert an exception that ended reading or rendering to a problem for the screens."""
    if isinstance(fault, OSError | MemoryError):
        message = sentence(fault) if isinstance(fault, OSError) else "not enough memory"
        return Problem(Place("."), "unreadable", "error", message)
    message = f"internal error: {type(fault).__name__}: {fault}"
    return Problem(Place("."), "internal-error", "error", message, "report it on the project's issue page")


def _is_same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Return whether two snapshots look the same on every screen."""
    if one is None or other is None:
        return one is other
    if (one.files, one.settings, one.settings_stale, one.logo) != (
        other.files, other.settings, other.settings_stale, other.logo,
    ):  # fmt: skip
        return False
    # The date determines which issue is open and which day the calendar highlights.
    zone = one.settings.timezone
    is_same_day = one.now.astimezone(zone).date() == other.now.astimezone(zone).date()
    return is_same_day and all(state(each, one.now) == state(each, other.now) for each in other.announcements)


def _with_announcement(view: SubjectView, announcement: Announcement, snapshot: Snapshot) -> SubjectView:
    """Return `view` with the announcement, in the publication as of now or of the moment when it becomes public."""
    current_state = state(announcement, snapshot.now)
    publication, problems = snapshot.publication, view.problems
    if current_state != "public":
        publication, more_problems = snapshot.compose(*as_published(announcement, snapshot.now))
        problems = tuple(sorted({*problems, *(each for each in more_problems if each.place.path == view.path)}))
    subject = next(each for each in publication.announcements if each.source.path == view.path)
    return replace(view, subject=subject, state=current_state, publication=publication, problems=problems)
