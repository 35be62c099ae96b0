"""Test properties of the counts of any text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from newsletter.channels.social.counting import bluesky, mastodon, sms, units, x
from newsletter.channels.social.counting.count import count_all
from support.hard_words import WORDS

TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(" \n\u00a0\u202f.,;(«»)"), st.text(max_size=4))).map(
    "".join
)


@given(TEXTS)
def test_units_are_ordered(text: str) -> None:
    assert units.graphemes(text) <= len(text) <= units.utf16(text) <= units.utf8(text) <= 3 * units.utf16(text)
    assert units.utf16(text) <= units.emoji_as_bytes(text) <= units.utf8(text)
    pieces = units.clusters(text)
    assert "".join(pieces) == text
    assert len(pieces) == units.graphemes(text) or text.isascii()


@given(TEXTS)
def test_x_counts_composed_letters(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert x.weigh(text) == x.weigh(composed) == x.weigh(decomposed)


@given(TEXTS)
def test_x_counts_no_less_than_graphemes_and_no_more_than_parts(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    links = x.links(text)
    shown = sum(units.graphemes(link.url) for link in links)
    assert x.weigh(text) >= units.graphemes(text) - shown
    assert x.weigh(text) <= 2 * len(text) + x.LINK * len(links)


@given(TEXTS)
def test_spaces_that_do_not_break_count_as_others(text: str) -> None:
    plain = text.replace("\u00a0", " ")
    assert x.weigh(text) == x.weigh(plain)
    assert units.graphemes(text) == units.graphemes(plain)
    assert bluesky.app_count(text) == bluesky.app_count(plain)


@given(TEXTS)
def test_links_occur_in_the_text(text: str) -> None:
    ends = 0
    for link in x.links(text):
        assert ends <= link.start < link.end <= len(text)
        assert text[link.start : link.end].startswith(link.url.partition("/")[0])
        ends = link.end


@given(TEXTS)
def test_facets_are_ranges_of_bytes(text: str) -> None:
    encoded = text.encode()
    for facet in bluesky.facets(text):
        shown = encoded[facet.start : facet.end].decode()
        if facet.kind == "tag":
            assert shown[1:] == facet.value or shown.upper() == facet.value
        elif facet.kind == "mention":
            assert shown == f"@{facet.value}"
        else:
            assert facet.value in (shown, f"https://{shown}")


@given(TEXTS, TEXTS)
def test_more_text_has_no_fewer_parts(text: str, more: str) -> None:
    less, message = sms.segments(text), sms.segments(text + more)
    assert less.segments <= message.segments
    assert less.units <= message.units
    assert message.segments_if_transliterated <= message.segments
    assert message.units <= sms.capacity(message.encoding, message.segments)
    assert (message.encoding == "UCS-2") == bool(message.offenders)


@given(TEXTS)
def test_mastodon_takes_the_larger_count(text: str) -> None:
    assert mastodon.count(text) >= mastodon.server_count(text)
    assert mastodon.count(text) >= mastodon.web_count(text)


@given(TEXTS)
def test_counting_leaves_no_platform_out(text: str) -> None:
    assert all(each.count > 0 for each in count_all(text).values()) == bool(text)
