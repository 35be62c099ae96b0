"""Find links the way X does.

X links URLs, and words followed by a full stop and a top-level domain. This module implements `extractUrlsWithIndices`
of twitter-text 3.1.0 (Apache-2.0), including its quirks.
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
    """A link in a text.

    `start` and `end` are offsets in code points, and `ending` is the top-level domain as written. `url` is the text
    between the offsets, unless letters of another script separate a Latin domain from its path: in
    `prix.fr日本.fr/x`, it is `prix.fr/x`.
    """

    url: str
    start: int
    end: int
    ending: str


def find(text: str, endings: Endings) -> tuple[FoundLink, ...]:
    """Return the links of a text in order. No two links start at the same offset.

    `endings` are the top-level domains to recognize.
    """
    if "." not in text:
        return ()
    by_start = {}
    for candidate in PLAIN.find(text, endings):
        if _is_valid(candidate, text[candidate.start : candidate.end], endings):
            new_links = _full_links(text, candidate) if candidate.protocol else _bare_links(text, candidate, endings)
            # A later link with the same start replaces the earlier one, as in the reference.
            by_start.update({link.start: link for link in new_links})
    return tuple(by_start[start] for start in sorted(by_start))


def _is_valid(found: Found, url: str, endings: Endings) -> bool:
    domain = found.domain
    # The cheap checks come first, so that the expensive ones only see short labels and domains.
    if len(found.protocol or "https://") + units.utf16(url) > _LONGEST_LINK:
        return False
    if not all(1 <= _encoded_length(label) <= _LONGEST_LABEL for label in domain.split(".")):
        return False
    return not domain.startswith("xn--") or any(_latin_domains(domain, endings))


def _encoded_length(label: str) -> int:
    """Return the length of a label in Punycode, or its plain length if that exceeds the limit already.

    Wide full stops inside the label count as full stops.
    """
    if len(label) > _LONGEST_LABEL:
        return len(label)  # encoding does not make it shorter
    parts = _SEPARATORS.split(label)
    lengths = (len(part) if part.isascii() and part.isprintable() else len(_punycode(part)) for part in parts)
    return sum(lengths) + len(parts) - 1


def _punycode(label: str) -> str:
    return f"xn--{punycode.encode(label)}"


def _full_links(text: str, found: Found) -> Iterator[FoundLink]:
    end = found.end
    # A t.co link consists of its slug only.
    if short := _SHORT.match(text, found.start, end):
        if len(short[1]) > _LONGEST_SLUG:
            return
        end = short.end()
    yield FoundLink(text[found.start : end], found.start, end, found.ending)


def _bare_links(text: str, found: Found, endings: Endings) -> Iterator[FoundLink]:
    """Yield the Latin parts of a domain without a protocol. The last part includes the path."""
    if found.before and found.before in "-_./":
        return
    end = 0
    result = []
    for name, ending in _latin_domains(found.domain, endings):
        start = found.domain.index(name, end)
        end = start + len(name)
        result.append(FoundLink(name, found.start + start, found.start + end, ending))
    if result and found.path:
        last = result.pop()
        result.append(FoundLink(last.url + text[found.tail : found.end], last.start, found.end, last.ending))
    yield from result


def _latin_domains(domain: str, endings: Endings) -> Iterator[tuple[str, str]]:
    stops = dict(endings.find(domain))
    dots = list(stops)
    position = 0
    while labels := _LABELS.search(domain, position):
        position = labels.end()
        index = bisect_left(dots, position) - 1
        if index >= 0 and (dot := dots[index]) > labels.start():
            position = dot + 1 + len(stops[dot])
            yield domain[labels.start() : position], stops[dot]
