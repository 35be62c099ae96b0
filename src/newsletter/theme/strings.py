"""words: a language's strings, dates, sizes and direction, as readers see them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache
from typing import Any, Literal

from babel import Locale, UnknownLocaleError

from newsletter.model import Event
from newsletter.text.babel_dates import DateTimeFormat, format_time, get_date_format
from newsletter.theme.content import Content, for_templates
from newsletter.theme.printable import require_text

_LONGEST_PATTERN = 40  # characters
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ks ku ps sd ug ur yi".split())
TIMES = ("time", "time_full_hour")  # strings that are a pattern of Babel's for a time of day


@dataclass(frozen=True)
class Strings:
    """The strings of the theme in `lang`; dates are shown in `zone`."""

    lang: str
    strings: Mapping[str, str]
    zone: tzinfo

    @property
    def dir(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if re.split(r"[-_]", self.lang.lower())[0] in _RIGHT_TO_LEFT else "ltr"

    @cached_property
    def locale(self) -> str:
        """The language as Babel knows it; English for one that Babel does not know."""
        return known_locale(self.lang)

    def __call__(self, key: str, **values: Any) -> str:
        """A string of the theme with `{names}` replaced; content among the values makes it content."""
        pattern = self.strings[key]
        for value in values.values():
            require_text(value)
        if "«" in pattern:
            # A quotation inside a quotation takes the other marks.
            values = {name: _inner_quotes(value) for name, value in values.items()}
        made = pattern.format_map(values)
        for value in values.values():
            if isinstance(value, Content):
                return Content(made)
        return made

    @for_templates
    def date(self, moment: datetime) -> str:
        """`26 novembre 2024`."""
        return _date(moment.astimezone(self.zone).date(), "long", self.locale)

    @for_templates
    def day(self, moment: datetime) -> str:
        """`mardi 26 novembre 2024`."""
        return _date(moment.astimezone(self.zone).date(), "full", self.locale)

    @for_templates
    def time(self, moment: datetime) -> str:
        """`9 h 30`, by the strings `time` and `time_full_hour`."""
        local = moment.astimezone(self.zone)
        pattern = self.strings["time"] if local.minute else self.strings["time_full_hour"]
        return _time(local.time(), pattern, self.locale)

    @for_templates
    def when(self, event: Event) -> str:
        """Day and times of an event, in one phrase."""
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
        """A file's size, `1,2 Mo`."""
        for limit, unit in ((1_000_000, "megabytes"), (1_000, "kilobytes")):
            if count >= limit:
                number = f"{count / limit:.1f}" if unit == "megabytes" else f"{round(count / limit)}"
                return self(unit, number=number.replace(".", self.strings["decimal"]))
        return self("bytes", number=count)

    @for_templates
    def language(self, lang: str) -> str:
        """A language's own name for itself: `English`, `français`."""
        return _language(known_locale(lang)) or lang


def _inner_quotes(value: Any) -> Any:
    if not isinstance(value, str) or "«" not in value:
        return value
    made = re.sub("«[ \u00a0\u202f]*", "“", re.sub("[ \u00a0\u202f]*»", "”", value))
    return Content(made) if isinstance(value, Content) else made


@lru_cache(maxsize=4096)
def _date(day: date, form: Literal["long", "full"], locale: str) -> str:
    """A date in a form of Babel's, put together from its fields: of these there are few, of days there are many."""
    written, fields = _pattern(form, locale)
    return written % {field: _field(field, _PARTS.get(field[0], _whole)(day), locale) for field in fields}


# A field of a pattern, and a day that has in common with the given one what the field depends on; else the day itself.
_PARTS: Mapping[str, Callable[[date], date]] = {
    "d": lambda day: date(2000, 1, day.day),
    "E": lambda day: date(2001, 1, 1 + day.weekday()),
    "M": lambda day: date(2000, day.month, 1),
    "L": lambda day: date(2000, day.month, 1),
    "y": lambda day: date(day.year, 7, 1),
}


def _whole(day: date) -> date:
    return day


@lru_cache(maxsize=1024)
def _pattern(form: Literal["long", "full"], locale: str) -> tuple[str, tuple[str, ...]]:
    written = str(get_date_format(form, Locale.parse(locale)).format)
    return written, tuple(re.findall(r"%\((\w+)\)s", written))


@lru_cache(maxsize=4096)
def _field(field: str, day: date, locale: str) -> str:
    return str(DateTimeFormat(day, locale)[field])


@lru_cache(maxsize=4096)
def _time(moment: time, pattern: str, locale: str) -> str:
    return str(format_time(moment, pattern, locale=locale))


def is_time_pattern(pattern: str) -> bool:
    """Whether a time of day can be written by this pattern, which may come from a stranger."""
    try:
        return len(pattern) <= _LONGEST_PATTERN and bool(_time(time(9, 30), pattern, "en"))
    except Exception:  # Babel raises nearly everything for what a time does not have
        return False


@lru_cache(maxsize=1024)
def _language(locale: str) -> str | None:
    return Locale.parse(locale).get_language_name()


@lru_cache(maxsize=1024)
def known_locale(lang: str) -> str:
    """The nearest locale that Babel has data for."""
    parts = lang.replace("-", "_").split("_")
    for length in range(len(parts), 0, -1):
        try:
            return str(Locale.parse("_".join(parts[:length])))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"
