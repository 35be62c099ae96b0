"""Find the hashtags in a text, by the rules of each platform."""

from collections.abc import Callable, Mapping

from newsletter.channels.social.counting import bluesky, mastodon, units, x
from newsletter.channels.social.counting.platforms import PLATFORMS, HashtagRule

# The rules that undocumented platforms have in common: a hashtag consists of letters, digits and `_`, contains at least
# one letter, and does not directly follow such a character.
_WORDS = r"(?<![\p{L}\p{M}\p{Nd}_&#])[#＃]([\p{Nd}_]*\p{L}[\p{L}\p{M}\p{Nd}_]*)"


def find(text: str, platform: str) -> tuple[str, ...]:
    """Return the hashtags that a platform links in a text, without `#`, in order.

    Raises KeyError for an unknown `platform`.
    """
    return _RULES[PLATFORMS[platform].hashtags](text)


def _words(text: str) -> tuple[str, ...]:
    start = units.before_hash(text)
    return tuple(units.pattern(_WORDS).findall(text, start)) if start >= 0 else ()


def _none(_text: str) -> tuple[str, ...]:
    return ()


_RULES: Mapping[HashtagRule, Callable[[str], tuple[str, ...]]] = {
    "x": x.hashtags,
    "mastodon": mastodon.hashtags,
    "bluesky": bluesky.hashtags,
    "words": _words,
    "none": _none,
}
