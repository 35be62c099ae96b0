"""moments: dates in front matter of other tools."""

import re
from datetime import date, datetime
from typing import Any

_MOMENT = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?\b", re.ASCII
)  # fmt: skip


def moment(value: Any) -> str:
    """A date of another tool as ours: `2024-11-26`, with time and offset if it has them; "" for none."""
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
