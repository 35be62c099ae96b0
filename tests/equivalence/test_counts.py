"""Test that fast counting and composing give the same results as the obvious algorithms."""

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from newsletter.channels.social.counting import bluesky, hashtags, mastodon, sms, units, x
from newsletter.channels.social.counting.count import count
from newsletter.channels.social.counting.fastpath import is_plain, is_simple, sample
from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.channels.social.json_export import as_json, little_text
from newsletter.channels.social.overview import Facts
from newsletter.channels.social.writing.blocks import begin, split
from newsletter.channels.social.writing.composer import DEFAULT
from newsletter.channels.social.writing.post import Post, links
from newsletter.model import Announcement, Social
from support.hard_words import WORDS as HARD
from support.snippets import announcements, composed, composer, words

SIGNS = st.sampled_from(" \n\u00a0\u202f.,;(«»)$#＃🏆…\r\u212a\u037e\u0301\u200d")
PLAIN = st.sampled_from(
    ("Prix", "l’été", "« Gala. »", "Fin.\n", "10,5 €", "M. Martin", "5 $", "🏆", "Œuvre…", "#Prix", "受賞", "\u212a")
)
TEXTS = st.lists(st.one_of(PLAIN, PLAIN, PLAIN, st.sampled_from(HARD), SIGNS), max_size=8).map(" ".join)
HOSTS = """
    banc.example exemple.fr www.exemple.fr t.co a.b.co.uk exemple.notatld exemple.goo exemple.music x.music.fr fr
    xn--bcher-kva.de exemple.xn--p1ai -a.fr a-.fr a..fr 127.0.0.1 localhost .fr https.foo fr- a.fr. a.fr-b 1.fr
""".split()
PARTS = "a fr annonce html music co.uk - a-b 9 https t.co www.exemple.com xn--p1ai portes-ouvertes 2026".split()
ADDRESSES = st.builds(
    "{}{}/{}{}{}".format,
    st.sampled_from(("https://", "http://")),
    st.sampled_from([*HOSTS, "a" * 64 + ".fr"]),
    st.lists(st.builds("{}{}".format, st.sampled_from(PARTS), st.sampled_from("/-")), max_size=4).map("".join),
    st.sampled_from(PARTS),
    st.sampled_from((".html", ".en.html", ".fr", "", ".html?utm_source=x&utm_medium=social", "#été", "/")),
)


@given(ADDRESSES, TEXTS, TEXTS)
@example("https://exemple.music/a.html", "Fin.\n", "")
@example("https://localhost/a", "", "« Gala. »")
@example("https://exemple.fr/a.html", "\u212a.", "")
def test_around_a_link_every_platform_counts_as_ever(link: str, before: str, after: str) -> None:
    text = f"{before}\n{link} {after}".strip()
    assume(is_simple(text, link))
    for name, row in PLATFORMS.items():
        assert count(text, name, link=link) == count(text, name), name
        assert links(link, row) == links(text, row), name
    assert x.links_simple(link) == tuple(each.url for each in x.links(text))
    assert units.clusters(text) == list(text)


def test_what_stands_too_near_is_not_left_uncounted() -> None:
    link = "https://exemple.fr/a.html"
    for text in (
        "",
        "Prix",
        f"({link})",
        f"{link}.",
        f"{link}\u00a0!",
        f"a.fr {link}",
        f"@a {link}",
        f"e\u0301 {link}",
    ):
        assert not is_simple(text, link), text
    assert not is_simple(f"{link} {link}", link)
    assert not is_simple("https://exemple.fr/été", "https://exemple.fr/été")
    assert is_simple(f"Fin. {link}\n« Prix. »", link)
    assert not is_plain("v1.2") and not is_plain("http:// x") and not is_plain("a\r\nb") and is_plain("")


@given(ADDRESSES)
def test_links_to_one_site_are_counted_by_one_rule(link: str) -> None:
    if sample(link):
        found = tuple(each.url for each in x.links(link))
        assert (x.measure_simple(link, link), x.links_simple(link)) == (x.measure(link), found)
        assert mastodon.counts_simple(link, link) == (mastodon.server_count(link), mastodon.web_count(link))


WHITE = st.sampled_from(("\n", " ", "\n\n", " \n", "\n\n\n", "\n ", "\t", "Fin.", "x y", "\t\n", ""))
LABELS = st.builds(begin, st.sampled_from(("a", "b c")), st.integers(0, 2), st.booleans())


@given(st.lists(st.one_of(WHITE, WHITE, LABELS), max_size=12).map("".join))
def test_blocks_are_those_of_one_step_after_the_other(rendered: str) -> None:
    assert [(kind.name, text, gap) for kind, text, gap in split(rendered)] == list(step_by_step(rendered))


def step_by_step(rendered: str) -> list[tuple[str, str, str]]:
    """Split a text into blocks the obvious way: drop surplus white space, then parse each block."""
    if " \n" in rendered or "\n\n\n" in rendered:
        rendered = re.sub(r"[ \t]+(?=\n)|\n+(?=\n\n)", "", rendered)
    gaps = ["", " ", "\n", "\n\n"]
    found: list[tuple[str, str, str]] = []
    gap = ""
    for part in rendered.split("\x02"):
        label, sign, body = part.partition("\x03")
        body = body if sign else label
        kept = body.rstrip(" \n")
        tail = body[len(kept) :]
        tail = tail if tail in gaps else "\n" * min(2, tail.count("\n")) or " "
        if text := kept.lstrip(" \n"):
            found.append((label.partition("\x1f")[0] if sign else "", text, gap))
            gap = tail
        elif found:
            gap = max(gap, tail, key=gaps.index)
    return found


@settings(max_examples=40)
@given(st.lists(announcements(), max_size=4), st.data())
def test_many_are_composed_together_as_one_by_one(several: list[Announcement], data: st.DataObject) -> None:
    asked = st.builds(
        Social,
        texts=st.sampled_from(((), (("x", "Un prix. #Prix"), ("sms", "Un prix")))),
        skip=st.sampled_from(((), ("bluesky",), DEFAULT)),
        thread=st.booleans(),
    )
    several = [replace(each, social=data.draw(st.one_of(st.just(each.social), asked))) for each in several]
    one_by_one = [composed(each) for each in several]
    together = composer().all_posts([material for material, _ in one_by_one])
    assert together == [posts for _, posts in one_by_one]
    assert as_json(one_by_one) == [json for each in one_by_one for json in as_json([each])]


@given(announcements())
def test_the_json_is_what_the_obvious_way_writes(announcement: Announcement) -> None:
    material, posts = composed(announcement)
    written = as_json([(material, posts)])[0]
    whole = json.loads(written)
    again = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).replace('{"platform":', '\n{"platform":')
    assert written.decode() == f"{again}\n"
    for entry, post in zip(whole["posts"], posts, strict=True):
        text, name, also = post.text, post.platform.name, entry["also"]
        counts = len(text), units.graphemes(text), units.utf16(text), units.utf8(text)
        assert (also["code_points"], also["graphemes"], also["utf16"], also["utf8"]) == counts
        assert (entry["count"], dict(post.counted.extra).items() <= also.items()) == (post.counted.count, True)
        assert entry["links"] == list(links(text, post.platform))
        if "＃" not in text:
            assert entry["hashtags"] == list(hashtags.find(text, name))
        facets = [{"kind": f.kind, "value": f.value, "start": f.start, "end": f.end} for f in bluesky.facets(text)]
        assert entry["facets"] == (facets if name == "bluesky" else None)
        if post.platform.fold:
            assert entry["fold"]["shown"] == "".join(units.clusters(text)[: post.platform.fold])


@given(st.text(st.sampled_from("aé\\|{}@[]()<>#*_~ ")))
def test_signs_are_escaped_in_any_order(text: str) -> None:
    pieces = re.split(r"(?<!\S)(#\w+)", text)
    expected = [rf"{{hashtag|\#|{escaped(each[1:])}}}" if at % 2 else escaped(each) for at, each in enumerate(pieces)]
    assert little_text(text) == "".join(expected)


def escaped(text: str) -> str:
    """Escape every character that has a meaning on LinkedIn."""
    return re.sub(r"[|{}@\[\]()<>\\*_~#]", r"\\\g<0>", text)


@given(TEXTS)
def test_only_uncommon_signs_are_looked_at(text: str) -> None:
    assert units.uncommon(text) == "".join(sign for sign in text if not sign.isascii())
    assert x.plain(text) == len(text) + sum(x.plain(sign) - 1 for sign in text)
    assert x.plain(text) == len(text) + len(x.HEAVY.findall(text))
    if not units.joins(text):
        assert units.emoji_as_bytes(text) == sum(map(units.emoji_as_bytes, text))


def test_every_emoji_is_looked_at() -> None:
    for character in map(chr, range(0x110000)):
        if units.pattern(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]").match(character):
            assert units.emoji_as_bytes(character) == units.utf8(character), character


@given(st.text(st.sampled_from("aéêç°«»‘’…\u00a0\u202f\u200b–→œŒ№ł€e\u0301"), max_size=12))
def test_signs_are_made_plain_one_by_one(text: str) -> None:
    plain = sms.plain_typography(text)
    assert plain == "".join(map(sms.plain_typography, unicodedata.normalize("NFC", text)))
    assert sms.transliterated(text) == "".join(map(sms.transliterated, plain))


@pytest.mark.parametrize("name", ["<b>", "&", '"'])
def test_facts_on_the_page_are_escaped(name: str) -> None:
    post = Post(PLATFORMS["sms"], "ç", replace(count("ç", "sms"), extra=()), dropped=(name,))
    facts = dict(Facts(replace(words("fr"), strings=words("fr").strings | {"social_of": "<i>"})).of(post, ""))
    assert facts["Abrégé"] in ("&lt;b&gt;", "&amp;", "&#34;")
    assert facts["Longueur"].startswith("1 &lt;i&gt; ")
