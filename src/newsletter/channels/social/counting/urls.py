"""Finding links the way twitter-text 3.1.0 (Apache-2.0) does; X and Mastodon differ in a few characters only.

The reference is one regular expression with 1,574 alternatives for the top-level domain. Here the
full stops that a domain follows are looked for first; most texts have none, and the expression runs
only around the others. The outcome is the same; tests compare it with the reference. Each run of domain
characters is read once, so that hostile texts take linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from newsletter.channels.social.counting.domains import Endings

# Ranges within a character class. "Folded": with what an expression that ignores case adds.
LATIN = r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
LATIN += r"\u02bb\u0300-\u036f\u1e00-\u1eff"
FOLDED = rf"{LATIN}\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f"
FOLDED += r"\ua7dc"
SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
INVALID = r"\ufffe\ufeff\uffff"
DIRECTIONS = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_BEFORE = rf"[^A-Za-z0-9@＠$#＃{INVALID}]"
BEFORE = rf"(?P<before>{_BEFORE}|\A)"
# The longest that may stand between the start of a match and its domain: a character, `https://`.
_LEAD = len("xgopher://")


class Found(NamedTuple):
    """A link in a text: offsets in code points, what is before it, its parts as written."""

    before: str
    protocol: str
    start: int
    domain: str
    ending: str
    tail: int  # offset after the domain: port, path and query begin
    end: int
    path: bool

    @property
    def domain_start(self) -> int:
        """Offset of the domain's first character."""
        return self.start + len(self.protocol)


@dataclass(frozen=True)
class Grammar:
    """What makes a link. `excluded`: characters that a domain never holds, `-` and `_` among them.

    `protocol` and `tail` are expressions; `tail` is port, path (a group of that name) and query.
    """

    excluded: str
    protocol: str
    tail: str

    @cached_property
    def run(self) -> re.Pattern[str]:
        """Matches the characters of one domain, forwards or backwards."""
        return re.compile(rf"(?:[^{self.excluded}]|[-_.])*+")

    @cached_property
    def lead(self) -> re.Pattern[str]:
        """Matches, just before a run, the character before a link and the link's protocol."""
        return re.compile(rf"{BEFORE}(?P<protocol>{self.protocol})\Z")

    @cached_property
    def inner(self) -> re.Pattern[str] | None:
        """Matches the first character of a link that begins within a run; None when each needs a protocol."""
        return re.compile(rf"(?<={_BEFORE})[^{self.excluded}]") if re.fullmatch(self.protocol, "") else None

    @cached_property
    def rest(self) -> re.Pattern[str]:
        """Matches what follows a domain, possibly nothing."""
        return re.compile(self.tail)

    def find(self, text: str, endings: Endings) -> Iterator[Found]:
        """Links from left to right, none within another."""
        stops = dict(endings.find(text))
        at = end = 0  # where the last link and the last run end
        for stop in stops:
            if stop < end:
                continue
            before = self.run.match(text[end:stop][::-1])
            start = stop - (before.end() if before else 0)
            run = self.run.match(text, stop)
            end = run.end() if run else stop
            for label in _labels(text, start, end, stops):
                if found := self._link(text, start, at, label, stops):
                    yield found
                    at = found.end

    def _link(self, text: str, run: int, at: int, label: "_Label", stops: dict[int, str]) -> Found | None:
        """The link that begins in this label, at `at` or later; its domain is as long as can be."""
        dot, first = label.reach, label.start
        if dot < 0:
            # The label next to the top-level domain holds no underscore.
            dot, first = label.dot, max(text.rfind("_", first, label.dot) + 1, first)
        if dot not in stops or at >= label.dot:
            return None
        if first == run and text[run] not in "-_" and not (run == 0 and self._begins_later(text, label.dot)):
            lead = self.lead.search(text, max(at, run - _LEAD), run)
            if lead:
                return self._ended(text, lead["before"], lead["protocol"], run, dot, stops[dot])
        inner = self.inner and self.inner.search(text, max(first, at + 1, run + 1), label.dot)
        return self._ended(text, text[inner.start() - 1], "", inner.start(), dot, stops[dot]) if inner else None

    def _begins_later(self, text: str, dot: int) -> bool:
        """Whether the first character of a text is the one before a link, which then begins with the second."""
        return bool(self.inner and dot > 1 and self.inner.match(text, 1))

    def _ended(self, text: str, before: str, protocol: str, start: int, dot: int, ending: str) -> Found:
        tail = dot + 1 + len(ending)
        rest = self.rest.match(text, tail)
        assert rest is not None  # it may be empty
        return Found(
            before, protocol, start - len(protocol), text[start:tail], ending, tail, rest.end(),
            rest["path"] is not None,
        )  # fmt: skip


class _Label(NamedTuple):
    """A label of a domain, up to the full stop at `dot`.

    `reach` is the last full stop before a top-level domain that labels after this one lead to; -1: none.
    """

    start: int
    dot: int
    reach: int


def _labels(text: str, start: int, end: int, stops: dict[int, str]) -> list[_Label]:
    """The labels of a run of domain characters that a link may begin in, looked at once, from the last one."""
    found: list[_Label] = []
    reach = -1  # of the labels behind the one that is looked at
    dot = text.rfind(".", start, end)
    while dot >= 0:
        before = text.rfind(".", start, dot)
        first = before + 1 if before >= 0 else start
        if first < dot and text[dot - 1] not in "-_":
            found.append(_Label(first, dot, reach))
            if text[first] in "-_":
                reach = -1
            elif reach < 0 and dot in stops and text.find("_", first, dot) < 0:
                reach = dot
        else:
            reach = -1
        dot = before
    return found[::-1]


def paths(general: str, ending: str, nested: str, last: str) -> str:
    """An expression for a path: characters within and at its end, pairs of brackets, a last resort.

    `nested` are the characters within brackets that may end a path.
    """
    within, at_end = brackets(general), brackets(nested)
    return rf"(?:(?:{general}*(?:{within}{general}*)*(?:{ending}|{at_end}))|{last})"


def brackets(general: str) -> str:
    """An expression for text in brackets, which may hold one more pair."""
    return rf"\((?:{general}+|{general}*\({general}+\){general}*)\)"


_DOMAIN = rf"!'#%&()*+,\\\-./:;<=>?@\[\]\^_{{|}}~${SPACES}{INVALID}{DIRECTIONS}"
_CYRILLIC = r"\u0400-\u04ff\u1c80-\u1c87"
_CHARS = rf"[a-zA-Z0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_CYRILLIC}{FOLDED}]"
_END = rf"[a-zA-Z0-9=_#/+\-{_CYRILLIC}{FOLDED}]"
QUERY = r"(?:\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-zA-Z0-9\-_&=#/])?"
_TAIL = rf"(?::[0-9]+)?(?P<path>/{paths(_CHARS, _END, _CHARS, f'@{_CHARS}+/')}*)?{QUERY}"
HTTP = "[hH][tT][tT][pP][sS]?://"

# As twitter-text has it, and as Mastodon's web interface uses it: only links with a protocol.
PLAIN = Grammar(_DOMAIN, f"(?:{HTTP})?", _TAIL)
WITH_PROTOCOL = Grammar(_DOMAIN, HTTP, _TAIL)
