"""Describe each platform: its limits, how it counts, and how certain these rules are.

Platforms change their rules, so each row names its source and the date of the last check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Unit = Literal["x-weighted", "mastodon", "graphemes", "emoji-as-bytes", "utf-16", "bytes", "sms"]
LinkRule = Literal["23, bare domains too", "23 with a protocol", "literal"]
HashtagRule = Literal["x", "mastodon", "bluesky", "words", "none"]
Certainty = Literal["exact", "documented", "upper-bound"]


# Each platform has one instance, so equality by identity is enough.
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Platform:
    """A platform's rules.

    `limit` is in `unit`; for text messages, it is a number of parts. `fold` is the number of characters that a phone
    shows before "more", or None if it has not been measured. `certainty` tells where the unit comes from: the
    platform's own code ("exact"), its documentation ("documented"), or neither ("upper-bound"). In the last case, the
    largest plausible unit is used.
    """

    name: str
    title: str
    limit: int
    unit: Unit
    links: LinkRule
    hashtags: HashtagRule
    fold: int | None
    source: str
    checked: str
    certainty: Certainty
    most_hashtags: int | None = None
    most_links: int | None = None


_TABLE = (
    Platform(
        name="x", title="X", limit=280, unit="x-weighted", links="23, bare domains too", hashtags="x", fold=None,
        source="https://docs.x.com/fundamentals/counting-characters", checked="2026-11-23", certainty="exact",
    ),
    Platform(
        name="mastodon", title="Mastodon", limit=500, unit="mastodon", links="23 with a protocol", hashtags="mastodon",
        fold=None, source="https://docs.joinmastodon.org/user/posting/", checked="2026-11-23", certainty="exact",
    ),
    Platform(
        name="bluesky", title="Bluesky", limit=300, unit="graphemes", links="literal", hashtags="bluesky", fold=None,
        source="https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json",
        checked="2026-11-23", certainty="exact",
    ),
    Platform(
        name="threads", title="Threads", limit=500, unit="emoji-as-bytes", links="literal", hashtags="words", fold=250,
        source="https://developers.facebook.com/documentation/threads/posts", checked="2026-11-23",
        certainty="documented", most_hashtags=1, most_links=5,
    ),
    Platform(
        name="linkedin", title="LinkedIn", limit=3000, unit="utf-16", links="literal", hashtags="words", fold=140,
        source="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format",
        checked="2026-11-23", certainty="upper-bound",
    ),
    Platform(
        name="facebook", title="Facebook", limit=63206, unit="utf-16", links="literal", hashtags="words", fold=110,
        source="https://developers.buffer.com/guides/character-limits", checked="2026-11-23", certainty="upper-bound",
    ),
    Platform(
        name="instagram", title="Instagram", limit=2200, unit="utf-16", links="literal", hashtags="words", fold=125,
        source="https://developers.buffer.com/guides/character-limits", checked="2026-11-23", certainty="upper-bound",
        most_hashtags=5,
    ),
    Platform(
        name="telegram", title="Telegram", limit=4096, unit="utf-16", links="literal", hashtags="words", fold=None,
        source="https://core.telegram.org/bots/api#sendmessage", checked="2026-11-23", certainty="documented",
    ),
    Platform(
        name="whatsapp", title="WhatsApp", limit=4096, unit="utf-16", links="literal", hashtags="none", fold=None,
        source="https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages",
        checked="2026-11-23", certainty="upper-bound",
    ),
    Platform(
        name="slack", title="Slack", limit=4000, unit="utf-16", links="literal", hashtags="none", fold=None,
        source="https://docs.slack.dev/reference/methods/chat.postMessage", checked="2026-11-23",
        certainty="upper-bound",
    ),
    Platform(
        # The limit of 28 KB includes markup.
        name="teams", title="Teams", limit=28000, unit="bytes", links="literal", hashtags="none", fold=None,
        source="https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using",
        checked="2026-11-23", certainty="upper-bound",
    ),
    Platform(
        name="discord", title="Discord", limit=2000, unit="utf-16", links="literal", hashtags="none", fold=None,
        source="https://discord.com/developers/docs/resources/message", checked="2026-11-23",
        certainty="upper-bound",
    ),
    Platform(
        name="sms", title="SMS", limit=3, unit="sms", links="literal", hashtags="none", fold=None,
        source="https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding", checked="2026-11-23",
        certainty="exact",
    ),
)  # fmt: skip

PLATFORMS: Mapping[str, Platform] = MappingProxyType({platform.name: platform for platform in _TABLE})
