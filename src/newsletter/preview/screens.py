"""screens: the preview's own pages, made from what the desk shows."""

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
from newsletter.preview import calendar as months
from newsletter.preview.listing import STATES, ListingRow, listing, outings
from newsletter.preview.panels import offered, panel
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
MOST_PROBLEMS = 500  # that are listed
MOST = 50  # announcements of one state that the overview lists before it is asked for all


@dataclass(slots=True)
class Screens:
    """Renders every screen of one desk, in French or English."""

    desk: Session
    _templates: Templates = field(init=False)
    _strings: dict[str, Mapping[str, str]] = field(init=False)
    _listed: tuple[Snapshot | None, tuple[ListingRow, ...]] = (None, ())

    def __post_init__(self) -> None:
        self._templates = Templates(HERE, Problems())
        self._strings = {lang: load_strings(self._templates, lang) for lang in LANGUAGES}

    def language(self, wanted: str) -> str:
        """The language of the screens: the wanted one, else the publication's, else English."""
        snapshot = self.desk.snapshot
        own = base_language(snapshot.settings.language) if snapshot else "en"
        return wanted if wanted in LANGUAGES else own if own in LANGUAGES else "en"

    def overview(self, lang: str, query: str = "", whole: str = "") -> str:
        """All announcements by state, and the issues; `whole` names a state that is listed to its end."""
        snapshot = self.desk.snapshot
        if snapshot is None or self.desk.faults:
            return self.problems(lang)
        wanted = text.fold(query)
        found = [row for row in self._rows() if not wanted or wanted in text.fold(f"{row.title} {row.path}")]
        groups = {name: [row for row in found if row.state == name] for name in STATES}
        groups["scheduled"].reverse()  # of what is to come, what comes next stands first
        return self._render(
            "overview", lang, groups=groups, most=MOST, whole=whole, query=query, total=len(found),
            issues=() if query else snapshot.publication.issues,
        )  # fmt: skip

    def calendar(self, lang: str, month: date | None) -> str:
        """What goes out in a month; in this one without `month`."""
        snapshot = self.desk.snapshot
        if snapshot is None or self.desk.faults:
            return self.problems(lang)
        today = snapshot.now.astimezone(snapshot.settings.timezone).date()
        shown = month or months.nearest(today)
        before, after = months.around(shown)
        return self._render(
            "calendar", lang, month=shown, before=before, after=after, today=today,
            weeks=months.weeks(shown, outings(snapshot, self._rows())), day_name=_namer(lang),
        )  # fmt: skip

    def problems(self, lang: str) -> str:
        """Everything that is wrong, by file."""
        by_path: dict[str, list[Problem]] = {}
        snapshot = self.desk.snapshot
        found = sorted({*self.desk.faults, *self.desk.rendered, *(snapshot.problems if snapshot else ())})
        # What stops a build is told, however much else there is.
        chosen = sorted(found, key=lambda problem: _LEVELS.index(problem.level))[:MOST_PROBLEMS]
        for problem in chosen:
            by_path.setdefault(problem.place.path, []).append(problem)
        by_path = {path: sorted(held) for path, held in by_path.items()}
        return self._render("problems", lang, by_path=by_path, rest=len(found) - len(chosen))

    def subject(self, lang: str, kind: str, showing: SubjectView, view: str) -> str:
        """One view of an announcement or issue."""
        here = f"/{kind}/{quote(showing.key)}"
        seen = panel(self.desk, showing, here, view)
        template = "views/nothing" if seen.missing else f"views/{view}"
        return self._render(
            template, lang, kind=kind, showing=showing, subject=showing.subject, views=offered(kind), view=view,
            told=tuple(sorted({*showing.problems, *seen.problems})), stale=showing.stale or seen.stale, here=here,
            issue=self._issue(showing), **self._neighbours(kind, showing.key), **seen.values,
        )  # fmt: skip

    def missing(self, lang: str) -> str:
        """What stands where there is nothing."""
        return self._render("missing", lang)

    def _issue(self, showing: SubjectView) -> str:
        """The stem of the issue that an announcement stands in; "" for none."""
        issues = self.desk.snapshot.publication.issues if self.desk.snapshot else ()
        holds = (issue.stem for issue in issues for story in issue.stories if story.source.path == showing.path)
        return next(holds, "")

    def _neighbours(self, kind: str, key: str) -> dict[str, str]:
        """Addresses of the newer and the older one, "" for none."""
        snapshot = self.desk.snapshot
        keys: list[str] = []
        if snapshot is not None:
            issues = (issue.stem for issue in snapshot.publication.issues)
            keys = list(issues) if kind == "issue" else [row.key for row in self._rows()]
        at = keys.index(key) if key in keys else 0
        newer, older = keys[at - 1] if at else "", keys[at + 1] if at + 1 < len(keys) else ""
        return {name: f"/{kind}/{quote(to)}" if to else "" for name, to in (("newer", newer), ("older", older))}

    def _rows(self) -> tuple[ListingRow, ...]:
        """All announcements, listed once a snapshot."""
        snapshot = self.desk.snapshot
        if snapshot is None:
            return ()
        if self._listed[0] is not snapshot:
            self._listed = snapshot, listing(snapshot)
        return self._listed[1]

    def _render(self, name: str, lang: str, **values: Any) -> str:
        snapshot = self.desk.snapshot
        told = Counter(each.level for each in self.desk.faults)
        if snapshot is not None:
            told += snapshot.levels
        counts = told + Counter(each.level for each in self.desk.rendered if not (snapshot and snapshot.tells(each)))
        settings = snapshot.settings if snapshot else None
        words = Strings(lang, self._strings[lang], settings.timezone if settings else UTC)
        return self._templates.get(f"{name}.html").render(
            {
                "t": words, "count": _counter(words), "lang": lang, "languages": LANGUAGES,
                "snapshot": snapshot, "settings": settings,
                "errors": counts["error"], "warnings": counts["warning"],
                "version": self.desk.mark, "screen": name, "editor": self._editor, "quote": quote, **values,
            }
        )  # fmt: skip

    def _editor(self, path: str, line: int = 1, column: int = 1) -> str:
        """An address that opens a place in an editor; "" for what is no file of the project."""
        full = self.desk.root / path
        return f"vscode://file{quote(full.as_posix())}:{line}:{column}" if os.path.isfile(full) else ""


def _counter(words: Strings) -> Any:
    """A number with its noun, in singular or plural."""
    plural = Locale.parse(words.lang).plural_form

    def count(key: str, number: int) -> str:
        return words(f"{key}_one" if plural(number) == "one" else key, count=number)

    return count


def _namer(lang: str) -> Any:
    """Dates without a time, by Babel's patterns."""

    def name(day: date, pattern: str) -> str:
        return str(format_date(day, pattern, locale=lang))

    return name
