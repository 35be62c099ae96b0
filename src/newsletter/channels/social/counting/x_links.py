"""What X makes links of: addresses, and words that a full stop and a top-level domain join.

The rules of `extractUrlsWithIndices` in twitter-text 3.1.0 (Apache-2.0), its oddities included.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.channels.social.counting import punycode, units
from newsletter.channels.social.counting.domains import Endings
from newsletter.channels.social.counting.urls import FOLDED, PLAIN, QUERY, Found

_LONGEST_LINK = 4096
_LONGEST_LABEL = 63
_LONGEST_SLUG = 40

_LABELS = re.compile(rf"(?:[-A-Za-z0-9{FOLDED}]++\.)++")
_SEPARATORS = re.compile("[.。．｡]")
_SHORT = re.compile(rf"https?://t\.co/([a-z0-9]+){QUERY}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link in a text: offsets in code points, the top-level domain as written.

    `url` is the text between the offsets, except where letters of another script stand between a
    Latin domain and its path: `prix.fr日本.fr/x` gives `prix.fr/x`.
    """

    url: str
    start: int
    end: int
    ending: str


def find(text: str, endings: Endings) -> tuple[FoundLink, ...]:
    """The links of a text by their start, which is each one's own."""
    if "." not in text:
        return ()
    found = {}
    for each in PLAIN.find(text, endings):
        if _is_valid(each, text[each.start : each.end], endings):
            made = _with_protocol(text, each) if each.protocol else _bare(text, each, endings)
            # A second link from the same place replaces the first, as in the reference.
            found.update({link.start: link for link in made})
    return tuple(found[start] for start in sorted(found))


def _is_valid(found: Found, url: str, endings: Endings) -> bool:
    domain = found.domain
    # In this order, no label or domain that is looked at closely is long.
    if len(found.protocol or "https://") + units.utf16(url) > _LONGEST_LINK:
        return False
    if not all(1 <= _encoded_length(label) <= _LONGEST_LABEL for label in domain.split(".")):
        return False
    return not domain.startswith("xn--") or any(_latin_domains(domain, endings))


def _encoded_length(label: str) -> int:
    """Length of a label in punycode, at least if it may be allowed; wide full stops within it count as such."""
    if len(label) > _LONGEST_LABEL:
        return len(label)  # encoded, it is no shorter
    parts = _SEPARATORS.split(label)
    lengths = (len(part) if part.isascii() and part.isprintable() else len(_punycode(part)) for part in parts)
    return sum(lengths) + len(parts) - 1


def _punycode(label: str) -> str:
    return f"xn--{punycode.encode(label)}"


def _with_protocol(text: str, found: Found) -> Iterator[FoundLink]:
    end = found.end
    # Nothing but a slug belongs to a link that X shortened.
    if short := _SHORT.match(text, found.start, end):
        if len(short[1]) > _LONGEST_SLUG:
            return
        end = short.end()
    yield FoundLink(text[found.start : end], found.start, end, found.ending)


def _bare(text: str, found: Found, endings: Endings) -> Iterator[FoundLink]:
    """The parts of a domain without protocol that are in Latin script; the last one has the path."""
    if found.before and found.before in "-_./":
        return
    at = 0
    made = []
    for name, ending in _latin_domains(found.domain, endings):
        start = found.domain.index(name, at)
        at = start + len(name)
        made.append(FoundLink(name, found.start + start, found.start + at, ending))
    if made and found.path:
        last = made.pop()
        made.append(FoundLink(last.url + text[found.tail : found.end], last.start, found.end, last.ending))
    yield from made


def _latin_domains(domain: str, endings: Endings) -> Iterator[tuple[str, str]]:
    stops = dict(endings.find(domain))
    places = list(stops)
    at = 0
    while labels := _LABELS.search(domain, at):
        at = labels.end()
        last = bisect_left(places, at) - 1
        if last >= 0 and (dot := places[last]) > labels.start():
            at = dot + 1 + len(stops[dot])
            yield domain[labels.start() : at], stops[dot]
