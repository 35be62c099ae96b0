"""Finding links the way twitter-text 3.1.0 (Apache-2.0) does; X and Mastodon differ in a few characters only.

The reference is one regular expression with 1,574 alternatives for the top-level domain. Here the
full stops that a domain follows are looked for first; most texts have none, and the expression runs
only around the others. The outcome is the same; tests compare it with the reference.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from newsletter.channels.social.domains import Endings

# Ranges within a character class. "Folded": with what an expression that ignores case adds.
LATIN = r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
LATIN += r"\u02bb\u0300-\u036f\u1e00-\u1eff"
FOLDED = rf"{LATIN}\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f"
FOLDED += r"\ua7dc"
SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
INVALID = r"\ufffe\ufeff\uffff"
DIRECTIONS = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
BEFORE = rf"(?P<before>[^A-Za-z0-9@＠$#＃{INVALID}]|\A)"
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
    def head(self) -> re.Pattern[str]:
        """Matches the character before a link, its protocol, and labels up to a last full stop."""
        label = rf"[^{self.excluded}]++(?:[-_]++[^{self.excluded}]++)*+\."
        return re.compile(rf"{BEFORE}(?P<protocol>{self.protocol})(?P<labels>(?:{label})++)")

    @cached_property
    def run(self) -> re.Pattern[str]:
        """Matches the characters of one domain, forwards or backwards."""
        return re.compile(rf"(?:[^{self.excluded}]|[-_.])*+")

    @cached_property
    def rest(self) -> re.Pattern[str]:
        """Matches what follows a domain, possibly nothing."""
        return re.compile(self.tail)

    def find(self, text: str, endings: Endings) -> Iterator[Found]:
        """Links from left to right, none within another."""
        stops = dict(endings.find(text))
        at = 0
        for stop in stops:
            if stop >= at and (found := self._around(text, at, stop, stops)):
                yield found
                at = found.end

    def _around(self, text: str, at: int, stop: int, stops: dict[int, str]) -> Found | None:
        """The first link from `at` on whose domain reaches beyond the full stop at `stop`."""
        run = self.run.match(text[at:stop][::-1])
        at = max(at, stop - (run.end() if run else 0) - _LEAD)
        while (head := self.head.search(text, at)) and head.start("labels") < stop:
            if found := self._whole(text, head, stops):
                return found
            at = head.start() + 1
        return None

    def _whole(self, text: str, head: re.Match[str], stops: dict[int, str]) -> Found | None:
        """The link that begins with `head`: its domain is as long as can be."""
        start, end = head.span("labels")
        while (dot := text.rfind(".", start, end)) > start:
            # The label next to the top-level domain holds no underscore.
            if dot in stops and "_" not in text[max(text.rfind(".", start, dot) + 1, start) : dot]:
                return self._ended(text, head, dot + 1, stops[dot])
            end = dot
        return None

    def _ended(self, text: str, head: re.Match[str], at: int, ending: str) -> Found:
        tail = at + len(ending)
        rest = self.rest.match(text, tail)
        assert rest is not None  # it may be empty
        domain = text[head.start("labels") : tail]
        return Found(
            head["before"], head["protocol"], head.start("protocol"), domain, ending, tail, rest.end(),
            rest["path"] is not None,
        )  # fmt: skip


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
