"""Find the locale for a language, and provide Babel's date functions without looking up the machine's time zone.

`import babel.dates` reads the file that TZ names, or /etc/localtime, and raises an error if that is not a time zone:
with TZ=:/etc/passwd, say, or with TZ=UTC and a file of that name in the current folder. The output does not depend on
the machine's zone, so TZ names no zone during the import.
"""

import os
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError, localedata

_zone = os.environ.get("TZ")
os.environ["TZ"] = ":"
try:
    from babel.dates import format_date, format_time
finally:
    if _zone is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = _zone

__all__ = ["format_date", "format_time", "known_locale"]


class _Unshared(localedata.LocaleDataDict):
    """Babel's data of a locale, without a bug in how Babel resolves aliases.

    Some entries of a locale are aliases for others: the names of months in titles, say, for those in dates. Babel
    writes the resolved entry into the data shared by all locales that inherit the alias: after a Chinese month had
    been formatted, French months were Chinese.
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
    """Return the closest locale for which Babel has data: `fr` for `fr-1694acad`; `en` if there is none."""
    parts = lang.replace("-", "_").split("_")
    for length in range(len(parts), 0, -1):
        try:
            return str(Locale.parse("_".join(parts[:length])))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"
