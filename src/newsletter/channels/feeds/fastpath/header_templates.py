"""openings: what the head of an Atom or RSS feed says, written once a shape, and filled for every feed.

The publication's own texts are the same in each; only what a feed calls itself, and where it is, are slots.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from newsletter.channels.feeds.atom_rss import is_html, spelled, write_atom_head, write_rss_head
from newsletter.channels.feeds.fastpath.escaping import SIGN, in_xml, joined, xml_shape
from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.text.dates import instant, posted
from newsletter.text.entities import escape_text
from newsletter.theme.slots import Shape, token

_TITLE, _DESCRIPTION, _TEXTS = 0, 1, 7  # places among a head's texts, and how many there are without dates
_UPDATED = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class HeaderTemplates:
    """Writes the lines of heads; keeps their shapes."""

    shapes: dict[Any, Shape[bytes]] = field(default_factory=dict)

    def atom(self, head: FeedMetadata) -> bytes:
        """The lines of an Atom feed's head."""
        return self._write(head, write_atom_head, escape_text)

    def rss(self, head: FeedMetadata) -> bytes:
        """The lines of an RSS feed's head."""
        return self._write(head, write_rss_head, spelled)

    def _write(self, head: FeedMetadata, write: Callable[[FeedMetadata], str], spell: Callable[[str], str]) -> bytes:
        told = _texts(head)
        told[_TITLE], told[_DESCRIPTION] = spell(head.title), spell(head.description)
        data = joined(told)
        if not data:
            return write(head).encode()  # for lxml to refuse
        same = (head.author, head.site, head.hub, head.logo, head.is_archive)
        key = (write, same, tuple(map(bool, told)), is_html(head.title), is_html(head.description))
        shape = self.shapes.get(key)
        if shape is None:
            shape = self.shapes[key] = _shape(head, write)
        return b"".join(shape.fill(in_xml(data)))


def _texts(head: FeedMetadata) -> list[str]:
    updated = head.updated
    return [
        head.title, head.description, head.id, head.lang, head.home, head.feed.name, head.feed.previous,
        instant(updated), posted(updated.replace(microsecond=0)),
    ]  # fmt: skip


def _shape(head: FeedMetadata, write: Callable[[FeedMetadata], str]) -> Shape[bytes]:
    told = _texts(head)
    title, description, identity, lang, home, name, previous = (
        token(number) if text else "" for number, text in enumerate(told[:_TEXTS])
    )
    outline = replace(
        head, title=title + SIGN * is_html(head.title), description=description + SIGN * is_html(head.description),
        id=identity, lang=lang, home=home, updated=_UPDATED, feed=replace(head.feed, name=name, previous=previous),
    )  # fmt: skip
    text = write(outline)
    for number, date in enumerate(_texts(outline)[_TEXTS:], _TEXTS):
        text = text.replace(date, token(number))
    return xml_shape(text, len(told))
