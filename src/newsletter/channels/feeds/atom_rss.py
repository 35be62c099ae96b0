"""Write feeds in Atom and RSS.

Only this module uses feedgen, and it repairs feedgen's output. The repair replaces elements regardless
of what feedgen wrote. Therefore it can run twice, and it keeps working if feedgen is fixed. Known bugs
in feedgen 1.0.0:

- Links of an Atom entry lose everything but their address (lkiesow/python-feedgen#135).
- Dates default to the current time.
- RSS lacks authors without a mail address, and all links except `self`.
- Text constructs have no type.
- feedgen switches the locale of the process for every date, so it must not be used in threads.

An entry is written once, as lines without namespace declarations, and copied into every feed that
contains it. Only the element `updated` of an Atom entry depends on the feed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from newsletter.channels.feeds.entry import Enclosure, Entry
from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.text.dates import format_rfc3339, format_rfc5322
from newsletter.text.entities import escape_text

ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACES: Mapping[str, str] = {
    "atom": ATOM,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
_DECLARATION = re.compile(r' xmlns(?::\w+)?="[^"]*"')
# Elements that always contain HTML.
_HTML_ELEMENTS = frozenset({"content", f"{{{_NAMESPACES['content']}}}encoded"})
_END_TAG = re.compile(r"</\w+>")
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/css" href="{css}"?>\n'


# --- entries ----------------------------------------------------------------------------------


def write_entry(entry: Entry) -> tuple[str, str]:
    """Return the children of an Atom entry, except `updated`, and the children of an RSS item, as XML."""
    base = FeedEntry()
    base.id(entry.id)
    base.title(entry.title)
    base.updated(entry.updated)
    base.link(href=entry.url, rel="alternate", type="text/html")
    base.summary(entry.summary)
    base.content(entry.html, type="html")
    base.category([{"term": label} for label in entry.labels])
    if entry.authors:
        base.author([{"name": each.name, **({"uri": each.url} if each.url else {})} for each in entry.authors])
    atom, rss = base.atom_entry(), base.rss_entry()
    repair_atom_entry(atom, entry)
    repair_rss_item(rss, entry)
    return lines(atom), lines(rss)


def repair_atom_entry(element: Any, entry: Entry) -> None:
    """Make an Atom entry match `entry`. Removes `updated`, because it depends on the feed."""
    _remove(element, "updated", "link", "category", "published", "media:content", "media:thumbnail")
    for name, text in (("title", entry.title), ("summary", entry.summary)):
        _set_text(element.find(name), text)
    _add(element, "published", format_rfc3339(entry.published))
    _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    for each in entry.enclosures:
        attributes = {"type": each.media_type, "length": str(each.size), **_optional_attribute("title", each.title)}
        _add(element, "link", rel="enclosure", **attributes, href=each.url)
    for label in entry.labels:
        _add(element, "category", term=label, **_optional_attribute("label", label))
    _add_lead(element, entry)


def repair_rss_item(element: Any, entry: Entry) -> None:
    """Make an RSS item match `entry`."""
    _remove(
        element, "author", "category", "content:encoded", "pubDate", "enclosure", "atom:updated", "dc:creator",
        "dc:language", "media:content", "media:thumbnail",
    )  # fmt: skip
    element.find("title").text = rss_text(entry.title)
    element.find("description").text = escape_text(entry.summary)
    for label in entry.labels:
        _add(element, "category", rss_text(label))
    _add(element, "content:encoded", entry.html)
    _add(element, "pubDate", format_rfc5322(entry.published))
    if entry.updated != entry.published:
        _add(element, "atom:updated", format_rfc3339(entry.updated))
    for author in entry.authors:
        _add(element, "dc:creator", author.name)
    _add(element, "dc:language", entry.lang)
    for each in _one_enclosure(entry.enclosures):
        _add(element, "enclosure", url=each.url, length=str(each.size), type=each.media_type)
    _add_lead(element, entry)


def _one_enclosure(enclosures: tuple[Enclosure, ...]) -> tuple[Enclosure, ...]:
    """Return the one enclosure that RSS allows: the first audio or video file, otherwise the first file."""
    media = tuple(each for each in enclosures if each.media_type.startswith(("audio/", "video/")))
    return (media or enclosures)[:1]


def _add_lead(element: Any, entry: Entry) -> None:
    if entry.lead is None:
        return
    asset = entry.lead.asset
    size = {"width": str(asset.width), "height": str(asset.height)} if asset and asset.width else {}
    kind = {"type": asset.media_type, "fileSize": str(asset.size)} if asset else {}
    _add(element, "media:content", url=entry.lead.url, medium="image", **kind, **size)
    _add(element, "media:thumbnail", url=entry.lead.url, **size)


# --- feeds ------------------------------------------------------------------------------------


def write_atom(meta: FeedMetadata, entries: Iterable[tuple[str, datetime, bytes]]) -> Iterator[bytes]:
    """Yield an Atom feed in pieces. `entries` contains the language, update time and lines of each entry."""
    spaces = "".join(f' xmlns:{name}="{_NAMESPACES[name]}"' for name in ("fh", "media"))
    yield _PROLOG.format(css=meta.css).encode()
    yield f'<feed xmlns="{ATOM}"{spaces} xml:lang="{meta.lang}">\n'.encode()
    yield write_atom_header(meta).encode()
    for lang, updated, children in entries:
        yield f'<entry xml:lang="{lang}">\n<updated>{format_rfc3339(updated)}</updated>\n'.encode()
        yield children
        yield b"</entry>\n"
    yield b"</feed>\n"


def write_atom_header(meta: FeedMetadata) -> str:
    """Return the children of an Atom feed except its entries, as XML."""
    base = _generator(meta)
    base.id(meta.id)
    base.author({"name": meta.author, "uri": meta.site})
    if meta.logo:
        base.icon(meta.logo)
        base.logo(meta.logo)
    root = etree.fromstring(base.atom_str())
    for each in root.iter():  # remove namespaces, because feedgen's entries have none
        each.tag = etree.QName(each).localname
    repair_atom_header(root, meta)
    return lines(root)


def repair_atom_header(root: Any, meta: FeedMetadata) -> None:
    """Make the children of an Atom feed match its metadata."""
    _remove(root, "link", "updated", "subtitle", "fh:archive")
    _set_text(root.find("title"), meta.title)
    if meta.description:
        _set_text(_add(root, "subtitle"), meta.description)
    _add(root, "updated", format_rfc3339(meta.updated))
    for rel, (media_type, href) in meta.links("atom").items():
        _add(root, "link", rel=rel, **({"type": media_type} if media_type else {}), href=href)
    if meta.is_archive:
        _add(root, "fh:archive")


def write_rss(meta: FeedMetadata, items: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an RSS feed in pieces. `items` contains the lines of each item."""
    spaces = "".join(f' xmlns:{name}="{space}"' for name, space in _NAMESPACES.items())
    yield _PROLOG.format(css=meta.css).encode()
    yield f'<rss version="2.0"{spaces}>\n<channel>\n'.encode()
    yield write_rss_header(meta).encode()
    for children in items:
        yield b"<item>\n"
        yield children
        yield b"</item>\n"
    yield b"</channel>\n</rss>\n"


def write_rss_header(meta: FeedMetadata) -> str:
    """Return the children of an RSS channel except its items, as XML."""
    base = _generator(meta)
    base.docs("https://www.rssboard.org/rss-specification")
    base.lastBuildDate(meta.updated)
    channel = etree.fromstring(base.rss_str()).find("channel")
    repair_rss_header(channel, meta)
    return lines(channel)


def repair_rss_header(channel: Any, meta: FeedMetadata) -> None:
    """Make the children of an RSS channel match its metadata."""
    _remove(channel, "atom:link", "fh:archive", "image", "lastBuildDate")
    channel.find("link").text = meta.home
    channel.find("title").text = rss_text(meta.title)
    channel.find("description").text = rss_text(meta.description or meta.title)
    _add(channel, "lastBuildDate", format_rfc5322(meta.updated.replace(microsecond=0)))
    for rel, (media_type, href) in meta.links("rss").items():
        if rel != "alternate":
            _add(channel, "atom:link", rel=rel, **({"type": media_type} if media_type else {}), href=href)
    if meta.is_archive:
        _add(channel, "fh:archive")
    if meta.logo.rpartition(".")[2].lower() in ("gif", "jpg", "jpeg", "png"):
        image = _add(channel, "image")
        for name, text in (("url", meta.logo), ("title", rss_text(meta.title)), ("link", meta.home)):
            _add(image, name, text)


def _generator(meta: FeedMetadata) -> Any:
    base = FeedGenerator()
    base.title(meta.title)
    base.description(meta.description or meta.title)
    base.link(href=meta.home, rel="alternate")
    base.updated(meta.updated)
    base.language(meta.lang)
    base.generator("newsletter")
    return base


# --- elements ---------------------------------------------------------------------------------


def _qualified_name(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}" if colon else name


def _remove(parent: Any, *names: str) -> None:
    for name in names:
        for child in parent.findall(_qualified_name(name)):
            parent.remove(child)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    prefix, colon, _ = name.partition(":")
    child = etree.SubElement(
        parent, _qualified_name(name), attributes, nsmap={prefix: _NAMESPACES[prefix]} if colon else None
    )
    child.text = text or None
    return child


def _set_text(element: Any, text: str) -> None:
    """Set the text of an Atom text construct. Text that looks like HTML is escaped and declared as HTML."""
    element.set("type", "html" if is_html(text) else "text")
    element.text = escape_text(text)


def is_html(text: str) -> bool:
    """Return whether a text must be declared as HTML in Atom."""
    return "&" in text or "<" in text or ">" in text


def has_end_tag(text: str) -> bool:
    """Return whether feed readers interpret a text as HTML, even where plain text is expected."""
    return "</" in text and _END_TAG.search(text) is not None


def rss_text(text: str) -> str:
    """Return a short text for RSS.

    A text that feed readers would interpret as HTML is escaped once more, so that they show all of it.
    """
    return escape_text(text) if has_end_tag(text) else text


def _optional_attribute(name: str, text: str) -> Mapping[str, str]:
    """Return an attribute, or nothing if its value is empty or would be interpreted as HTML."""
    return {name: text} if text and not has_end_tag(text) else {}


def lines(parent: Any) -> str:
    """Serialize the children of an element, one per line.

    Namespace declarations are removed, because the root element has them. In short texts, `&`, `<` and `>`
    become hexadecimal references, as the RSS Best Practices Profile recommends. Otherwise some feed
    readers interpret a literal `<details>` or `&eacute;` as HTML.
    """
    return "".join(map(_line, parent))


def _line(child: Any) -> str:
    text: str = etree.tostring(child, encoding="unicode", with_tail=False)
    if child.nsmap:
        start_tag, bracket, rest = text.partition(">")
        text = f"{_DECLARATION.sub('', start_tag)}{bracket}{rest}"
    if child.tag not in _HTML_ELEMENTS:
        text = text.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;").replace("&gt;", "&#x3E;")
    return text + "\n"
