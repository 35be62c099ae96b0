"""Compare our counts with the platforms' own libraries, on thousands of texts."""

import re
import unicodedata
from functools import cache
from typing import Any

import pytest

from newsletter.channels.social.counting import bluesky, domains, mastodon, sms, units, x
from support.count_texts import EMOJI, texts
from support.oracles import ask

INVISIBLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u2060-\u2064\ufe0f\ufeff\U000e007f\U0010ffff]")

pytestmark = pytest.mark.system


@cache
def asked() -> list[tuple[str, dict[str, Any]]]:
    """Return random texts, all emoji, and a bare domain for every top-level domain, with the answers."""
    bases = [chr(code) for code in range(0x1F300, 0x1FAFF) if unicodedata.category(chr(code)) != "Cn"]
    emoji = [base + end for base in bases for end in ("", "\ufe0f", "🏽", "🏽\u200d♀\ufe0f", "\u200d🏽")]
    names = sorted(domains.delegated() | domains.DEAD)
    return ask([*texts(3000, seed=2026), *EMOJI, *emoji, *(f"prix exemple.{name}/été" for name in names)])


def test_x_is_exact_or_a_bound() -> None:
    for text, said in asked():
        total, exact = x.measure(text)
        assert total == said["x"] if exact else total >= said["x"], text
        if exact:
            assert (0 < total <= 280 and not x.invalid_characters(text)) == said["x_valid"], text


def test_x_finds_the_same_links_and_hashtags() -> None:
    for text, said in asked():
        links = x.links(text)
        if not any(link.ending.lower() in domains.LATER for link in links):
            assert [link.url for link in links] == said["x_links"], text
        assert list(x.hashtags(text)) == said["x_hashtags"], text


def test_the_reference_knows_the_domains_that_are_not_later() -> None:
    """If this fails, the list DEAD or LATER is out of date."""
    known = {text for text, said in asked() if text.startswith("prix exemple.") and said["x_links"]}
    names = {name for name in domains.delegated() | domains.DEAD if not name.startswith("xn--")}
    assert {name for name in names if f"prix exemple.{name}/été" not in known} == domains.LATER


def test_mastodon_and_bluesky_count_the_same() -> None:
    for text, said in asked():
        assert mastodon.web_count(text) == said["mastodon_web"], text
        assert units.graphemes(text) == said["bluesky"], text
        assert units.utf8(text) == said["bluesky_bytes"], text


def test_bluesky_finds_the_same_facets() -> None:
    for text, said in asked()[:3000]:
        found = [[each.kind, each.value, each.start, each.end] for each in bluesky.facets(text)]
        # The library's version counts a tag's length in UTF-16 units; today's counts graphemes.
        assert [each for each in found if units.utf16(each[1]) <= 64] == [
            each for each in said["bluesky_facets"] if units.utf16(each[1]) <= 64
        ], text
        # A browser drops invisible characters in a URL and refuses some hosts; we keep and accept them.
        assert INVISIBLE.search(text) or bluesky.app_count(text) == said["bluesky_app"], text


def test_messages_have_no_fewer_parts() -> None:
    for text, said in asked():
        message = sms.segments(text)
        encoding, parts = said["sms"]
        assert message.encoding == encoding, text
        # Newer emoji are one grapheme here; the oracle splits them.
        assert message.segments >= parts, text
