"""spoken: dates as people write them in a text, in French or English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    ("janvier", "january", "janv", "jan"), ("février", "fevrier", "february", "févr", "feb"), ("mars", "march", "mar"),
    ("avril", "april", "avr", "apr"), ("mai", "may"), ("juin", "june", "jun"), ("juillet", "july", "juil", "jul"),
    ("août", "aout", "august", "aug"), ("septembre", "september", "sept", "sep"), ("octobre", "october", "oct"),
    ("novembre", "november", "nov"), ("décembre", "decembre", "december", "déc", "dec"),
)  # fmt: skip
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH = "(?P<month>" + "|".join(sorted(_NUMBER, key=len, reverse=True)) + r")\b\.?"
_SPACE = r"[ \u00a0\u202f]+"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d)(?P<day>\d\d?)(?:er|st|nd|rd|th)?{_SPACE}(?:of{_SPACE})?{_MONTH},?{_SPACE}{_YEAR}",
        rf"\b{_MONTH}{_SPACE}(?P<day>\d\d?)(?:st|nd|rd|th)?,?{_SPACE}{_YEAR}",
        r"(?<![\d-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        r"(?<![\d/.])(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.](?P<year>(?:19|20)\d\d)(?!\d)",
    )
)
# "Amiens, le 26 novembre 2024" dates a release; a date in a sentence may be that of anything.
_DATELINE = re.compile(r"(?:^|\n)[ \t]*[A-ZÀ-Þ][\w’' -]{1,40},(?: le)? ?\Z")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A date in a text: the words, where they begin, and whether day and month could be exchanged."""

    value: date
    words: str
    offset: int
    ambiguous: bool


def dates(content: str) -> tuple[Spoken, ...]:
    """Every whole date of a text, in order; `03/04/2024` is read day first."""
    return tuple(sorted(_find(content), key=lambda spoken: spoken.offset))


def likeliest(content: str) -> Spoken | None:
    """The date of a dateline, else the first one."""
    found = dates(content)
    lined = (each for each in found if _DATELINE.search(content[max(0, each.offset - 60) : each.offset]))
    return next(lined, found[0] if found else None)


def _find(content: str) -> Iterator[Spoken]:
    for form in _FORMS:
        for match in form.finditer(content):
            # Without regard to case an expression also takes `ſ` for `s` and `ı` for `i`.
            month = match["month"].casefold().replace("\u0131", "i").replace("\u0307", "").rstrip(".")
            numeric = month.isdecimal()
            day, number = int(match["day"]), int(month) if numeric else _NUMBER.get(month, 0)
            numeric = numeric and "-" not in match[0]
            # In 12/31/2024 the month comes first; with full stops that is never so, and it is a telephone number.
            if number > 12 >= day and "/" in match[0]:
                day, number = number, day
            try:
                value = date(int(match["year"]), number, day)
            except ValueError:
                continue
            yield Spoken(value, match[0], match.start(), numeric and day <= 12 and day != number)
