"""Test that filled entry templates equal what feedgen and the repair pass write for each entry."""

import heapq
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.channels.feeds.entry import Enclosure, Entry, Lead
from newsletter.channels.feeds.fastpath.entry_templates import EntryCompiler, write_plain
from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.channels.feeds.sanitize import clean_text, encode
from newsletter.channels.feeds.selection import FeedSelection
from newsletter.model import Asset, Author
from newsletter.text.dates import format_rfc3339, format_rfc5322

# --- moments ----------------------------------------------------------------------------------


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from((0, 1000, 999_000)))
def test_moments_are_spelled_as_the_standard_library_spells_them(moment: datetime, micro: int) -> None:
    moment = moment.replace(microsecond=micro)
    assert format_rfc5322(moment) == format_datetime(moment)
    assert datetime.fromisoformat(format_rfc3339(moment)) == moment and format_rfc3339(moment).endswith("Z")
    assert len(format_rfc3339(moment)) == (24 if micro else 20)


# --- entries ----------------------------------------------------------------------------------

SIGNS = (
    "]]>", "&", "<", ">", '"', "'", "</b>", "<b>", "&amp;", "&eacute;", "&#x26;", "\\",
    "\n", "\t", "\u00a0", "é", "👩🏽‍🚀",
    "أخبار", "\u202e", "\u2028", "a", " ", "QzSlot0Zq", "</i", "{{ x }}", "%s", "2001-01-01T00:00:00Z",
    "Mon, 01 Jan 2001 00:00:00 +0000", '"size_in_bytes": ', '="',
)  # fmt: skip
TEXT = st.lists(st.sampled_from(SIGNS), max_size=4).map("".join)
WILD = TEXT | st.text(max_size=6).map(clean_text)
CONTROL = st.text("\0\x01\x0c\r\x1f a", max_size=3)
ADDRESS = st.sampled_from(("", "https://a.example/?b=1&c='%22", "mailto:a@b.example", "tel:+33"))
MOMENT = st.builds(
    lambda seconds, micro: datetime(2024, 11, 26, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=micro),
    st.integers(0, 3), st.sampled_from((0, 1000)),
)  # fmt: skip
DAYS = st.datetimes(datetime(2024, 2, 27), datetime(2024, 3, 3)).map(
    lambda day: day.replace(tzinfo=UTC, microsecond=0, second=0)
)
ZONES = st.sampled_from(("UTC", "Europe/Paris", "Pacific/Kiritimati"))
SIZE = st.sampled_from((0, 1, 512_000))
ASSET = st.builds(
    lambda kind, size, width, height: Asset("", "", kind, size, "", width, height),
    st.sampled_from(("image/png", "image/svg+xml")), SIZE, SIZE, SIZE,
)  # fmt: skip
ENTRY = st.builds(
    Entry,
    id=ADDRESS, url=ADDRESS, title=WILD, summary=WILD, html=WILD, lang=st.sampled_from(("fr", "ar")),
    published=MOMENT, updated=MOMENT,
    authors=st.lists(st.builds(lambda name, url: Author(name, url=url), WILD, ADDRESS), max_size=2).map(tuple),
    labels=st.lists(WILD, max_size=3).map(tuple),
    lead=st.none() | st.builds(Lead, ADDRESS, st.none() | ASSET),
    enclosures=st.lists(
        st.builds(Enclosure, ADDRESS, WILD, st.sampled_from(("audio/mpeg", "video/mp4", "application/pdf", "")), SIZE),
        max_size=3,
    ).map(tuple),
)  # fmt: skip
FULL = Entry(
    id="tag:a.example,2024:x", url="https://a.example/x.html", title="Un", summary="Deux", html="<p>Trois</p>",
    lang="fr", published=datetime(2024, 11, 26, tzinfo=UTC), updated=datetime(2024, 11, 26, tzinfo=UTC),
    labels=("Quatre",), authors=(Author("Cinq", url="https://a.example/5"),),
    lead=Lead("https://a.example/i.png", Asset("", "", "image/png", 6, "", 7, 8)),
    enclosures=(Enclosure("https://a.example/p.pdf", "Neuf", "application/pdf", 10),),
)  # fmt: skip
PRESS = EntryCompiler()  # shared by all examples, so that most reuse an existing shape


def written_by(write: Callable[[Any], Any], of: Entry | FeedMetadata) -> Any:
    try:
        return write(of)
    except (ValueError, AttributeError) as fault:
        return type(fault)


@given(st.lists(st.tuples(DAYS, st.sampled_from((-1, 0, 0, 40)).map(lambda days: timedelta(days=days)))), ZONES)
def test_feeds_and_months_hold_what_they_would_one_by_one(dates: list[tuple[datetime, timedelta]], zone: str) -> None:
    listed = [
        SimpleNamespace(
            id=str(number),
            stem=str(number),
            slug=str(number),
            is_default_language=True,
            date=date,
            updated=date + later,
        )
        for number, (date, later) in enumerate(sorted(dates, reverse=True))
    ]
    asked = SimpleNamespace(timezone=ZoneInfo(zone), feeds=SimpleNamespace(entries=3))
    plan = FeedSelection(
        cast(Any, SimpleNamespace(publication=SimpleNamespace(settings=asked, announcements=tuple(listed))))
    )
    newest = heapq.nlargest(3, listed, key=lambda each: each.updated)
    assert plan.newest_of(cast(Any, listed)) == tuple(each for each in listed if each in newest)
    months: dict[str, list[Any]] = {}
    for each in listed:
        months.setdefault(f"{each.date.astimezone(ZoneInfo(zone)):%Y-%m}", []).append(each)
    assert plan.months == tuple((month, tuple(held)) for month, held in months.items())


@settings(max_examples=400)
@given(ENTRY)
@example(FULL)
def test_a_filled_entry_is_what_feedgen_and_the_repair_write(entry: Entry) -> None:
    assert written_by(PRESS.write, entry) == written_by(write_plain, entry)


@pytest.mark.parametrize("field", ["title", "summary", "html", "id", "url", "labels", "authors", "enclosures", "lead"])
@given(text=WILD, control=CONTROL)
def test_whatever_one_text_says_it_is_written_as_it_was(field: str, text: str, control: str) -> None:
    text += control
    values: dict[str, Any] = {
        "labels": (text, "b"), "authors": (Author(text), Author("b", url=text)), "lead": Lead(text, None),
        "enclosures": (Enclosure(text, text, "audio/mpeg", 0), Enclosure("https://a.example/", text, "video/mp4", 5)),
    }  # fmt: skip
    entry = replace(FULL, **{field: values.get(field, text)})
    found, plain = written_by(PRESS.write, entry), written_by(write_plain, entry)
    assert found == plain
    if not isinstance(plain, type):
        assert json.loads(found.json)["language"] == "fr"


def test_entries_with_the_same_parts_share_a_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = EntryCompiler()
    compiler.write(FULL)
    monkeypatch.setattr("newsletter.channels.feeds.fastpath.entry_templates.write_entry", None)
    other = compiler.write(
        replace(
            FULL, id="x", title="Été", summary="]]>"[:2], html="<p>]]&gt;&amp;</p>", labels=("\\ \" '",),
            published=datetime(2020, 1, 1, tzinfo=UTC), updated=datetime(2020, 1, 1, tzinfo=UTC),
        )
    )  # fmt: skip
    assert len(compiler.templates) == 1 and '<title type="text">Été</title>' in other.atom.decode()
    assert '<category term="\\ &quot; \'" label="\\ &quot; \'"/>' in other.atom.decode()
    assert "QzSlot" not in f"{other}"


@given(st.text() | WILD | st.text("\ud800\ufdd0\ufffd\ufffe\U0001ffff\x85\x7f\ufe0f\u00a0\u0080é\0", max_size=4))
@example("«\u00a0é\u00a0»\n\t👩🏽‍🚀\ufe0f")
def test_text_is_cleaned_as_bytes_as_it_is_as_text(text: str) -> None:
    assert encode(text) == clean_text(text).encode()
