"""months: what goes out when, as a calendar."""

from calendar import Calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

FIRST, LAST = 1970, 2200  # years that a calendar shows


@dataclass(frozen=True, slots=True)
class Outing:
    """Something that goes out on a day: an announcement, at a moment, or an issue that is then complete."""

    day: date
    moment: datetime | None
    title: str
    state: str
    href: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the grid; `inside` when it belongs to the month."""

    day: date
    inside: bool
    outings: tuple[Outing, ...]


def read_month(text: str) -> date | None:
    """The first day of `2024-12`; None for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == len("2024-12") else None
    except ValueError:
        return None
    return found if found and FIRST <= found.year <= LAST else None


def nearest(day: date) -> date:
    """The first day of the month of `day`, or of the nearest month that a calendar shows."""
    return min(max(day, date(FIRST, 1, 1)), date(LAST, 12, 1)).replace(day=1)


def around(month: date) -> tuple[date, date]:
    """The first days of the months before and after."""
    return (month - timedelta(days=1)).replace(day=1), (month + timedelta(days=31)).replace(day=1)


def weeks(month: date, outings: Iterable[Outing]) -> tuple[tuple[Day, ...], ...]:
    """The weeks of a month, from Monday on."""
    by_day: dict[date, list[Outing]] = {}
    for outing in outings:
        by_day.setdefault(outing.day, []).append(outing)
    return tuple(
        tuple(_day(each, month, by_day) for each in week)
        for week in Calendar().monthdatescalendar(month.year, month.month)
    )


def _day(day: date, month: date, by_day: Mapping[date, list[Outing]]) -> Day:
    held = sorted(by_day.get(day, ()), key=_order)
    return Day(day, day.month == month.month, tuple(held))


def _order(outing: Outing) -> tuple[float, str]:
    """By time; what has none comes last."""
    return outing.moment.timestamp() if outing.moment else float("inf"), outing.title
