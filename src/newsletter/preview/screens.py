"""Render the preview's own pages from the state of a session."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import Locale

from newsletter import text
from newsletter.model.problems import Problem, Problems
from newsletter.preview import calendar
from newsletter.preview.listing import STATES, ListingRow, calendar_entries, listing
from newsletter.preview.panels import panel, view_names
from newsletter.preview.session import Session, SubjectView
from newsletter.preview.snapshot import Snapshot
from newsletter.text import base_language
from newsletter.text.babel_dates import format_date
from newsletter.theme.string_files import load_strings
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Templates

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")
_LEVELS = ("error", "warning", "info")
MAX_PROBLEMS = 500  # problems that the screen lists
MAX_ROWS = 50  # announcements of each state that the overview lists, unless the URL requests all of them


@dataclass(slots=True)
class Screens:
    """Renders the screens of a session as HTML. `lang` is always one of LANGUAGES."""

    session: Session
    _templates: Templates = field(init=False)
    _strings: dict[str, Mapping[str, str]] = field(init=False)
    _listing: tuple[Snapshot | None, tuple[ListingRow, ...]] = (None, ())  # the snapshot listed last, and its rows

    def __post_init__(self) -> None:
        self._templates = Templates(HERE, Problems())
        self._templates.add_filters({"base_language": base_language})
        self._strings = {lang: load_strings(self._templates, lang) for lang in LANGUAGES}

    def language(self, wanted: str) -> str:
        """Return the language of the screens: `wanted` if available, else the publication's, else English."""
        snapshot = self.session.snapshot
        own = base_language(snapshot.settings.language) if snapshot else "en"
        return wanted if wanted in LANGUAGES else own if own in LANGUAGES else "en"

    def overview(self, lang: str, query: str = "", expanded: str = "") -> str:
        """Render the list of announcements by state, and of issues.

        `query` filters the announcements. `expanded` names a state to list in full.
        """
        snapshot = self.session.snapshot
        if snapshot is None or self.session.faults:
            return self.problems(lang)
        term = text.fold(query)
        rows = [row for row in self._rows() if not term or term in text.fold(f"{row.title} {row.path}")]
        groups = {name: [row for row in rows if row.state == name] for name in STATES}
        groups["scheduled"].reverse()  # the next one first
        return self._render(
            "overview", lang, groups=groups, limit=MAX_ROWS, expanded=expanded, query=query, total=len(rows),
            issues=() if query else snapshot.publication.issues,
        )  # fmt: skip

    def calendar(self, lang: str, month: date | None) -> str:
        """Render the calendar of the month that starts on `month`, by default the current month."""
        snapshot = self.session.snapshot
        if snapshot is None or self.session.faults:
            return self.problems(lang)
        today = snapshot.now.astimezone(snapshot.settings.timezone).date()
        month = month or calendar.nearest_month(today)
        before, after = calendar.adjacent_months(month)
        return self._render(
            "calendar", lang, month=month, before=before, after=after, today=today,
            weeks=calendar.weeks(month, calendar_entries(snapshot, self._rows())), day_name=_day_namer(lang),
        )  # fmt: skip

    def problems(self, lang: str) -> str:
        """Render the problems by file. If there are more than MAX_PROBLEMS, only the most serious ones are listed."""
        snapshot = self.session.snapshot
        problems = sorted(
            {*self.session.faults, *self.session.render_problems, *(snapshot.problems if snapshot else ())}
        )
        listed = sorted(problems, key=lambda problem: _LEVELS.index(problem.level))[:MAX_PROBLEMS]
        by_path: dict[str, list[Problem]] = {}
        for problem in listed:
            by_path.setdefault(problem.place.path, []).append(problem)
        by_path = {path: sorted(group) for path, group in by_path.items()}
        return self._render("problems", lang, by_path=by_path, rest=len(problems) - len(listed))

    def subject(self, lang: str, kind: str, subject_view: SubjectView, view: str) -> str:
        """Render one view of an announcement or issue. `kind` is "announcement" or "issue"."""
        base = f"/{kind}/{quote(subject_view.key)}"
        content = panel(self.session, subject_view, base, view)
        template = "views/nothing" if content.missing else f"views/{view}"
        return self._render(
            template, lang, kind=kind, subject_view=subject_view, subject=subject_view.subject,
            views=view_names(kind), view=view, base=base,
            problems=tuple(sorted({*subject_view.problems, *content.problems})),
            stale=subject_view.stale or content.stale,
            issue=self._issue(subject_view), **self._neighbours(kind, subject_view.key), **content.values,
        )  # fmt: skip

    def not_found(self, lang: str) -> str:
        """Render the answer to an unknown URL."""
        return self._render("not_found", lang)

    def _issue(self, subject_view: SubjectView) -> str:
        """Return the stem of the issue that contains an announcement; "" if there is none."""
        issues = self.session.snapshot.publication.issues if self.session.snapshot else ()
        stems = (issue.stem for issue in issues for story in issue.stories if story.source.path == subject_view.path)
        return next(stems, "")

    def _neighbours(self, kind: str, key: str) -> dict[str, str]:
        """Return the paths of the newer and the older announcement or issue; "" if there is none."""
        snapshot = self.session.snapshot
        keys: list[str] = []
        if snapshot is not None:
            issues = (issue.stem for issue in snapshot.publication.issues)
            keys = list(issues) if kind == "issue" else [row.key for row in self._rows()]
        index = keys.index(key) if key in keys else 0
        newer = keys[index - 1] if index else ""
        older = keys[index + 1] if index + 1 < len(keys) else ""
        return {name: f"/{kind}/{quote(to)}" if to else "" for name, to in (("newer", newer), ("older", older))}

    def _rows(self) -> tuple[ListingRow, ...]:
        """Return a row for every announcement. The rows are created once for each snapshot."""
        snapshot = self.session.snapshot
        if snapshot is None:
            return ()
        if self._listing[0] is not snapshot:
            self._listing = snapshot, listing(snapshot)
        return self._listing[1]

    def _render(self, name: str, lang: str, **values: Any) -> str:
        snapshot = self.session.snapshot
        counts = Counter(each.level for each in self.session.faults)
        if snapshot is not None:
            counts += snapshot.levels
        counts += Counter(
            each.level for each in self.session.render_problems if not (snapshot and snapshot.reports(each))
        )
        settings = snapshot.settings if snapshot else None
        strings = Strings(lang, self._strings[lang], settings.timezone if settings else UTC)
        return self._templates.get(f"{name}.html").render(
            {
                "t": strings, "count": _counter(strings), "lang": lang, "languages": LANGUAGES,
                "snapshot": snapshot, "settings": settings,
                "errors": counts["error"], "warnings": counts["warning"],
                "version": self.session.version_id, "screen": name, "editor": self._editor, "quote": quote, **values,
            }
        )  # fmt: skip

    def _editor(self, path: str, line: int = 1, column: int = 1) -> str:
        """Return a URL that opens a place in VS Code; "" if `path` is not a file of the project."""
        file = self.session.root / path
        return f"vscode://file{quote(file.as_posix())}:{line}:{column}" if os.path.isfile(file) else ""


def _counter(strings: Strings) -> Any:
    """Return a template function that returns a number with its noun, in the singular or plural."""
    plural_form = Locale.parse(strings.lang).plural_form

    def count(key: str, number: int) -> str:
        return strings(f"{key}_one" if plural_form(number) == "one" else key, count=number)

    return count


def _day_namer(lang: str) -> Any:
    """Return a template function that formats a date with one of Babel's patterns."""

    def name(day: date, pattern: str) -> str:
        return str(format_date(day, pattern, locale=lang))

    return name
