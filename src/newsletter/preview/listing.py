"""rows: every announcement in one line, for the overview and the calendar."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from newsletter.compose import state
from newsletter.compose.issues import issue_id, period
from newsletter.model import Announcement
from newsletter.preview.calendar import Outing
from newsletter.preview.snapshot import Snapshot, SourceState

STATES = ("broken", "scheduled", "draft", "public", "expired")


@dataclass(frozen=True, slots=True)
class ListingRow:
    """An announcement: `state` is "broken" for a file that never could be read, and `date` is None then."""

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
        """Where it is shown."""
        return f"/announcement/{quote(self.key)}"


def listing(snapshot: Snapshot) -> tuple[ListingRow, ...]:
    """Every announcement, newest first; files that never could be read stand before all."""
    found = [
        _row(entry, snapshot)
        for entry in snapshot.entries.values()
        if entry.path.startswith("announcements/") and entry.path.count("/") == 1
    ]
    found.sort(key=lambda row: row.path)
    found.sort(key=lambda row: row.date.timestamp() if row.date else float("inf"), reverse=True)
    return tuple(found)


def _row(entry: SourceState, snapshot: Snapshot) -> ListingRow:
    key = entry.path.removeprefix("announcements/").removesuffix(".md")
    errors, warnings = snapshot.counts[entry.path, "error"], snapshot.counts[entry.path, "warning"]
    shown = entry.shown
    if not isinstance(shown, Announcement):
        return ListingRow(key, entry.path, key, "broken", None, "", "", errors, warnings)
    return ListingRow(
        key, entry.path, shown.title, state(shown, snapshot.now), shown.date.astimezone(snapshot.settings.timezone),
        issue_id(shown, snapshot.settings), shown.lang, errors, warnings,
    )  # fmt: skip


def outings(snapshot: Snapshot, found: Iterable[ListingRow]) -> Iterator[Outing]:
    """What goes out when: announcements by their date, issues by the day on which they are complete."""
    for row in found:
        if row.date is not None:
            yield Outing(row.date.date(), row.date, row.title, row.state, row.href)
    for issue in snapshot.publication.issues:
        if span := period(issue.id):
            last = span[1] - timedelta(days=1)
            yield Outing(last, None, issue.title, "issue", f"/issue/{quote(issue.stem)}")
