"""Dates as authors write them: one strict form, in the publication's time zone unless it has an offset.

And as mails and feeds spell them.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

PATTERN = r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?"
_DATE = re.compile(PATTERN, re.ASCII)
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Moment(NamedTuple):
    """A date as read; `bare` when it was written without a time."""

    value: datetime
    bare: bool


class SkippedTime(ValueError):
    """A time that does not exist, because the clocks go forward over it."""


def read_moment(value: str, zone: tzinfo) -> Moment:
    """A date as Date takes it, in `zone` if it has no offset. Raises ValueError with the reason; SkippedTime is one."""
    match = _DATE.fullmatch(value)
    if match is None:
        raise ValueError(f"'{value}' is no date of the form YYYY-MM-DD or YYYY-MM-DD HH:MM")
    year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()[:6]]
    offset = match[7]
    try:
        if offset:
            sign = -1 if offset[0] == "-" else 1
            hours, minutes = (0, 0) if offset == "Z" else (int(offset[1:3]), int(offset[4:6]))
            if minutes > 59:
                raise ValueError("an offset has at most 59 minutes")
            zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if not 1 < year < 9999:
            moment.astimezone(UTC)  # it may lie outside of all years there
        fixed = moment.utcoffset() or timedelta()
        # PEP 495: a time that clocks skip has the offset before them, and with fold=1 the larger one behind them.
        skipped = fixed < (moment.replace(fold=1).utcoffset() or timedelta())
    except (ValueError, OverflowError) as fault:
        raise ValueError(f"'{value}' is no date: {fault}") from None
    if skipped:
        raise SkippedTime(f"'{value}' does not exist: the clocks go forward over it in {zone}")
    # A fixed offset: datetimes of zones with clock changes are not equal to themselves elsewhere (PEP 495).
    return Moment(moment.replace(tzinfo=_fixed(fixed)), match[4] is None)


@lru_cache(maxsize=256)
def _fixed(offset: timedelta) -> timezone:
    """One object for each offset: dates compare and travel faster so."""
    return timezone(offset)


@lru_cache(maxsize=1024)  # the same one stands in an entry several times
def instant(moment: datetime) -> str:
    """RFC 3339, of a moment in UTC; with milliseconds only where there are some."""
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def posted(moment: datetime) -> str:
    """RFC 5322, as email.utils.format_datetime has it, in a third of the time."""
    offset = moment.utcoffset()
    # Offsets from before standard time have seconds; mails and feeds have no place for them.
    if offset and offset.seconds % 60:
        moment, offset = moment.astimezone(UTC), timedelta()
    day = f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04}"
    return f"{day} {moment.hour:02}:{moment.minute:02}:{moment.second:02} {_spelled(offset)}"


@lru_cache(maxsize=64)
def _spelled(offset: timedelta | None) -> str:
    if offset is None:
        return "-0000"
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"
