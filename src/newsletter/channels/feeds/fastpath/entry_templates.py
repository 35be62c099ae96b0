"""press: an entry in every format, written once a shape, and filled for every entry.

feedgen and the repair write an entry whose texts are tokens. What they make of it is the shape of
every entry that has the same parts: the order of elements, what an empty text leaves out, and which
texts are said to be HTML are theirs to decide. Content is put in as they would have escaped it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any, cast

from newsletter.channels.feeds.atom_rss import has_end_tag, is_html, spelled, write_entry
from newsletter.channels.feeds.entry import Enclosure, Entry, Lead
from newsletter.channels.feeds.fastpath.escaping import SIGN, in_json, in_xml, joined, json_shape, xml_shape
from newsletter.channels.feeds.json_feed import write_item
from newsletter.channels.feeds.sanitize import clean_text, encode
from newsletter.model import Author
from newsletter.text.dates import instant, posted
from newsletter.text.entities import escape_bytes, escape_text
from newsletter.theme.slots import Shape, token

_TITLE, _SUMMARY, _HTML, _LABELS = 6, 7, 8, 9  # places among an entry's texts; of the content, and the first label's
_PUBLISHED, _UPDATED = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EntryLines:
    """The lines inside an Atom entry, all but `updated`; those inside an RSS item; a JSON item. All in UTF-8."""

    atom: bytes
    rss: bytes
    json: bytes


@dataclass(frozen=True, slots=True)
class EntryTemplate:
    """One shape of entries in each format.

    The slots are the numbers of an entry's texts; in attributes of XML, plus how many there are.
    """

    atom: Shape[bytes]
    rss: Shape[bytes]
    json: Shape[bytes]


@dataclass(slots=True)
class EntryCompiler:
    """Writes entries; keeps their shapes."""

    moulds: dict[Any, EntryTemplate] = field(default_factory=dict)

    def write(self, entry: Entry) -> EntryLines:
        """The entry in every format."""
        told = texts(entry)
        data = joined(told)
        if not data:
            return write_plain(entry)  # for lxml to refuse
        is_marked = b"&" in data or b"<" in data or b">" in data
        html = encode(entry.html)
        key = _key(entry, told, is_marked=is_marked, is_empty=not html)
        mould = self.moulds.get(key)
        if mould is None:
            mould = self.moulds[key] = _mould(entry, told, is_empty=not html)
        atom = rss = in_xml(data)
        if is_marked:
            atom, rss = in_xml(joined(_in_atom(told))), in_xml(joined(_in_rss(told, entry)))
        atom[_HTML] = rss[_HTML] = escape_bytes(html)
        json = in_json(data).split(b"\0")
        json[_HTML] = in_json(html)
        return EntryLines(
            b"".join(mould.atom.fill(atom)), b"".join(mould.rss.fill(rss)), b"".join(mould.json.fill(json))
        )  # fmt: skip


def write_plain(entry: Entry) -> EntryLines:
    """The same, by those who write one entry."""
    clean = replace(entry, html=clean_text(entry.html))
    atom, rss = write_entry(clean)
    return EntryLines(atom.encode(), rss.encode(), write_item(clean).encode())


# --- what an entry says -----------------------------------------------------------------------


def texts(entry: Entry) -> list[str]:
    """Every text of an entry but the content, for which stands an empty one."""
    told = [
        entry.id, entry.url, entry.lang, instant(entry.published), posted(entry.published),
        instant(entry.updated), entry.title, entry.summary, "", *entry.labels,
    ]  # fmt: skip
    for author in entry.authors:
        told += author.name, author.url
    for each in entry.enclosures:
        told += each.url, each.title, str(each.size)
    if entry.lead:
        told.append(entry.lead.url)
        if asset := entry.lead.asset:
            told.append(str(asset.size))
            told += (str(asset.width), str(asset.height)) if asset.width else ("", "")
    return told


def refill(entry: Entry, told: Iterator[str]) -> Entry:
    """The entry with other texts, in the order of `texts`. Dates and media types stay."""
    identity, url, lang, _, _, _, title, summary, html = (next(told) for _ in range(_LABELS))
    return replace(
        entry, id=identity, url=url, lang=lang, title=title, summary=summary, html=html,
        labels=tuple(next(told) for _ in entry.labels),
        authors=tuple(Author(next(told), url=next(told)) for _ in entry.authors),
        enclosures=tuple(
            Enclosure(next(told), next(told), each.media_type, cast(Any, next(told))) for each in entry.enclosures
        ),
        lead=_refill_lead(entry.lead, told) if entry.lead else None,
    )  # fmt: skip


def _refill_lead(lead: Lead, told: Iterator[str]) -> Lead:
    url = next(told)
    if lead.asset is None:
        return Lead(url, None)
    size, width, height = (cast(Any, next(told)) for _ in range(3))
    return Lead(url, replace(lead.asset, size=size, width=width, height=height))


def _key(entry: Entry, told: Sequence[str], *, is_marked: bool, is_empty: bool) -> Any:
    """Equal for entries of one shape: all that the writers decide by."""
    lead, enclosures = entry.lead, entry.enclosures
    kinds = tuple([each.media_type for each in enclosures]) if enclosures else ()
    signs: tuple[bool, ...] = ()
    if is_marked:
        named = (*entry.labels, *(each.title for each in enclosures))
        signs = (is_html(entry.title), is_html(entry.summary), *map(has_end_tag, named))
    return (
        tuple(map(bool, told)), is_empty, entry.updated == entry.published, len(entry.labels),
        len(entry.authors), kinds, lead.asset.media_type if lead and lead.asset else "", signs,
    )  # fmt: skip


# --- content as each format spells it ---------------------------------------------------------


def _in_atom(told: Sequence[str]) -> list[str]:
    made = list(told)
    for number in (_TITLE, _SUMMARY):
        made[number] = escape_text(made[number])
    return made


def _in_rss(told: Sequence[str], entry: Entry) -> list[str]:
    made = list(told)
    made[_SUMMARY] = escape_text(made[_SUMMARY])
    for number in (_TITLE, *range(_LABELS, _LABELS + len(entry.labels))):
        made[number] = spelled(made[number])
    return made


# --- shapes -----------------------------------------------------------------------------------


def _mould(entry: Entry, told: Sequence[str], *, is_empty: bool) -> EntryTemplate:
    """The shape of an entry, made of one that says nothing but tokens."""
    tokens = [token(number) if text else "" for number, text in enumerate(told)]
    tokens[_HTML] = "" if is_empty else token(_HTML)
    outline = _signed(refill(entry, iter(tokens)), entry)
    atom, rss = map(_dated, write_entry(outline))
    json = _dated(write_item(outline))
    return EntryTemplate(xml_shape(atom, len(told)), xml_shape(rss, len(told)), json_shape(json))


def _dated(text: str) -> str:
    dates = {instant(_PUBLISHED): 3, posted(_PUBLISHED): 4, instant(_UPDATED): 5}
    return reduce(lambda made, date: made.replace(date, token(dates[date])), dates, text)


def _signed(outline: Entry, entry: Entry) -> Entry:
    """The outline with dates that can be found again, and with signs of HTML where the entry has some."""
    enclosures = zip(outline.enclosures, entry.enclosures, strict=True)
    return replace(
        outline, published=_PUBLISHED, updated=_PUBLISHED if entry.updated == entry.published else _UPDATED,
        title=outline.title + SIGN * is_html(entry.title),
        summary=outline.summary + SIGN * is_html(entry.summary),
        labels=tuple(
            each + SIGN * has_end_tag(label) for each, label in zip(outline.labels, entry.labels, strict=True)
        ),
        enclosures=tuple(
            replace(each, title=each.title + SIGN * has_end_tag(like.title)) for each, like in enclosures
        ),
    )  # fmt: skip
