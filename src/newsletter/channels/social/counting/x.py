"""Count characters the way X does.

X normalizes a text to NFC and adds up weights: 23 for each link, 2 for each emoji that it knows, and 1 or 2 for any
other character. The rules are those of the reference, the library twitter-text 3.1.0 (Apache-2.0), configuration 3,
documented at https://docs.x.com/fundamentals/counting-characters.

Where the reference is outdated, the count is an upper bound. An emoji sequence newer than its table counts as
the sum of its parts. A link whose top-level domain may be unknown to X counts 23 or the weight of its text, whichever
is larger.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from newsletter.channels.social.counting import domains, emoji, fastpath, units, x_links
from newsletter.channels.social.counting.x_links import FoundLink

LINK = 23  # weight of any link
_EMOJI = 2

HEAVY = re.compile("[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_INVALID = re.compile("[\ufffe\ufeff\uffff]")
# Every emoji of several characters contains one of these.
_JOINERS = re.compile("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
# Runs of characters that may form emoji. An emoji sequence never extends beyond its run.
_STRETCHES = re.compile(
    "[#*0-9\xa9\xae]?[\u200d\u20e3\u203c-\u3299\ue50a\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
_LATER = re.compile(rf"\.(?i:{'|'.join(sorted(domains.LATER))})")

_LETTER = r"\p{L}\p{M}"
_SIGNS = r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
_WORD = rf"[{_LETTER}\p{{Nd}}{_SIGNS}]"
_HASHTAG = rf"(?:\A|\ufe0e|\ufe0f|(?!{_WORD}|&)(?s:.))([#＃](?!\ufe0f|\u20e3)({_WORD}*[{_LETTER}]{_WORD}*))"


class Weight(NamedTuple):
    """A weighted length. `exact` is false if it is an upper bound."""

    total: int
    exact: bool


def weigh(text: str) -> int:
    """Return the weighted length of a text. X's limit is 280, or 25,000 for subscribers."""
    return measure(text).total


def measure(text: str) -> Weight:
    """Return the weighted length of a text and whether it is exact."""
    text = units.composed(text)
    all_links = links(text)
    weight = _weigh_around(text, all_links)
    if _LATER.search(text):
        # The reference's list may give links a different end: in `prix.fr.music`, it finds `prix.fr`.
        by_reference = _weigh_around(text, x_links.find(text, domains.reference()))
        weight = Weight(max(weight.total, by_reference.total), False)
    return weight


def measure_simple(text: str, link: str) -> Weight:
    """Like measure(), but faster, for a text that is simple except for `link` (see fastpath.py)."""
    link_weight, _ = _measure_link(link)
    return Weight(plain(units.composed(text)) - len(link) + link_weight.total, link_weight.exact)


def weigh_link(link: str) -> int:
    """Return the weight of an ASCII link in a text that is simple except for this link."""
    return _measure_link(link)[0].total


def links_simple(link: str) -> tuple[str, ...]:
    """Return the URLs that X links in a text that is simple except for this link."""
    return _measure_link(link)[1]


@lru_cache(maxsize=64)
def _measure_link(link: str) -> tuple[Weight, tuple[str, ...]]:
    if other := fastpath.sample(link):
        weight, urls = _measure_sample(other)
        if weight.exact and urls == (other,):
            return weight, (link,)
        if weight.exact and not urls:
            return Weight(len(link), True), ()
    return measure(link), tuple(each.url for each in links(link))


@lru_cache(maxsize=64)
def _measure_sample(link: str) -> tuple[Weight, tuple[str, ...]]:
    return measure(link), tuple(each.url for each in links(link))


def links(text: str) -> tuple[FoundLink, ...]:
    """Return the links that X finds in a text, in order."""
    return x_links.find(text, domains.either())


def invalid_characters(text: str) -> tuple[str, ...]:
    """Return the distinct characters that make X reject a text, in the form `U+FEFF`."""
    return tuple(f"U+{ord(character):04X}" for character in dict.fromkeys(_INVALID.findall(text)))


def unknown_emoji(text: str) -> tuple[str, ...]:
    """Return the emoji sequences that the reference does not know. Their weight is an upper bound."""
    if not _JOINERS.search(text):
        return ()
    clusters = (each for stretch in _STRETCHES.findall(text) for each in units.clusters(stretch))
    return tuple(dict.fromkeys(each for each in clusters if not emoji.is_known(each)))


def hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags that X links, without `#`, in order."""
    if (start := units.before_hash(text)) < 0:
        return ()
    tags = [
        (match.start(1), match.end(1), match[2])
        for match in units.pattern(_HASHTAG).finditer(text, start)
        if not text.startswith(("#", "＃", "://"), match.end(1))
    ]
    # Of two overlapping entities, the first wins. A tag sorts before a link at the same offset.
    entities = sorted([*tags, *((link.start, link.end, "") for link in links(text))], key=lambda each: each[0])
    result = []
    done = 0
    for first, end, tag in entities:
        if first >= done:
            done = end
            result.append(tag)
    return tuple(filter(None, result))


def _weigh_around(text: str, all_links: tuple[FoundLink, ...]) -> Weight:
    total = done = 0
    exact = True
    for link in all_links:
        if link.start < done:
            continue
        before = _weigh_without_links(text[done : link.start])
        total += before.total + LINK
        exact = exact and before.exact
        if domains.is_in_doubt(link.ending):
            total += max(0, plain(link.url) - LINK)
            exact = False
        done = link.end
        if (rest := text[link.start : done]) != link.url:
            # The reference skips the number of UTF-16 units in the link, and counts the rest.
            skipped = rest.encode("utf-16-le", "surrogatepass")[: 2 * units.utf16(link.url)]
            total += plain(rest[len(skipped.decode("utf-16-le", "ignore")) :])
            exact = False
    after = _weigh_without_links(text[done:])
    return Weight(total + after.total, exact and after.exact)


def _weigh_without_links(text: str) -> Weight:
    total = plain(text)
    exact = True
    if _JOINERS.search(text):
        for stretch in _STRETCHES.findall(text):
            for cluster in units.clusters(stretch):
                if emoji.is_known(cluster):
                    known = emoji.sequences().finditer(cluster)
                    total -= sum(plain(each.group()) - _EMOJI for each in known)
                else:
                    exact = False
    return Weight(total, exact)


def plain(text: str) -> int:
    """Return the weight of a text without links and emoji sequences."""
    return len(text) if text.isascii() else len(text) + len(HEAVY.findall(units.uncommon(text)))
