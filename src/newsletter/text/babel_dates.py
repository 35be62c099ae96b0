"""Find the locale for a language, and import Babel's date functions without reading the machine's time zone.

`import babel.dates` reads the time zone file that the environment variable TZ names, or else /etc/localtime. If that
file is not a time zone, the import fails: for example with TZ=:/etc/passwd, or with TZ=UTC if the current folder
contains a file named UTC. The output does not depend on the machine's time zone, so TZ is set to `:` during the import.
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
    """Babel's locale data, with a fix for a bug in how Babel resolves aliases.

    Some entries of a locale are aliases for others: for example, month names in titles for month names in dates. Babel
    writes the resolved entry into the data shared by all locales that inherit the alias. After formatting a Chinese
    month, it would print French months in Chinese.
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
    """Return the closest locale for which Babel has data, such as `fr` for `fr-1694acad`, or else `en`."""
    parts = lang.replace("-", "_").split("_")
    for length in range(len(parts), 0, -1):
        try:
            return str(Locale.parse("_".join(parts[:length])))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"
