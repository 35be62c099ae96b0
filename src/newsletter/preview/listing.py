"""List the announcements for the overview and the calendar."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from newsletter.compose import state
from newsletter.compose.issues import issue_id, period
from newsletter.model import Announcement
from newsletter.preview.calendar import CalendarEntry
from newsletter.preview.snapshot import Snapshot, SourceState

STATES = ("broken", "scheduled", "draft", "public", "expired")


@dataclass(frozen=True, slots=True)
class ListingRow:
    """An announcement. If its file has always had an error, `state` is "broken" and `date` is None."""

    key: str
    path: str
    title: str
    state: str
    date: datetime | None
    issue: str
    lang: str
    errors: int
    warnings: int

    @property
    def href(self) -> str:
        """The URL path of the announcement's screen."""
        return f"/announcement/{quote(self.key)}"


def listing(snapshot: Snapshot) -> tuple[ListingRow, ...]:
    """Return a row for every announcement: broken files first, then newest first."""
    rows = [
        _row(file, snapshot)
        for file in snapshot.files.values()
        if file.path.startswith("announcements/") and file.path.count("/") == 1
    ]
    rows.sort(key=lambda row: row.path)
    rows.sort(key=lambda row: row.date.timestamp() if row.date else float("inf"), reverse=True)
    return tuple(rows)


def _row(file: SourceState, snapshot: Snapshot) -> ListingRow:
    key = file.path.removeprefix("announcements/").removesuffix(".md")
    errors, warnings = snapshot.counts[file.path, "error"], snapshot.counts[file.path, "warning"]
    shown = file.shown
    if not isinstance(shown, Announcement):
        return ListingRow(key, file.path, key, "broken", None, "", "", errors, warnings)
    return ListingRow(
        key, file.path, shown.title, state(shown, snapshot.now), shown.date.astimezone(snapshot.settings.timezone),
        issue_id(shown, snapshot.settings), shown.lang, errors, warnings,
    )  # fmt: skip


def calendar_entries(snapshot: Snapshot, rows: Iterable[ListingRow]) -> Iterator[CalendarEntry]:
    """Yield the announcements in `rows` on their dates, and each issue on the last day of its period."""
    for row in rows:
        if row.date is not None:
            yield CalendarEntry(row.date.date(), row.date, row.title, row.state, row.href)
    for issue in snapshot.publication.issues:
        if dates := period(issue.id):
            last_day = dates[1] - timedelta(days=1)
            yield CalendarEntry(last_day, None, issue.title, "issue", f"/issue/{quote(issue.stem)}")
