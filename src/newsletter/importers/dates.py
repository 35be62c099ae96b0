"""Find dates in running text, as people write them in French or English."""

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
# "Amiens, le 26 novembre 2024" is the date of a release. A date in a sentence may have
# another meaning.
_DATELINE = re.compile(r"(?:^|\n)[ \t]*[A-ZÀ-Þ][\w’' -]{1,40},(?: le)? ?\Z")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date in a text: its value, words and offset, and whether day and month could be swapped."""

    value: date
    words: str
    offset: int
    ambiguous: bool


def dates(content: str) -> tuple[WrittenDate, ...]:
    """Return every complete date in a text, in order.

    In dates such as `03/04/2024`, the day comes first.
    """
    return tuple(sorted(_find_dates(content), key=lambda written: written.offset))


def likeliest(content: str) -> WrittenDate | None:
    """Return the date in a release's dateline, or else the first date in the text, if any."""
    candidates = dates(content)
    for candidate in candidates:
        if _DATELINE.search(content[max(0, candidate.offset - 60) : candidate.offset]):
            return candidate
    return candidates[0] if candidates else None


def _find_dates(content: str) -> Iterator[WrittenDate]:
    for form in _FORMS:
        for match in form.finditer(content):
            # With re.IGNORECASE, `s` also matches `ſ`, and `i` matches `ı`.
            month = match["month"].casefold().replace("\u0131", "i").replace("\u0307", "").rstrip(".")
            is_numeric = month.isdecimal()
            day, number = int(match["day"]), int(month) if is_numeric else _NUMBER.get(month, 0)
            # In 12/31/2024, the month comes first. Nobody writes that with full stops: 12.31.2024 is
            # a telephone number.
            if number > 12 >= day and "/" in match[0]:
                day, number = number, day
            try:
                value = date(int(match["year"]), number, day)
            except ValueError:
                continue
            is_ambiguous = is_numeric and "-" not in match[0] and day <= 12 and day != number
            yield WrittenDate(value, match[0], match.start(), is_ambiguous)
