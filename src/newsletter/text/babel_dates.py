"""babel_dates: the locale for a language, and Babel's functions for dates.

They are imported without looking up the machine's time zone.

`import babel.dates` reads the file that TZ names, or /etc/localtime, and raises if that is not a time zone: with
TZ=:/etc/passwd, say, or TZ=UTC and a file of that name in the current folder. Nothing that newsletter makes depends on
the machine's zone, so TZ names none meanwhile.
"""

import os
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError, localedata

_zone = os.environ.get("TZ")
os.environ["TZ"] = ":"
try:
    from babel.dates import DateTimeFormat, format_date, format_time, get_date_format
finally:
    if _zone is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = _zone

__all__ = ["DateTimeFormat", "format_date", "format_time", "get_date_format", "known_locale"]


class _Unshared(localedata.LocaleDataDict):
    """Babel's data of a locale, without a fault of it.

    What a locale has from another part of its data (the names of months in titles from those in dates, say), Babel
    writes down where all locales look that say nothing else: after a Chinese month, French ones were Chinese.
    """

    def __getitem__(self, key: str | int | None) -> Any:
        value = self._data[key]
        if isinstance(value, localedata.Alias):
            value = value.resolve(self.base)
        if isinstance(value, tuple):
            alias, others = value
            value = dict(alias.resolve(self.base))
            localedata.merge(value, others)
        return _Unshared(value, base=self.base) if isinstance(value, dict) else value


localedata.LocaleDataDict = _Unshared  # type: ignore[misc]


@lru_cache(maxsize=1024)
def known_locale(lang: str) -> str:
    """The nearest locale that Babel has data for: `fr` for `fr-1694acad`; English for a language it does not know."""
    parts = lang.replace("-", "_").split("_")
    for length in range(len(parts), 0, -1):
        try:
            return str(Locale.parse("_".join(parts[:length])))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"
