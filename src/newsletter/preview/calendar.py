"""Lay out the weeks of a month, with the announcements and issues published on each day."""

from calendar import Calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1970, 2200  # the range of months that can be shown


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An announcement on its date, or an issue on the last day of its period. `moment` is None for an issue."""

    day: date
    moment: datetime | None
    title: str
    state: str
    href: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the grid; `inside` is False for days of the months before and after."""

    day: date
    inside: bool
    entries: tuple[CalendarEntry, ...]


def read_month(text: str) -> date | None:
    """Return the first day of the month `text`, written as `2024-12`; None if it is invalid or out of range."""
    try:
        month = date.fromisoformat(f"{text}-01") if len(text) == len("2024-12") else None
    except ValueError:
        return None
    return month if month and FIRST_YEAR <= month.year <= LAST_YEAR else None


def nearest_month(day: date) -> date:
    """Return the first day of the month of `day`, or of the nearest month that can be shown."""
    return min(max(day, date(FIRST_YEAR, 1, 1)), date(LAST_YEAR, 12, 1)).replace(day=1)


def adjacent_months(month: date) -> tuple[date, date]:
    """Return the first days of the months before and after."""
    return (month - timedelta(days=1)).replace(day=1), (month + timedelta(days=31)).replace(day=1)


def weeks(month: date, entries: Iterable[CalendarEntry]) -> tuple[tuple[Day, ...], ...]:
    """Return the weeks that cover a month. Each week has seven days and starts on Monday."""
    by_day: dict[date, list[CalendarEntry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    return tuple(
        tuple(_day(each, month, by_day) for each in week)
        for week in Calendar().monthdatescalendar(month.year, month.month)
    )


def _day(day: date, month: date, by_day: Mapping[date, list[CalendarEntry]]) -> Day:
    return Day(day, day.month == month.month, tuple(sorted(by_day.get(day, ()), key=_order)))


def _order(entry: CalendarEntry) -> tuple[float, str]:
    """Return the sort key of an entry: by time, then title. Issues have no time and come last."""
    return entry.moment.timestamp() if entry.moment else float("inf"), entry.title
