"""Test properties of any announcement's snippets: they fit, and they never split certain units."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.channels.social.writing.composer import SIZES
from newsletter.channels.social.writing.cutting import by_sentence
from newsletter.model import Announcement
from support.snippets import (
    LONG,
    NBSP,
    UNITS,
    announcements,
    composed,
    composer,
)

HANGING = re.compile(r"(?<![\w’'.-])(?:le|la|de|des|un|une|et|à|pour|nos|notre|nous|vous|en|l’|d’)…", re.IGNORECASE)


@given(announcements())
def test_every_snippet_fits_and_is_ready_to_paste(announcement: Announcement) -> None:
    material, posts = composed(announcement)
    assert [post.platform.name for post in posts] == list(PLATFORMS)
    for post in posts:
        name, text = post.platform.name, post.text
        recounted = composer().count(text, name)
        assert recounted == post.counted
        assert recounted.fits, (name, text)
        assert unicodedata.is_normalized("NFC", text), name
        assert text.strip(" \t\n") == text != "" and "\r" not in text and "\ufeff" not in text
        assert "\x02" not in text and "\x03" not in text and "\n\n\n" not in text
        if name != "instagram":
            assert material.link in text.split("\n"), (name, text)
        tags = [tag for tag in text.split("\n")[-1].split(" ") if tag.startswith("#")]
        assert set(tags) <= material.tags or material.link not in text, (name, tags)


@given(announcements())
def test_nothing_is_cut_that_must_stay_whole(announcement: Announcement) -> None:
    _, posts = composed(announcement)
    for post in posts:
        if post.platform.name == "sms":  # SMS texts have different quotation marks and apostrophes
            continue
        for unit in map(unicodedata.normalize, ["NFC"] * len(UNITS), UNITS):
            for end in range(1, len(unit)):
                part = f"{unit[:end].rstrip(f' {NBSP}.,')}…"
                # A word at the end of a sentence may be the start of a unit by chance.
                if len(part) > 4 and part.rstrip("…") != unit:
                    assert part not in post.text, (post.platform.name, post.text)
        if len(post.shortened) or len(post.dropped):
            assert not HANGING.search(post.text), (post.platform.name, post.text)
            assert post.text.count("«") == post.text.count("»"), (post.platform.name, post.text)


@given(announcements())
def test_the_hook_is_above_the_fold(announcement: Announcement) -> None:
    material, posts = composed(announcement)
    for post in posts:
        hook = post.text.split("\n")[0]
        # Scripts without spaces can only be cut within a word.
        if post.platform.fold and " " in material.title:
            assert len(hook) <= max(post.platform.fold, len(material.title.split(" ")[0])) or "hook" in post.dropped


@given(st.lists(LONG, max_size=4).map("\n\n".join), st.integers(0, 500))
def test_what_is_too_long_by_its_characters_need_not_be_counted(text: str, most: int) -> None:
    assert list(by_sentence(text, most)) == [each for each in by_sentence(text) if len(each) <= most]
    assert all(size(text) >= len(text) for size in SIZES.values())
