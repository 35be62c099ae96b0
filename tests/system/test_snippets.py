"""Check composed snippets with the counts of the platforms' own libraries."""

import pytest
from hypothesis import given, settings

from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.model import Announcement
from support.oracles import ask
from support.snippets import announcements, composed

pytestmark = pytest.mark.system


def test_no_composed_snippet_is_too_long_for_the_platforms() -> None:
    texts: dict[str, set[str]] = {name: set() for name in ("x", "mastodon", "bluesky", "sms")}

    @given(announcements())
    @settings(max_examples=80)
    def check_sources(announcement: Announcement) -> None:
        for post in composed(announcement)[1]:
            if post.platform.name in texts:
                texts[post.platform.name].add(post.text)

    check_sources()
    assert all(len(found) > 20 for found in texts.values())
    for text, said in ask(sorted(texts["x"])):
        assert said["x"] <= PLATFORMS["x"].limit and said["x_valid"], text
    for text, said in ask(sorted(texts["mastodon"])):
        assert said["mastodon_web"] <= PLATFORMS["mastodon"].limit, text
    for text, said in ask(sorted(texts["bluesky"])):
        assert said["bluesky"] <= PLATFORMS["bluesky"].limit and said["bluesky_bytes"] <= 3000, text
    for text, said in ask(sorted(texts["sms"])):
        assert said["sms"][1] <= PLATFORMS["sms"].limit, text
