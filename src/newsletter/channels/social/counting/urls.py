"""Find links the way twitter-text 3.1.0 (Apache-2.0) does.

X and Mastodon use grammars that differ in only a few characters. The reference is one regular expression with 1,574
alternatives for the top-level domain. This implementation first looks for full stops before a top-level domain, which
most texts lack, and applies expressions only around those. Tests confirm that the results are the same. Each run of
domain characters is read once, so that hostile texts take linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from newsletter.channels.social.counting.domains import Endings

# Ranges for use in a character class. FOLDED adds the characters that a case-insensitive expression also matches.
LATIN = r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
LATIN += r"\u02bb\u0300-\u036f\u1e00-\u1eff"
FOLDED = rf"{LATIN}\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f"
FOLDED += r"\ua7dc"
SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
INVALID = r"\ufffe\ufeff\uffff"
DIRECTIONS = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_BEFORE = rf"[^A-Za-z0-9@＠$#＃{INVALID}]"
BEFORE = rf"(?P<before>{_BEFORE}|\A)"
# The longest text between the start of a match and its domain: one character and a protocol.
_LEAD = len("xgopher://")


class Found(NamedTuple):
    """A link in a text, with its parts as written and offsets in code points.

    `before` is the character before the link, `ending` is the top-level domain, and `path` is true if there is a path.
    """

    before: str
    protocol: str
    start: int
    domain: str
    ending: str
    tail: int  # offset after the domain, where port, path and query start
    end: int
    path: bool

    @property
    def domain_start(self) -> int:
        """The offset of the domain's first character."""
        return self.start + len(self.protocol)


@dataclass(frozen=True)
class Grammar:
    """The rules for links.

    `excluded` contains the characters that cannot start a domain. Of these, only `-`, `_` and `.` may occur after the
    start. `protocol` and `tail` are expressions. `tail` matches port, path and query, and has a group named `path`.
    """

    excluded: str
    protocol: str
    tail: str

    @cached_property
    def run(self) -> re.Pattern[str]:
        """A pattern for the characters of a domain, in either direction."""
        return re.compile(rf"(?:[^{self.excluded}]|[-_.])*+")

    @cached_property
    def lead(self) -> re.Pattern[str]:
        """A pattern for the character and the protocol directly before a run."""
        return re.compile(rf"{BEFORE}(?P<protocol>{self.protocol})\Z")

    @cached_property
    def inner(self) -> re.Pattern[str] | None:
        """A pattern for the first character of a link that starts inside a run. None if a protocol is required."""
        return re.compile(rf"(?<={_BEFORE})[^{self.excluded}]") if re.fullmatch(self.protocol, "") else None

    @cached_property
    def rest(self) -> re.Pattern[str]:
        """A pattern for the text after a domain, which may be empty."""
        return re.compile(self.tail)

    def find(self, text: str, endings: Endings) -> Iterator[Found]:
        """Yield links from left to right, without overlaps."""
        stops = dict(endings.find(text))
        link_end = run_end = 0  # where the last link and the last run end
        for stop in stops:
            if stop < run_end:
                continue
            before = self.run.match(text[run_end:stop][::-1])
            start = stop - (before.end() if before else 0)
            run = self.run.match(text, stop)
            run_end = run.end() if run else stop
            for label in _labels(text, start, run_end, stops):
                if link := self._first_link(text, start, link_end, label, stops):
                    yield link
                    link_end = link.end

    def _first_link(self, text: str, run: int, earliest: int, label: "_Label", stops: dict[int, str]) -> Found | None:
        """Return the link with the longest domain that starts in this label, at `earliest` or later."""
        dot, first = label.reach, label.start
        if dot < 0:
            # The label before the top-level domain must not contain an underscore.
            dot, first = label.dot, max(text.rfind("_", first, label.dot) + 1, first)
        if dot not in stops or earliest >= label.dot:
            return None
        if first == run and text[run] not in "-_" and not (run == 0 and self._starts_at_second(text, label.dot)):
            lead = self.lead.search(text, max(earliest, run - _LEAD), run)
            if lead:
                return self._make_link(text, lead["before"], lead["protocol"], run, dot, stops[dot])
        inner = self.inner and self.inner.search(text, max(first, earliest + 1, run + 1), label.dot)
        return self._make_link(text, text[inner.start() - 1], "", inner.start(), dot, stops[dot]) if inner else None

    def _starts_at_second(self, text: str, dot: int) -> bool:
        """Return whether a link starts with the second character of the text, after any first character."""
        return bool(self.inner and dot > 1 and self.inner.match(text, 1))

    def _make_link(self, text: str, before: str, protocol: str, start: int, dot: int, ending: str) -> Found:
        tail = dot + 1 + len(ending)
        rest = self.rest.match(text, tail)
        assert rest is not None  # tail may match the empty string
        return Found(
            before, protocol, start - len(protocol), text[start:tail], ending, tail, rest.end(),
            rest["path"] is not None,
        )  # fmt: skip


class _Label(NamedTuple):
    """A label of a domain, up to the full stop at `dot`.

    `reach` is the last full stop before a top-level domain that a link starting here can extend to, or -1.
    """

    start: int
    dot: int
    reach: int


def _labels(text: str, start: int, end: int, stops: dict[int, str]) -> list[_Label]:
    """Return the labels of a run in which a link may start. Each label is examined once, the last one first."""
    labels: list[_Label] = []
    reach = -1  # `reach` of the label that follows the current one
    dot = text.rfind(".", start, end)
    while dot >= 0:
        previous_dot = text.rfind(".", start, dot)
        first = previous_dot + 1 if previous_dot >= 0 else start
        if first < dot and text[dot - 1] not in "-_":
            labels.append(_Label(first, dot, reach))
            if text[first] in "-_":
                reach = -1
            elif reach < 0 and dot in stops and text.find("_", first, dot) < 0:
                reach = dot
        else:
            reach = -1
        dot = previous_dot
    return labels[::-1]


def paths(general: str, ending: str, nested: str, last: str) -> str:
    """Return an expression for a path.

    `general` matches a character inside a path, `ending` a character at its end, and `nested` a character in brackets
    at its end. `last` is a fallback expression.
    """
    within, at_end = brackets(general), brackets(nested)
    return rf"(?:(?:{general}*(?:{within}{general}*)*(?:{ending}|{at_end}))|{last})"


def brackets(general: str) -> str:
    """Return an expression for text in brackets, which may contain one more pair of brackets."""
    return rf"\((?:{general}+|{general}*\({general}+\){general}*)\)"


_DOMAIN = rf"!'#%&()*+,\\\-./:;<=>?@\[\]\^_{{|}}~${SPACES}{INVALID}{DIRECTIONS}"
_CYRILLIC = r"\u0400-\u04ff\u1c80-\u1c87"
_CHARS = rf"[a-zA-Z0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_CYRILLIC}{FOLDED}]"
_END = rf"[a-zA-Z0-9=_#/+\-{_CYRILLIC}{FOLDED}]"
QUERY = r"(?:\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-zA-Z0-9\-_&=#/])?"
_TAIL = rf"(?::[0-9]+)?(?P<path>/{paths(_CHARS, _END, _CHARS, f'@{_CHARS}+/')}*)?{QUERY}"
HTTP = "[hH][tT][tT][pP][sS]?://"

# The grammar of twitter-text, and that of Mastodon's web interface, which requires a protocol.
PLAIN = Grammar(_DOMAIN, f"(?:{HTTP})?", _TAIL)
WITH_PROTOCOL = Grammar(_DOMAIN, HTTP, _TAIL)
