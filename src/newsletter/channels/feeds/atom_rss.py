"""xml: Atom and RSS. feedgen is used here only, as the base writer; a repair pass says what it cannot say.

The repair sets what the model holds, whatever feedgen wrote, so that it may run twice and a mended
feedgen breaks nothing. Known of feedgen 1.0.0: an Atom entry's links lose all but their address
(lkiesow/python-feedgen#135); dates default to the clock; an author without a mail address and every
link but `self` are missing from RSS; a text construct has no type; the locale is switched for
every date it writes, so that threads must not share it.

An entry is written once, as lines that hold no namespace declaration, and put into every feed that
holds it; only `updated` of an Atom entry is a feed's own.
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
from newsletter.text.dates import instant, posted
from newsletter.text.entities import escape_text

ATOM = "http://www.w3.org/2005/Atom"
_SPACES: Mapping[str, str] = {
    "atom": ATOM,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
_DECLARATION = re.compile(r' xmlns(?::\w+)?="[^"]*"')
# Long texts, which are HTML in any case.
_LONG = frozenset({"content", f"{{{_SPACES['content']}}}encoded"})
_END_TAG = re.compile(r"</\w+>")
_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/css" href="{css}"?>\n'


# --- entries ----------------------------------------------------------------------------------


def write_entry(entry: Entry) -> tuple[str, str]:
    """The lines inside an Atom entry, all but `updated`; and those inside an RSS item."""
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
    """Make the element say what the entry says. `updated` is left to the feed."""
    _drop(element, "updated", "link", "category", "published", "media:content", "media:thumbnail")
    for name, text in (("title", entry.title), ("summary", entry.summary)):
        _type(element.find(name), text)
    _add(element, "published", instant(entry.published))
    _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    for each in entry.enclosures:
        told = {"type": each.media_type, "length": str(each.size), **_named("title", each.title)}
        _add(element, "link", rel="enclosure", **told, href=each.url)
    for label in entry.labels:
        _add(element, "category", term=label, **_named("label", label))
    _add_lead(element, entry)


def repair_rss_item(element: Any, entry: Entry) -> None:
    """Make the element say what the entry says."""
    _drop(
        element, "author", "category", "content:encoded", "pubDate", "enclosure", "atom:updated", "dc:creator",
        "dc:language", "media:content", "media:thumbnail",
    )  # fmt: skip
    element.find("title").text = spelled(entry.title)
    element.find("description").text = escape_text(entry.summary)
    for label in entry.labels:
        _add(element, "category", spelled(label))
    _add(element, "content:encoded", entry.html)
    _add(element, "pubDate", posted(entry.published))
    if entry.updated != entry.published:
        _add(element, "atom:updated", instant(entry.updated))
    for author in entry.authors:
        _add(element, "dc:creator", author.name)
    _add(element, "dc:language", entry.lang)
    for each in _one_enclosure(entry.enclosures):
        _add(element, "enclosure", url=each.url, length=str(each.size), type=each.media_type)
    _add_lead(element, entry)


def _one_enclosure(enclosures: tuple[Enclosure, ...]) -> tuple[Enclosure, ...]:
    """RSS has room for one: sound or film, else the first."""
    heard = tuple(each for each in enclosures if each.media_type.startswith(("audio/", "video/")))
    return (heard or enclosures)[:1]


def _add_lead(element: Any, entry: Entry) -> None:
    if entry.lead is None:
        return
    asset = entry.lead.asset
    size = {"width": str(asset.width), "height": str(asset.height)} if asset and asset.width else {}
    known = {"type": asset.media_type, "fileSize": str(asset.size)} if asset else {}
    _add(element, "media:content", url=entry.lead.url, medium="image", **known, **size)
    _add(element, "media:thumbnail", url=entry.lead.url, **size)


# --- feeds ------------------------------------------------------------------------------------


def write_atom(head: FeedMetadata, opening: bytes, entries: Iterable[tuple[str, datetime, bytes]]) -> Iterator[bytes]:
    """A whole Atom feed, in pieces.

    `opening` is what `write_atom_head` gives; of each entry its language, its last change, its lines.
    """
    spaces = "".join(f' xmlns:{name}="{_SPACES[name]}"' for name in ("fh", "media"))
    yield _DECLARED.format(css=head.css).encode()
    yield f'<feed xmlns="{ATOM}"{spaces} xml:lang="{head.lang}">\n'.encode()
    yield opening
    for lang, updated, inside in entries:
        yield f'<entry xml:lang="{lang}">\n<updated>{instant(updated)}</updated>\n'.encode()
        yield inside
        yield b"</entry>\n"
    yield b"</feed>\n"


def write_atom_head(head: FeedMetadata) -> str:
    """The lines of an Atom feed that are not entries."""
    base = _generator(head)
    base.id(head.id)
    base.author({"name": head.author, "uri": head.site})
    if head.logo:
        base.icon(head.logo)
        base.logo(head.logo)
    root = etree.fromstring(base.atom_str())
    for each in root.iter():  # names without namespace, as feedgen's entries have them
        each.tag = etree.QName(each).localname
    repair_atom_head(root, head)
    return lines(root)


def repair_atom_head(root: Any, head: FeedMetadata) -> None:
    """Make the feed's own elements say what the head says."""
    _drop(root, "link", "updated", "subtitle", "fh:archive")
    _type(root.find("title"), head.title)
    if head.description:
        _type(_add(root, "subtitle"), head.description)
    _add(root, "updated", instant(head.updated))
    for rel, (media_type, href) in head.links("atom").items():
        _add(root, "link", rel=rel, **({"type": media_type} if media_type else {}), href=href)
    if head.is_archive:
        _add(root, "fh:archive")


def write_rss(head: FeedMetadata, opening: bytes, items: Iterable[bytes]) -> Iterator[bytes]:
    """A whole RSS feed, in pieces; `opening` is what `write_rss_head` gives; of each item its lines."""
    spaces = "".join(f' xmlns:{name}="{space}"' for name, space in _SPACES.items())
    yield _DECLARED.format(css=head.css).encode()
    yield f'<rss version="2.0"{spaces}>\n<channel>\n'.encode()
    yield opening
    for inside in items:
        yield b"<item>\n"
        yield inside
        yield b"</item>\n"
    yield b"</channel>\n</rss>\n"


def write_rss_head(head: FeedMetadata) -> str:
    """The lines of an RSS channel that are not items."""
    base = _generator(head)
    base.docs("https://www.rssboard.org/rss-specification")
    base.lastBuildDate(head.updated)
    channel = etree.fromstring(base.rss_str()).find("channel")
    repair_rss_head(channel, head)
    return lines(channel)


def repair_rss_head(channel: Any, head: FeedMetadata) -> None:
    """Make the channel's own elements say what the head says."""
    _drop(channel, "atom:link", "fh:archive", "image", "lastBuildDate")
    channel.find("link").text = head.home
    channel.find("title").text = spelled(head.title)
    channel.find("description").text = spelled(head.description or head.title)
    _add(channel, "lastBuildDate", posted(head.updated.replace(microsecond=0)))
    for rel, (media_type, href) in head.links("rss").items():
        if rel != "alternate":
            _add(channel, "atom:link", rel=rel, **({"type": media_type} if media_type else {}), href=href)
    if head.is_archive:
        _add(channel, "fh:archive")
    if head.logo.rpartition(".")[2].lower() in ("gif", "jpg", "jpeg", "png"):
        image = _add(channel, "image")
        for name, text in (("url", head.logo), ("title", spelled(head.title)), ("link", head.home)):
            _add(image, name, text)


def _generator(head: FeedMetadata) -> Any:
    base = FeedGenerator()
    base.title(head.title)
    base.description(head.description or head.title)
    base.link(href=head.home, rel="alternate")
    base.updated(head.updated)
    base.language(head.lang)
    base.generator("newsletter")
    return base


# --- elements ---------------------------------------------------------------------------------


def _name(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}" if colon else name


def _drop(parent: Any, *names: str) -> None:
    for name in names:
        for child in parent.findall(_name(name)):
            parent.remove(child)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    prefix, colon, _ = name.partition(":")
    child = etree.SubElement(parent, _name(name), attributes, nsmap={prefix: _SPACES[prefix]} if colon else None)
    child.text = text or None
    return child


def _type(element: Any, text: str) -> None:
    """An Atom text construct: text with a sign that might be taken for HTML is said to be HTML, and escaped."""
    element.set("type", "html" if is_html(text) else "text")
    element.text = escape_text(text)


def is_html(text: str) -> bool:
    """Whether a text has to be said to be HTML in Atom."""
    return "&" in text or "<" in text or ">" in text


def has_end_tag(text: str) -> bool:
    """Whether a text has to be HTML, because it would be taken for it in any case."""
    return "</" in text and _END_TAG.search(text) is not None


def spelled(text: str) -> str:
    """A short text of RSS. It is text; but one with an end tag would be taken for HTML, and parts of it lost."""
    return escape_text(text) if has_end_tag(text) else text


def _named(name: str, text: str) -> Mapping[str, str]:
    """An attribute that may be left out where it would look like HTML."""
    return {name: text} if text and not has_end_tag(text) else {}


def lines(parent: Any) -> str:
    """What stands in an element, a line for each child, without namespace declarations: the root has them all.

    In short texts `&`, `<` and `>` are hexadecimal references, as the RSS profile wants them: then no
    reader takes a typed `<details>` or `&eacute;` for HTML.
    """
    return "".join(map(_line, parent))


def _line(child: Any) -> str:
    text: str = etree.tostring(child, encoding="unicode", with_tail=False)
    if child.nsmap:
        start, sign, rest = text.partition(">")
        text = f"{_DECLARATION.sub('', start)}{sign}{rest}"
    if child.tag not in _LONG:
        text = text.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;").replace("&gt;", "&#x3E;")
    return text + "\n"
