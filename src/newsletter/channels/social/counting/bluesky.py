"""Count text and find links, mentions and tags the way Bluesky does.

A post may have 300 graphemes and 3,000 bytes, and links count in full. The official app shortens the visible text of
links before it counts, so the API may reject a text that fits when it is pasted into the app.

Links, mentions and tags are *facets*, that is, ranges of UTF-8 bytes. This module finds them by the rules of
`detectFacets` in @atproto/api 0.19.19 (MIT).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote

from newsletter.channels.social.counting import domains, punycode, units
from newsletter.text import normalized

BYTES = 3000
LONGEST_TAG = 64  # graphemes; before July 2026 the library counted UTF-16 units

_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # JavaScript's `\s`
_LINE_START = r"(?<![^\n\r\u2028\u2029])"
_HIDDEN = r"\xad\u2060\u200a-\u200d\u20e2"

_MENTION = re.compile(rf"(?:\A|[{_SPACE}(])@([a-zA-Z0-9.-]+)\b", re.ASCII)
_LINK = re.compile(
    rf"(?:{_LINE_START}|[{_SPACE}(])"
    rf"((?:[hH][tT][tT][pP][sS]?://[^{_SPACE}]+)|(?P<domain>[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+)+)[^{_SPACE}]*)"
)
_TAG = rf"(?:\A|[{_SPACE}])[#＃]((?!\ufe0f)[^{_SPACE}{_HIDDEN}]*[^0-9{_SPACE}\p{{P}}{_HIDDEN}]+[^{_SPACE}{_HIDDEN}]*)"
_CASHTAG = re.compile(rf"""(?:\A|[{_SPACE}(])\$([A-Za-z][A-Za-z0-9]{{0,4}})(?=[{_SPACE}.,;:!?)"'’]|\Z)""")

_ADDRESS = re.compile(r"(https?):[/\\]+([^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
# URLs that browsers do not rewrite.
_PLAIN = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*/?)")
_IGNORED = re.compile("[\xad\u200b\u2060\ufe00-\ufe0f\ufeff]")
_PORTS = {"http": "80", "https": "443"}
_LONGEST_LABEL = 1000  # UTF-16 units; browsers use ICU, which does not encode longer labels
_SHOWN = 15  # characters; the app shortens longer paths to 13 characters and `...`


class Facet(NamedTuple):
    """A link, mention or tag. `start` and `end` are offsets in the UTF-8 bytes of the text.

    `value` is an address with its protocol, a handle without `@`, a hashtag without `#`, or a cashtag with `$`.
    """

    kind: Literal["link", "mention", "tag"]
    value: str
    start: int
    end: int


def facets(text: str) -> tuple[Facet, ...]:
    """Return the facets of a text, sorted by their start."""
    sorted_facets = sorted(_find_facets(text), key=lambda facet: facet.start)
    byte_offsets = _byte_offsets(text, {place for each in sorted_facets for place in (each.start, each.end)})
    return tuple([each._replace(start=byte_offsets[each.start], end=byte_offsets[each.end]) for each in sorted_facets])


def _byte_offsets(text: str, places: Iterable[int]) -> dict[int, int]:
    """Map each offset in code points to an offset in UTF-8 bytes. The text is encoded only once."""
    result = {}
    start = size = 0
    for place in sorted(places):
        size += units.utf8(text[start:place])
        start = place
        result[place] = size
    return result


def hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags that Bluesky links, without `#`, in order."""
    return tuple(facet.value for facet in _find_tags(text))


def app_count(text: str) -> int:
    """Return the number of graphemes that the official app counts after it has shortened the links."""
    pieces = []
    end = 0
    for link in _find_links(text):
        pieces += [text[end : link.start], shortened(text[link.start : link.end])]
        end = link.end
    return units.graphemes("".join(pieces) + text[end:])


def app_count_simple(text: str, link: str) -> int:
    """Count a text like app_count(), if it is simple except for one link (see fastpath.py)."""
    return len(text) - len(link) + _link_count(link)


@lru_cache(maxsize=64)
def _link_count(link: str) -> int:
    plain = _PLAIN.fullmatch(link)
    return len(_shorten_plain(plain)) if plain else app_count(link)


def shortened(url: str) -> str:
    """Return a URL as the app displays it: the host, then the rest, which is cut to 13 characters and `...` if long.

    A URL without a protocol is returned unchanged.
    """
    if plain := _PLAIN.fullmatch(url):
        return _shorten_plain(plain)
    parts = _ADDRESS.fullmatch(url)
    host = _normalize_host(parts[1], parts[2]) if parts else ""
    if not parts or not host:
        return url
    path = quote(_resolve_dots(parts[3].replace("\\", "/")), safe="!$%&'()*+,-./:;=@[]^_|~")
    query = quote(parts[4] or "", safe="!$%&()*+,-./:;=?@[\\]^_`{|}~")
    fragment = quote(parts[5] or "", safe="!#$%&'()*+,-./:;=?@[\\]^_{|}~")
    rest = ("" if path == "/" else path) + query.removesuffix("?") + fragment.removesuffix("#")
    return _truncate_path(host, rest)


def _shorten_plain(plain: re.Match[str]) -> str:
    return _truncate_path(plain[1], plain[2] if plain[2] != "/" else "")


def _truncate_path(host: str, rest: str) -> str:
    return host + (rest if len(rest) <= _SHOWN else f"{rest[: _SHOWN - 2]}...")


def _resolve_dots(path: str) -> str:
    """Resolve `.` and `..` in a path."""
    if "/." not in path:
        return path
    parts: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    slash = "/" if parts and path.endswith(("/.", "/..")) else ""
    return f"/{'/'.join(parts)}{slash}"


def _normalize_host(protocol: str, authority: str) -> str:
    """Return host and port as browsers write them, or "" if browsers would reject them."""
    host, colon, port = authority.rpartition("@")[2].partition(":")
    host = _IGNORED.sub("", normalized("NFKC", host.lower()))
    if not host or re.search(r"[\0- #/:<>?@\[\\\]^|%\x7f]", host) or not re.fullmatch(r"[0-9]*", port):
        return ""
    if not host.isascii():
        labels = host.split(".")
        if any(units.utf16(label) > _LONGEST_LABEL for label in labels):
            return ""
        host = ".".join(label if label.isascii() else f"xn--{punycode.encode(label)}" for label in labels)
    return host + (f"{colon}{port}" if port not in ("", _PORTS[protocol]) else "")


def _find_facets(text: str) -> Iterator[Facet]:
    """Yield mentions, links, tags and cashtags, with offsets in code points."""
    if "@" in text:
        yield from _find_mentions(text)
    yield from _find_links(text)
    yield from _find_tags(text)
    if "$" in text:
        for match in _CASHTAG.finditer(text):
            yield Facet("tag", f"${match[1].upper()}", match.start(1) - 1, match.end(1))


def _find_mentions(text: str) -> Iterator[Facet]:
    for match in _MENTION.finditer(text):
        if _is_domain(match[1]) or match[1].endswith(".test"):
            yield Facet("mention", match[1], match.start(1) - 1, match.end(1))


def _find_links(text: str) -> Iterator[Facet]:
    if "." not in text and "://" not in text:
        return
    for match in _LINK.finditer(text):
        url, domain = match[1], match["domain"]
        # As in the library, a text that starts with `http`, even `httpd.conf`, needs neither a known domain nor a
        # protocol.
        if not url.startswith("http"):
            if not domain or not _is_domain(domain):
                continue
            url = f"https://{url}"
        end = match.end(1)
        if url[-1] in ".,;:!?":
            url, end = url[:-1], end - 1
        if url.endswith(")") and "(" not in url:
            url, end = url[:-1], end - 1
        yield Facet("link", url, match.start(1), end)


def _find_tags(text: str) -> Iterator[Facet]:
    if (start := units.before_hash(text)) < 0:
        return
    for match in units.pattern(_TAG).finditer(text, start):
        tag = match[1][: len(match[1]) - _punctuation_at_end(match[1])]
        if 0 < units.graphemes(tag) <= LONGEST_TAG:
            yield Facet("tag", tag, match.start(1) - 1, match.start(1) + len(tag))


def _punctuation_at_end(tag: str) -> int:
    """Return the number of trailing punctuation characters.

    The search starts at the end of the tag, because a search from the start would retry each earlier run of
    punctuation.
    """
    match = units.pattern(r"\p{P}*+").match(tag[::-1])
    return match.end() if match else 0


def _is_domain(name: str) -> bool:
    _, dot, ending = name.rpartition(".")
    return bool(dot) and ending in domains.delegated()
