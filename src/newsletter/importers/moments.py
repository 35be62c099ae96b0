"""Parse dates in other tools' front matter."""

import re
from datetime import date, datetime
from typing import Any

_MOMENT = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?\b", re.ASCII
)  # fmt: skip


def moment(value: Any) -> str:
    """Return another tool's date in our form, or "" if `value` is not a date.

    The result looks like `2024-11-26`, `2024-11-26 09:30` or `2024-11-26T09:30+01:00`.
    """
    if isinstance(value, datetime | date):
        value = value.isoformat()
    match = _MOMENT.match(str(value))
    if match is None:
        return ""
    try:
        date.fromisoformat(match[1])
    except ValueError:
        return ""
    day, hour, seconds, zone = match.groups()
    if not hour:
        return str(day)
    zone = "" if not zone else zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return f"{day}T{hour}{seconds if seconds and seconds != ':00' else ''}{zone}" if zone else f"{day} {hour}"
