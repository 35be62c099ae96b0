"""Fast path: write the headers of Atom and RSS feeds from templates, one for each shape of header.

The publication's own texts are literals of a template; only the texts, addresses and dates of a feed are slots.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from newsletter.channels.feeds.atom_rss import is_html, rss_text, write_atom_header, write_rss_header
from newsletter.channels.feeds.fastpath.escaping import HTML_MARK, escape_xml, join_texts, xml_shape
from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.text.dates import format_rfc3339, format_rfc5322
from newsletter.text.entities import escape_text
from newsletter.theme.slots import Shape, token

_TITLE, _DESCRIPTION, _DATES = 0, 1, 7  # indexes into `_texts`: the title, the description and the first date
_UPDATED = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class HeaderTemplates:
    """Writes the headers of feeds, making a template for each shape on first use."""

    shapes: dict[Any, Shape[bytes]] = field(default_factory=dict)

    def atom(self, meta: FeedMetadata) -> bytes:
        """Return what `write_atom_header` does, in UTF-8."""
        return self._write(meta, write_atom_header, escape_text)

    def rss(self, meta: FeedMetadata) -> bytes:
        """Return what `write_rss_header` does, in UTF-8."""
        return self._write(meta, write_rss_header, rss_text)

    def _write(self, meta: FeedMetadata, write: Callable[[FeedMetadata], str], escape: Callable[[str], str]) -> bytes:
        texts = _texts(meta)
        texts[_TITLE], texts[_DESCRIPTION] = escape(meta.title), escape(meta.description)
        data = join_texts(texts)
        if not data:
            return write(meta).encode()  # lxml raises the error
        constants = (meta.author, meta.site, meta.hub, meta.logo, meta.is_archive)
        key = (write, constants, tuple(map(bool, texts)), is_html(meta.title), is_html(meta.description))
        shape = self.shapes.get(key)
        if shape is None:
            shape = self.shapes[key] = _make_shape(meta, write)
        return b"".join(shape.fill(escape_xml(data)))


def _texts(meta: FeedMetadata) -> list[str]:
    updated = meta.updated
    return [
        meta.title, meta.description, meta.id, meta.lang, meta.home, meta.feed.name, meta.feed.previous,
        format_rfc3339(updated), format_rfc5322(updated.replace(microsecond=0)),
    ]  # fmt: skip


def _make_shape(meta: FeedMetadata, write: Callable[[FeedMetadata], str]) -> Shape[bytes]:
    texts = _texts(meta)
    title, description, identity, lang, home, name, previous = (
        token(number) if text else "" for number, text in enumerate(texts[:_DATES])
    )
    outline = replace(
        meta, title=title + HTML_MARK * is_html(meta.title),
        description=description + HTML_MARK * is_html(meta.description),
        id=identity, lang=lang, home=home, updated=_UPDATED, feed=replace(meta.feed, name=name, previous=previous),
    )  # fmt: skip
    text = write(outline)
    for number, date in enumerate(_texts(outline)[_DATES:], _DATES):
        text = text.replace(date, token(number))
    return xml_shape(text, len(texts))
