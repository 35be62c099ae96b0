"""even: texts that count by their characters, all but one link that stands alone in them.

Most snippets are such texts. What a platform makes of the link by itself it makes of it there too, so a
link is looked at once, not in every text anew. What is no such text is counted as any other.
"""

import re
from collections.abc import Sequence

from newsletter.channels.social.counting import units

# A top-level domain follows a full stop; on Bluesky anything does that follows `http`.
_STOP = re.compile(r"\.[^\W_]")
AROUND = frozenset(("", " ", "\n"))
_SIMPLE = re.compile(r"(https?://[a-z0-9.-]+/)(?:[a-z0-9-]+/)*[a-z0-9-]*[a-z0-9](?:\.[a-z]{2})?(?:\.html)?")
_PATH = "annonce-qui-est-longue.html"  # with it no link has 23 characters
_LONGEST = 4000


def is_simple(text: str, link: str) -> bool:
    """Whether a text is `link`, between white space, and otherwise nothing that is a link or a mention.

    Its characters are each a grapheme, none is a part of an emoji, and none stops X from taking it.
    """
    before, _, after = text.partition(link)
    return is_link_separate(text, link) and link.isascii() and is_plain(before + after)


def is_link_separate(text: str, link: str) -> bool:
    """Whether there is a link in a text, the first of its kind between white space."""
    before, found, after = text.partition(link)
    return found != "" and before[-1:] in AROUND and after[:1] in AROUND


def is_plain(text: str) -> bool:
    """Whether a text holds nothing at all that counts otherwise than by its characters."""
    return not ("@" in text or "://" in text or "\r" in text or _STOP.search(text) or units.joins(text))


def preserves_plain(literals: Sequence[str]) -> bool:
    """Whether what stands between, before and behind plain texts makes of them a plain text, whatever they are."""
    if not is_plain(" ".join(literals)) or "" in literals[1:-1]:
        return False
    before, behind = literals[:-1], literals[1:]
    return not any(each.endswith((".", ":", "/")) for each in before) and not any(
        each[:1].isalnum() or each[:1] == "/" for each in behind
    )


def sample(link: str) -> str:
    """Another link to the same site, which X and Mastodon count by the same rule; empty where none is known.

    On a site whose name ends with a top-level domain a page's address is a link to its end; on others
    nothing in it is, since a slash is before all that might be.
    """
    found = _SIMPLE.fullmatch(link)
    return f"{found[1]}{_PATH}" if found and len(link) <= _LONGEST else ""
