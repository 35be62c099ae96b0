"""The hashtags that each platform makes of a text."""

from collections.abc import Callable, Mapping

from newsletter.channels.social.counting import bluesky, mastodon, units, x
from newsletter.channels.social.counting.platforms import PLATFORMS, HashtagRule

# Letters, digits and `_`, a letter among them, after anything but one of these: what platforms that
# document nothing have in common.
_WORDS = r"(?<![\p{L}\p{M}\p{Nd}_&#])[#＃]([\p{Nd}_]*\p{L}[\p{L}\p{M}\p{Nd}_]*)"


def found(text: str, platform: str) -> tuple[str, ...]:
    """The hashtags of a text as `platform` links them, without their sign, in order.

    Raises KeyError for a platform that is not in the table.
    """
    return _RULES[PLATFORMS[platform].hashtags](text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(units.pattern(_WORDS).findall(text))


def _none(_text: str) -> tuple[str, ...]:
    return ()


_RULES: Mapping[HashtagRule, Callable[[str], tuple[str, ...]]] = {
    "x": x.hashtags,
    "mastodon": mastodon.hashtags,
    "bluesky": bluesky.hashtags,
    "words": _words,
    "none": _none,
}
