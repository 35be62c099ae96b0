"""Define rules for the pages and feeds of the site. They run when all pages and feeds are rendered."""

import json
import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from newsletter.model import Artefact
from newsletter.rules.rendered.document import Document
from newsletter.rules.rule import Family, Finding

SITE = Family("site", "Mistakes in the pages of the site, and in the links between them.")
FEEDS = Family("feeds", "Feeds that feed readers reject, or that are too large.")

FEED_SIZE = 250_000  # bytes; JSON Feed 1.1 considers larger feeds a burden


SITE.declare(
    "broken-page-link",
    "warning",
    "A link to a missing page",
    "A template links to a page that is not part of the site.",
    fails='<a href="archive.html">',
    passes='<a href="index.html">',
)


def links(path: str, document: Document) -> Iterator[tuple[Any, str]]:
    """Yield each element of the page at `path` that links to a file of the site, and the path of that file."""
    for element in document.all("a", "img", "link", "script"):
        target = element.get("href") or element.get("src") or ""
        try:
            parts = urlsplit(target)
        except ValueError:  # an invalid URL such as `https://[` is not a link to a page of the site
            continue
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
            continue
        yield element, posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))


@SITE.rule(
    "duplicate-html-id",
    "Two elements with the same id",
    fails='<div id="menu"> <ul id="menu">',
    passes='<div id="menu"> <ul id="entries">',
)
def duplicate_html_id(document: Document) -> Iterator[Finding]:
    """Labels and links find only the first of several elements with the same id."""
    ids = set()
    for element in document.elements:
        name = element.get("id")
        if name and name in ids:
            yield Finding(element, f"the id '{name}' is already used by another element", "choose another id")
        ids.add(name)


@FEEDS.rule(
    "bad-feed",
    "A feed that cannot be read",
    level="error",
    fails="<feed><entry></feed>",
    passes="<feed><entry/></feed>",
)
def bad_feed(artefact: Artefact) -> Iterator[Finding]:
    """Feed readers reject a feed that is not well-formed, or in which two entries have the same id. The feeds are
    written by this program, so please report the fault.
    """
    try:
        ids = _entry_ids(artefact)
    except (ValueError, etree.XMLSyntaxError) as fault:
        yield Finding(None, f"{artefact.path} cannot be read: {fault}", "report this fault")
        return
    for duplicate in sorted(each for each, count in Counter(ids).items() if count > 1):
        yield Finding(None, f"{artefact.path} has two entries with the id '{duplicate}'", "report this fault")


@FEEDS.rule(
    "feed-size",
    "A feed that is too large",
    fails="entries = 500",
    passes="entries = 20",
)
def feed_size(artefact: Artefact) -> Iterator[Finding]:
    """Feed readers fetch a feed again and again, and some reject large ones. To make a feed smaller, set fewer
    `entries`, or `content = "summary"`. Monthly archives may be large, because they are fetched only once.
    """
    size = len(artefact.data)
    if size > FEED_SIZE and "/archive/" not in artefact.path:
        message = f"{artefact.path} has {size // 1000} KB, but the limit is {FEED_SIZE // 1000}"
        yield Finding(None, message, 'lower feeds.entries, or set feeds.content = "summary"')


FEEDS.declare(
    "large-entry",
    "warning",
    "An announcement that is too long for feeds",
    "A feed may have up to 512 KB. In a larger feed, the longest announcements are replaced by their summary "
    "and a link.",
)


def _entry_ids(artefact: Artefact) -> list[str]:
    if artefact.path.endswith(".json"):
        feed: Mapping[str, list[Mapping[str, str]]] = json.loads(artefact.data)
        return [str(item.get("id")) for item in feed.get("items", ())]
    root = etree.fromstring(artefact.data, etree.XMLParser(resolve_entities=False, no_network=True))
    entries = (each for each in root.iter("{*}entry", "{*}item"))
    ids = (each.find(name) for each in entries for name in ("{*}id", "{*}guid"))
    return [(each.text or "").strip() for each in ids if each is not None]
