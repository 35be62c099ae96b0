"""Write feed entries quickly, from one template for each shape of entry.

A template is the output of the plain writers (`write_entry`, `write_item`) for an entry whose texts
are tokens. Therefore only the plain writers decide the order of elements, which elements are left out
for an empty text, and which texts are marked as HTML. When a template is filled, the texts are escaped
in the same way as by the plain writers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any, cast

from newsletter.channels.feeds.atom_rss import has_end_tag, is_html, rss_text, write_entry
from newsletter.channels.feeds.entry import Enclosure, Entry, Lead
from newsletter.channels.feeds.fastpath.escaping import (
    HTML_MARK,
    escape_json,
    escape_xml,
    join_texts,
    json_shape,
    xml_shape,
)
from newsletter.channels.feeds.json_feed import write_item
from newsletter.channels.feeds.sanitize import clean_text, encode
from newsletter.model import Author
from newsletter.model.switches import is_on
from newsletter.text.dates import format_rfc3339, format_rfc5322
from newsletter.text.entities import escape_bytes, escape_text
from newsletter.theme.slots import Shape, token

# Indexes into `texts`: the title, the summary, the content and the first label.
_TITLE, _SUMMARY, _HTML, _LABELS = 6, 7, 8, 9
_PUBLISHED, _UPDATED = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EntryLines:
    """An entry in UTF-8.

    `atom` contains the children of an Atom entry except `updated`, `rss` the children of an RSS item, and
    `json` a JSON item.
    """

    atom: bytes
    rss: bytes
    json: bytes


@dataclass(frozen=True, slots=True)
class EntryTemplate:
    """One shape of entry in each format.

    A slot's number is the index of its text in `texts`. For a slot in an XML attribute, the number of texts
    is added to the index.
    """

    atom: Shape[bytes]
    rss: Shape[bytes]
    json: Shape[bytes]


@dataclass(slots=True)
class EntryCompiler:
    """Writes entries, and creates the template for each shape on first use."""

    templates: dict[Any, EntryTemplate] = field(default_factory=dict)
    is_on: bool = field(default_factory=lambda: is_on("feed-entries"))

    def write(self, entry: Entry) -> EntryLines:
        """Return the entry in every format."""
        if not self.is_on:
            return write_plain(entry)
        values = texts(entry)
        data = join_texts(values)
        if not data:
            return write_plain(entry)  # lxml raises the error
        is_marked = b"&" in data or b"<" in data or b">" in data
        html = encode(entry.html)
        key = _key(entry, values, is_marked=is_marked, is_empty=not html)
        template = self.templates.get(key)
        if template is None:
            template = self.templates[key] = _make_template(entry, values, is_empty=not html)
        atom = rss = escape_xml(data)
        if is_marked:
            atom, rss = escape_xml(join_texts(_atom_texts(values))), escape_xml(join_texts(_rss_texts(values, entry)))
        atom[_HTML] = rss[_HTML] = escape_bytes(html)
        json = escape_json(data).split(b"\0")
        json[_HTML] = escape_json(html)
        return EntryLines(
            b"".join(template.atom.fill(atom)), b"".join(template.rss.fill(rss)), b"".join(template.json.fill(json))
        )  # fmt: skip


def write_plain(entry: Entry) -> EntryLines:
    """Return the entry in every format, without templates."""
    clean = replace(entry, html=clean_text(entry.html))
    atom, rss = write_entry(clean)
    return EntryLines(atom.encode(), rss.encode(), write_item(clean).encode())


# --- texts of an entry ------------------------------------------------------------------------


def texts(entry: Entry) -> list[str]:
    """Return every text of an entry. The content is replaced by an empty text."""
    values = [
        entry.id, entry.url, entry.lang, format_rfc3339(entry.published), format_rfc5322(entry.published),
        format_rfc3339(entry.updated), entry.title, entry.summary, "", *entry.labels,
    ]  # fmt: skip
    for author in entry.authors:
        values += author.name, author.url
    for each in entry.enclosures:
        values += each.url, each.title, str(each.size)
    if entry.lead:
        values.append(entry.lead.url)
        if asset := entry.lead.asset:
            values.append(str(asset.size))
            values += (str(asset.width), str(asset.height)) if asset.width else ("", "")
    return values


def refill(entry: Entry, values: Iterator[str]) -> Entry:
    """Return the entry with its texts replaced by `values`, in the order of `texts`.

    Dates and media types do not change.
    """
    identity, url, lang, _, _, _, title, summary, html = (next(values) for _ in range(_LABELS))
    return replace(
        entry, id=identity, url=url, lang=lang, title=title, summary=summary, html=html,
        labels=tuple(next(values) for _ in entry.labels),
        authors=tuple(Author(next(values), url=next(values)) for _ in entry.authors),
        enclosures=tuple(
            Enclosure(next(values), next(values), each.media_type, cast(Any, next(values)))
            for each in entry.enclosures
        ),
        lead=_refill_lead(entry.lead, values) if entry.lead else None,
    )  # fmt: skip


def _refill_lead(lead: Lead, values: Iterator[str]) -> Lead:
    url = next(values)
    if lead.asset is None:
        return Lead(url, None)
    size, width, height = (cast(Any, next(values)) for _ in range(3))
    return Lead(url, replace(lead.asset, size=size, width=width, height=height))


def _key(entry: Entry, values: Sequence[str], *, is_marked: bool, is_empty: bool) -> Any:
    """Return the shape's key, which is equal for entries of the same shape.

    It contains everything that the decisions of the plain writers depend on.
    """
    lead, enclosures = entry.lead, entry.enclosures
    media_types = tuple([each.media_type for each in enclosures]) if enclosures else ()
    marks: tuple[bool, ...] = ()
    if is_marked:
        names = (*entry.labels, *(each.title for each in enclosures))
        marks = (is_html(entry.title), is_html(entry.summary), *map(has_end_tag, names))
    return (
        tuple(map(bool, values)), is_empty, entry.updated == entry.published, len(entry.labels),
        len(entry.authors), media_types, lead.asset.media_type if lead and lead.asset else "", marks,
    )  # fmt: skip


# --- texts as each format escapes them --------------------------------------------------------


def _atom_texts(values: Sequence[str]) -> list[str]:
    escaped = list(values)
    for number in (_TITLE, _SUMMARY):
        escaped[number] = escape_text(escaped[number])
    return escaped


def _rss_texts(values: Sequence[str], entry: Entry) -> list[str]:
    escaped = list(values)
    escaped[_SUMMARY] = escape_text(escaped[_SUMMARY])
    for number in (_TITLE, *range(_LABELS, _LABELS + len(entry.labels))):
        escaped[number] = rss_text(escaped[number])
    return escaped


# --- templates --------------------------------------------------------------------------------


def _make_template(entry: Entry, values: Sequence[str], *, is_empty: bool) -> EntryTemplate:
    """Return the template for the shape of `entry`, whose texts are `values`."""
    tokens = [token(number) if text else "" for number, text in enumerate(values)]
    tokens[_HTML] = "" if is_empty else token(_HTML)
    outline = _mark_outline(refill(entry, iter(tokens)), entry)
    atom, rss = map(_tokenize_dates, write_entry(outline))
    json = _tokenize_dates(write_item(outline))
    return EntryTemplate(xml_shape(atom, len(values)), xml_shape(rss, len(values)), json_shape(json))


def _tokenize_dates(text: str) -> str:
    dates = {format_rfc3339(_PUBLISHED): 3, format_rfc5322(_PUBLISHED): 4, format_rfc3339(_UPDATED): 5}
    return reduce(lambda result, date: result.replace(date, token(dates[date])), dates, text)


def _mark_outline(outline: Entry, entry: Entry) -> Entry:
    """Add recognizable dates to the outline, and an HTML mark to each text that is treated as HTML."""
    enclosures = zip(outline.enclosures, entry.enclosures, strict=True)
    return replace(
        outline, published=_PUBLISHED, updated=_PUBLISHED if entry.updated == entry.published else _UPDATED,
        title=outline.title + HTML_MARK * is_html(entry.title),
        summary=outline.summary + HTML_MARK * is_html(entry.summary),
        labels=tuple(
            each + HTML_MARK * has_end_tag(label) for each, label in zip(outline.labels, entry.labels, strict=True)
        ),
        enclosures=tuple(
            replace(each, title=each.title + HTML_MARK * has_end_tag(original.title)) for each, original in enclosures
        ),
    )  # fmt: skip
