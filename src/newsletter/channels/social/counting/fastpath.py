"""Recognize texts that can be counted quickly, by adding the lengths of their characters and of one link.

Most snippets are such texts. The rest of the text does not affect how a platform counts the link, so each link has to
be analysed only once. All other texts are counted in full.
"""

import re

from newsletter.channels.social.counting import units

# A top-level domain can only follow such a full stop. For words that start with `http`, Bluesky accepts any letters.
_STOP = re.compile(r"\.[^\W_]")
_AROUND = frozenset(("", " ", "\n"))
_SIMPLE = re.compile(r"(https?://[a-z0-9.-]+/)(?:[a-z0-9-]+/)*[a-z0-9-]*[a-z0-9](?:\.[a-z]{2})?(?:\.html)?")
_PATH = "annonce-qui-est-longue.html"  # with this path, no link has exactly 23 characters
_LONGEST = 4000


def is_simple(text: str, link: str) -> bool:
    """Return whether a text is plain except for `link`, and whether the link has white space around it.

    Each character of such a text is one grapheme, is not part of an emoji sequence, and is accepted by X.
    """
    before, separator, after = text.partition(link)
    is_separate = separator != "" and before[-1:] in _AROUND and after[:1] in _AROUND
    return is_separate and link.isascii() and is_plain(before + after)


def is_plain(text: str) -> bool:
    """Return whether a text has no links, mentions or joined characters, so that each character counts separately."""
    return not ("@" in text or "://" in text or "\r" in text or _STOP.search(text) or units.joins(text))


def sample(link: str) -> str:
    """Return a link to the same site that stands for all such links in a cache, or "" if there is none.

    X and Mastodon count both links by the same rule. If the host name ends with a top-level domain, the whole address
    is a link. Otherwise no part of it is, because anything that could be a link follows a slash.
    """
    match = _SIMPLE.fullmatch(link)
    return f"{match[1]}{_PATH}" if match and len(link) <= _LONGEST else ""
