"""Provide the theme's strings in one language, and format dates, times and sizes in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache
from typing import Any, Literal

from babel import Locale

from newsletter.model import Event
from newsletter.text import base_language
from newsletter.text.babel_dates import format_date, format_time, known_locale
from newsletter.theme.content import Content, for_templates
from newsletter.theme.printable import require_text

_LONGEST_PATTERN = 40  # characters
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ks ku ps sd ug ur yi".split())
TIMES = ("time", "time_full_hour")  # strings that are Babel patterns for a time of day


@dataclass(frozen=True)
class Strings:
    """The theme's strings in the language `lang`. Dates are shown in the time zone `zone`."""

    lang: str
    strings: Mapping[str, str]
    zone: tzinfo

    @property
    def dir(self) -> str:
        """The text direction, which is `rtl` or `ltr`."""
        return "rtl" if base_language(self.lang) in _RIGHT_TO_LEFT else "ltr"

    @cached_property
    def locale(self) -> str:
        """Babel's name for the language, or English if Babel does not know the language."""
        return known_locale(self.lang)

    def __call__(self, key: str, **values: Any) -> str:
        """Return the string `key`, with each `{name}` replaced by its value.

        The result is Content if one of the values is Content, otherwise str.
        """
        pattern = self.strings[key]
        for value in values.values():
            require_text(value)
        if "«" in pattern:
            # A quotation inside a quotation takes the other kind of quotation marks.
            values = {name: _inner_quotes(value) for name, value in values.items()}
        string = pattern.format_map(values)
        for value in values.values():
            if isinstance(value, Content):
                return Content(string)
        return string

    @for_templates
    def date(self, moment: datetime) -> str:
        """Return the date, such as `26 novembre 2024`."""
        return date_text(moment.astimezone(self.zone).date(), "long", self.locale)

    @for_templates
    def day(self, moment: datetime) -> str:
        """Return the date with the day of the week, such as `mardi 26 novembre 2024`."""
        return date_text(moment.astimezone(self.zone).date(), "full", self.locale)

    @for_templates
    def time(self, moment: datetime) -> str:
        """Return the time of day, such as `9 h 30`.

        The string `time` is the pattern; for full hours, it is `time_full_hour`.
        """
        local = moment.astimezone(self.zone)
        pattern = self.strings["time"] if local.minute else self.strings["time_full_hour"]
        return _time(local.time(), pattern, self.locale)

    @for_templates
    def when(self, event: Event) -> str:
        """Return the day and times of an event in one phrase."""
        start, end = event.start.astimezone(self.zone), event.end and event.end.astimezone(self.zone)
        if end is not None and end.date() != start.date():
            if event.whole_day:
                return self("event_days", start=self.day(start), end=self.day(end))
            return self(
                "event_span", start=self.day(start), start_time=self.time(start),
                end=self.day(end), end_time=self.time(end),
            )  # fmt: skip
        if event.whole_day:
            return self.day(start)
        if end is None or end == start:
            return self("event_from", day=self.day(start), start=self.time(start))
        return self("event_times", day=self.day(start), start=self.time(start), end=self.time(end))

    @for_templates
    def size(self, count: int) -> str:
        """Return a size as text, such as `1,2 Mo`. `count` is in bytes."""
        for limit, unit in ((1_000_000, "megabytes"), (1_000, "kilobytes")):
            if count >= limit:
                number = f"{count / limit:.1f}" if unit == "megabytes" else f"{round(count / limit)}"
                return self(unit, number=number.replace(".", self.strings["decimal"]))
        return self("bytes", number=count)

    @for_templates
    def language(self, lang: str) -> str:
        """Return the language's name in itself, such as `English` or `français`."""
        return _language(known_locale(lang)) or lang


def _inner_quotes(value: Any) -> Any:
    if not isinstance(value, str) or "«" not in value:
        return value
    quoted = re.sub("«[ \u00a0\u202f]*", "“", re.sub("[ \u00a0\u202f]*»", "”", value))
    return Content(quoted) if isinstance(value, Content) else quoted


@lru_cache(maxsize=4096)
def date_text(day: date, form: Literal["long", "full"], locale: str) -> str:
    """Return a date in one of Babel's forms."""
    return str(format_date(day, form, locale=locale))


@lru_cache(maxsize=4096)
def _time(moment: time, pattern: str, locale: str) -> str:
    return str(format_time(moment, pattern, locale=locale))


def is_time_pattern(pattern: str) -> bool:
    """Return whether `pattern` can format a time of day. The pattern may come from a stranger."""
    try:
        return len(pattern) <= _LONGEST_PATTERN and bool(_time(time(9, 30), pattern, "en"))
    except Exception:  # Babel raises AttributeError, TypeError and others for a field that a time does not have
        return False


@lru_cache(maxsize=1024)
def _language(locale: str) -> str | None:
    return Locale.parse(locale).get_language_name()
