"""How Bluesky counts: 300 graphemes and 3,000 bytes of the text as it is, links in full.

Links, mentions and tags are *facets*, ranges of UTF-8 bytes; they are found here as by `detectFacets`
of @atproto/api 0.19.19 (MIT). The official app shortens what it shows of a link before it counts, so
a text pasted there may fit where the same text sent by a program is refused.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote

from newsletter.channels.social.counting import domains, punycode, units
from newsletter.text import normalized

BYTES = 3000
LONGEST_TAG = 64  # graphemes; the library counted UTF-16 units before July 2026

_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # `\s` of JavaScript
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
# Nothing in it is written otherwise by a browser.
_PLAIN = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*/?)")
_IGNORED = re.compile("[\xad\u200b\u2060\ufe00-\ufe0f\ufeff]")
_PORTS = {"http": "80", "https": "443"}
_LONGEST_LABEL = 1000  # UTF-16 units; ICU, which browsers use, encodes none that is longer
_SHOWN = 15  # characters of a path that the app shows whole; of a longer one 13 and `...`


class Facet(NamedTuple):
    """A link, mention or tag; `start` and `end` are offsets in the text's UTF-8 bytes.

    `value` is the address with its protocol, the handle without `@`, the tag without `#` (with `$`).
    """

    kind: Literal["link", "mention", "tag"]
    value: str
    start: int
    end: int


def facets(text: str) -> tuple[Facet, ...]:
    """The facets of a text by their start."""
    found = sorted(_detected(text), key=lambda facet: facet.start)
    in_bytes = _bytes_before(text, {place for each in found for place in (each.start, each.end)})
    return tuple([each._replace(start=in_bytes[each.start], end=in_bytes[each.end]) for each in found])


def _bytes_before(text: str, places: Iterable[int]) -> dict[int, int]:
    """How many bytes of UTF-8 are before each of these offsets; the text is encoded once."""
    found = {}
    at = size = 0
    for place in sorted(places):
        size += units.utf8(text[at:place])
        at = place
        found[place] = size
    return found


def hashtags(text: str) -> tuple[str, ...]:
    """The hashtags that Bluesky links, without their sign, in order."""
    return tuple(facet.value for facet in _tags(text))


def app_count(text: str) -> int:
    """Graphemes of a text as the official app counts it, once it has shortened the links."""
    pieces = []
    at = 0
    for link in _links(text):
        pieces += [text[at : link.start], shortened(text[link.start : link.end])]
        at = link.end
    return units.graphemes("".join(pieces) + text[at:])


def app_count_simple(text: str, link: str) -> int:
    """The same for a text that is simple around its only link (see fastpath.py)."""
    return len(text) - len(link) + _alone(link)[0]


def facets_simple(link: str) -> tuple[Facet, ...]:
    """What Bluesky finds in the link of such a text, with places in the link."""
    return _alone(link)[1]


@lru_cache(maxsize=64)
def _alone(link: str) -> tuple[int, tuple[Facet, ...]]:
    if plain := _PLAIN.fullmatch(link):  # all of it is the link
        return len(_shown(plain)), (Facet("link", link, 0, len(link)),)
    return app_count(link), facets(link)


def shortened(url: str) -> str:
    """An address as the app shows it: host, and a path of 13 characters and `...` at most.

    One without a protocol stays as it is.
    """
    if plain := _PLAIN.fullmatch(url):
        return _shown(plain)
    parts = _ADDRESS.fullmatch(url)
    host = _host(parts[1], parts[2]) if parts else ""
    if not parts or not host:
        return url
    path = quote(_resolved(parts[3].replace("\\", "/")), safe="!$%&'()*+,-./:;=@[]^_|~")
    query = quote(parts[4] or "", safe="!$%&()*+,-./:;=?@[\\]^_`{|}~")
    fragment = quote(parts[5] or "", safe="!#$%&'()*+,-./:;=?@[\\]^_{|}~")
    whole = ("" if path == "/" else path) + query.removesuffix("?") + fragment.removesuffix("#")
    return _cut(host, whole)


def _shown(plain: re.Match[str]) -> str:
    return _cut(plain[1], plain[2] if plain[2] != "/" else "")


def _cut(host: str, rest: str) -> str:
    return host + (rest if len(rest) <= _SHOWN else f"{rest[: _SHOWN - 2]}...")


def _resolved(path: str) -> str:
    """A path without `.` and `..`."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    slash = "/" if kept and path.endswith(("/.", "/..")) else ""
    return f"/{'/'.join(kept)}{slash}"


def _host(protocol: str, authority: str) -> str:
    """Host and port as a browser writes them; empty when it would not take them."""
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


def _detected(text: str) -> Iterator[Facet]:
    """Facets with offsets in code points: mentions, links, tags, cashtags."""
    if "@" in text:
        yield from _mentions(text)
    yield from _links(text)
    yield from _tags(text)
    if "$" in text:
        for match in _CASHTAG.finditer(text):
            yield Facet("tag", f"${match[1].upper()}", match.start(1) - 1, match.end(1))


def _mentions(text: str) -> Iterator[Facet]:
    for match in _MENTION.finditer(text):
        if _is_domain(match[1]) or match[1].endswith(".test"):
            yield Facet("mention", match[1], match.start(1) - 1, match.end(1))


def _links(text: str) -> Iterator[Facet]:
    if "." not in text and "://" not in text:
        return
    for match in _LINK.finditer(text):
        url, domain = match[1], match["domain"]
        # As in the library, `httpd.conf` needs neither a known domain nor a protocol.
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


def _tags(text: str) -> Iterator[Facet]:
    if "#" not in text and "＃" not in text:
        return
    for match in units.pattern(_TAG).finditer(text):
        tag = match[1][: len(match[1]) - _punctuation_at_end(match[1])]
        if 0 < units.graphemes(tag) <= LONGEST_TAG:
            yield Facet("tag", tag, match.start(1) - 1, match.start(1) + len(tag))


def _punctuation_at_end(tag: str) -> int:
    """How many characters; found from the end, since a search would look at each other run of punctuation again."""
    found = units.pattern(r"\p{P}*+").match(tag[::-1])
    return found.end() if found else 0


def _is_domain(name: str) -> bool:
    _, dot, ending = name.rpartition(".")
    return bool(dot) and ending in domains.delegated()
