"""Test the counts for each platform: verified cases, recorded answers, and the table of platforms."""

import dataclasses
import json
import re
from typing import Any

import pytest

from newsletter.channels.social.counting import bluesky, hashtags, mastodon, sms, units, x
from newsletter.channels.social.counting.count import Count, as_json, count, count_all
from newsletter.channels.social.counting.platforms import PLATFORMS
from support.paths import TESTS

FILES = TESTS / "data"
CASES = [
    pytest.param(case["text"], case["expected"], id=f"{written['id']}-{number}")
    for written in json.loads((FILES / "social.json").read_text(encoding="utf-8"))["cases"]
    for number, case in enumerate([written, *written.get("variants", ())])
]
RECORDED = [json.loads(line) for line in (FILES / "counts.jsonl").read_text(encoding="utf-8").splitlines()]


def all_that_is_expected(text: str) -> dict[str, Any]:
    """Return every value that a case may expect for a text, under the names used in the cases."""
    counts = count_all(text)
    found = as_json(counts)
    return {
        "x": counts["x"].count,
        "x_valid": counts["x"].fits,
        "x_urls": [link.url for link in x.links(text)],
        "x_tags": list(hashtags.find(text, "x")),
        "mastodon": counts["mastodon"].count,
        "mastodon46_tags": list(hashtags.find(text, "mastodon")),
        "mastodon_pre46_tags": list(mastodon.hashtags_before_4_6(text)),
        "bluesky_graphemes": counts["bluesky"].count,
        "bluesky_bytes": found["bluesky"]["bytes"],
        "bluesky_valid": counts["bluesky"].fits,
        "bluesky_app_graphemes": found["bluesky"]["app_count"],
        "bluesky_links": [facet.value for facet in bluesky.facets(text) if facet.kind == "link"],
        "bluesky_tags": list(hashtags.find(text, "bluesky")),
        "codepoints": len(text),
        "utf16": counts["discord"].count,
        "threads_documented": counts["threads"].count,
        "sms_encoding": found["sms"]["encoding"],
        "sms_segments": found["sms"]["segments"],
        "sms_units": counts["sms"].count,
    }


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_verified_cases_are_exact(text: str, expected: dict[str, Any]) -> None:
    got = all_that_is_expected(text)
    assert {name: got[name] for name in expected} == expected


def test_recorded_answers_are_met() -> None:
    """Compare with recorded answers to texts like those of support/count_texts.py.

    Mastodon's server code was run in Ruby, the other libraries in Node.
    """
    assert len(RECORDED) == 200
    for said in RECORDED:
        text = said.pop("text")
        message = sms.segments(text)
        assert said == {
            "x": x.weigh(text),
            "x_valid": count(text, "x").fits,
            "x_links": [link.url for link in x.links(text)],
            "x_hashtags": list(x.hashtags(text)),
            "mastodon_server": mastodon.server_count(text),
            "mastodon_web": mastodon.web_count(text),
            "mastodon_hashtags": list(mastodon.hashtags(text)),
            "bluesky": units.graphemes(text),
            "bluesky_bytes": units.utf8(text),
            "bluesky_app": bluesky.app_count(text),
            "bluesky_facets": [[each.kind, each.value, each.start, each.end] for each in bluesky.facets(text)],
            "sms": [message.encoding, message.segments],
        }, text


def test_every_platform_is_counted() -> None:
    counts = count_all("Bravo à l’Académie ! 🏆")
    assert list(counts) == list(PLATFORMS)
    assert list(counts) == [
        "x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "instagram", "telegram", "whatsapp", "slack",
        "teams", "discord", "sms",
    ]  # fmt: skip
    assert all(each.fits for each in counts.values())
    assert {name: each.count for name, each in counts.items() if each.unit == "UTF-16 units"} == dict.fromkeys(
        ["linkedin", "facebook", "instagram", "telegram", "whatsapp", "slack", "discord", "sms"], 23
    )
    assert counts["teams"].count == 29
    assert counts["threads"].count == 25


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_every_row_has_its_evidence(platform: Any) -> None:
    assert platform.source.startswith("https://")
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", platform.checked)
    assert platform.limit > 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        platform.limit = 1


def test_an_unknown_platform_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        count("x", "myspace")
    with pytest.raises(KeyError):
        hashtags.find("#x", "myspace")


@pytest.mark.parametrize(
    ("platform", "text", "fits"),
    [
        ("x", "a" * 280, True),
        ("x", "a" * 281, False),
        ("x", "…" * 140, True),
        ("x", "…" * 141, False),
        ("x", "", False),
        ("x", "a\ufeffb", False),
        ("x", "a\ufffe", False),
        ("mastodon", "é" * 500, True),
        ("mastodon", "é" * 501, False),
        ("bluesky", "a" * 300, True),
        ("bluesky", "a" * 301, False),
        ("bluesky", "👨‍👩‍👧‍👦" * 120, True),
        ("bluesky", "👨‍👩‍👧‍👦" * 121, False),
        ("threads", "🏆" * 125, True),
        ("threads", "🏆" * 125 + ".", False),
        ("discord", "🏆" * 1000, True),
        ("discord", "🏆" * 1000 + ".", False),
        ("sms", "a" * 459, True),
        ("sms", "a" * 460, False),
        # This would be 459 septets in three parts, but a two-septet character may not be split.
        ("sms", ("a" * 152 + "€") * 2 + "a" * 151, False),
        ("sms", "ê" * 201, True),
        ("sms", "ê" * 202, False),
    ],
)
def test_limits(platform: str, text: str, fits: bool) -> None:
    assert count(text, platform).fits is fits


def test_limits_of_a_server_or_subscription_replace_the_usual_ones() -> None:
    assert not count("a" * 1000, "mastodon").fits
    assert count("a" * 1000, "mastodon", limit=5000).fits
    assert count("a" * 1000, "x", limit=25000) == Count("x", 1000, 25000, "weighted characters", "exact")
    one = count("a" * 161, "sms", limit=1)
    assert (one.count, one.limit, one.fits) == (161, 160, False)


def test_certainty_marks_a_bound() -> None:
    assert count("Prix 🏆 exemple.fr", "x").certainty == "exact"
    assert count("Prix 🐦‍🔥", "x").certainty == "upper-bound"
    assert count("Prix exemple.music", "x").certainty == "upper-bound"
    assert count("Prix", "linkedin").certainty == "upper-bound"
    assert count("Prix", "threads").certainty == "documented"


def test_plain_values() -> None:
    found = as_json({name: count("«\u00a0Prix\u00a0» 10\u00a0€", name) for name in ("x", "bluesky", "sms")})
    assert found == {
        "x": {"count": 14, "limit": 280, "unit": "weighted characters", "certainty": "exact", "valid": True},
        "bluesky": {
            "count": 13, "limit": 300, "unit": "graphemes", "certainty": "exact", "valid": True,
            "bytes": 20, "byte_limit": 3000, "app_count": 13,
        },
        "sms": {
            "count": 13, "limit": 201, "unit": "UTF-16 units", "certainty": "exact", "valid": True,
            "encoding": "UCS-2", "segments": 1, "segment_limit": 3, "offenders": "«\u00a0»",
            "segments_if_transliterated": 1,
        },
    }  # fmt: skip
    assert as_json({"x": count("\ufeffa", "x")})["x"]["invalid"] == "U+FEFF"
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    "text", ["", "\ud800", "x \udfff.com https://\ud800.fr @\ud800 #\ud800", "\0", "://", "@", "#"]
)
def test_nothing_breaks_a_counter(text: str) -> None:
    assert all(each.count >= 0 for each in count_all(text).values())
    assert all(isinstance(hashtags.find(text, name), tuple) for name in PLATFORMS)
