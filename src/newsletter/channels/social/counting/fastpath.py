"""Recognize texts whose length is a sum over their characters, except for one separate link.

Most snippets are such texts. A platform treats the link in them as it would treat the link alone, so each link is
analysed only once. All other texts are counted in full.
"""

import re

from newsletter.channels.social.counting import units

# Only after such a full stop can a top-level domain follow; on Bluesky, any letters after `http` count.
_STOP = re.compile(r"\.[^\W_]")
_AROUND = frozenset(("", " ", "\n"))
_SIMPLE = re.compile(r"(https?://[a-z0-9.-]+/)(?:[a-z0-9-]+/)*[a-z0-9-]*[a-z0-9](?:\.[a-z]{2})?(?:\.html)?")
_PATH = "annonce-qui-est-longue.html"  # with this path, no link has exactly 23 characters
_LONGEST = 4000


def is_simple(text: str, link: str) -> bool:
    """Return whether a text is plain except for `link`, which has white space around it.

    Each character of such a text is one grapheme, not part of an emoji sequence, and accepted by X.
    """
    before, separator, after = text.partition(link)
    is_separate = separator != "" and before[-1:] in _AROUND and after[:1] in _AROUND
    return is_separate and link.isascii() and is_plain(before + after)


def is_plain(text: str) -> bool:
    """Return whether a text has no links, mentions or joined characters: its length is a sum over characters."""
    return not ("@" in text or "://" in text or "\r" in text or _STOP.search(text) or units.joins(text))


def sample(link: str) -> str:
    """Return another link to the same site that X and Mastodon count by the same rule, or "".

    If the site's name ends with a top-level domain, all of a page's address is a link. Otherwise none of it is, since
    everything that could be one comes after a slash.
    """
    match = _SIMPLE.fullmatch(link)
    return f"{match[1]}{_PATH}" if match and len(link) <= _LONGEST else ""
