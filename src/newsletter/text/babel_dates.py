"""babel_dates: Babel's functions for dates, imported without looking up the machine's time zone.

`import babel.dates` reads the file that TZ names, or /etc/localtime, and raises if that is not a time zone: with
TZ=:/etc/passwd, say, or TZ=UTC and a file of that name in the current folder. Nothing that newsletter makes depends on
the machine's zone, so TZ names none meanwhile.
"""

import os

_zone = os.environ.get("TZ")
os.environ["TZ"] = ":"
try:
    from babel.dates import DateTimeFormat, format_date, format_time, get_date_format
finally:
    if _zone is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = _zone

__all__ = ["DateTimeFormat", "format_date", "format_time", "get_date_format"]
