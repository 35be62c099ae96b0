"""Parse dates in the one format that authors may use, and format dates for mails and feeds.

A date without an offset is in the publication's time zone.
"""

import email.utils
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

PATTERN = r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?"
_DATE = re.compile(PATTERN, re.ASCII)


class Moment(NamedTuple):
    """A parsed date. `bare` is true if the author wrote no time."""

    value: datetime
    bare: bool


class SkippedTime(ValueError):
    """The time does not exist because the clocks skip it when they go forward."""


def read_moment(value: str, zone: tzinfo) -> Moment:
    """Parse `YYYY-MM-DD`, or `YYYY-MM-DD HH:MM` with optional seconds and offset.

    A date without an offset is in `zone`. Raises SkippedTime for a time that the clocks skip when they go forward, and
    ValueError for all other invalid values. The message of the exception says what is wrong.
    """
    match = _DATE.fullmatch(value)
    if match is None:
        raise ValueError(f"'{value}' is not a date of the form YYYY-MM-DD or YYYY-MM-DD HH:MM")
    year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()[:6]]
    written_offset = match[7]
    try:
        if written_offset:
            sign = -1 if written_offset[0] == "-" else 1
            hours, minutes = (0, 0) if written_offset == "Z" else (int(written_offset[1:3]), int(written_offset[4:6]))
            if minutes > 59:
                raise ValueError("an offset has at most 59 minutes")
            zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if not 1 < year < 9999:
            moment.astimezone(UTC)  # raises OverflowError if the year is out of range in UTC
        offset = moment.utcoffset() or timedelta()
        # For a skipped time, fold=0 gives the offset before the change, and fold=1 the larger one after it (PEP 495).
        skipped = offset < (moment.replace(fold=1).utcoffset() or timedelta())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{value}' is not a valid date: {error}") from None
    if skipped:
        raise SkippedTime(f"'{value}' does not exist in {zone}: the clocks skip it when they go forward")
    # Use a fixed offset, because ambiguous or skipped times in different zones never compare equal (PEP 495).
    return Moment(moment.replace(tzinfo=_shared_timezone(offset)), match[4] is None)


@lru_cache(maxsize=256)
def _shared_timezone(offset: timedelta) -> timezone:
    """Return the same object for equal offsets, which makes dates faster to compare and pickle."""
    return timezone(offset)


@lru_cache(maxsize=1024)  # the same date occurs several times in a feed entry
def format_rfc3339(moment: datetime) -> str:
    """Format a UTC datetime for Atom and JSON Feed (RFC 3339), with milliseconds only if there are any."""
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def format_rfc5322(moment: datetime) -> str:
    """Format a datetime for mails and RSS (RFC 5322)."""
    offset = moment.utcoffset()
    # Before standard time was introduced, offsets included seconds, which RFC 5322 cannot express.
    if offset and offset.seconds % 60:
        moment = moment.astimezone(UTC)
    return email.utils.format_datetime(moment)
