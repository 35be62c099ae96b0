"""How X counts: weights after NFC, each link 23, emoji of its reference 2.

Rules of twitter-text 3.1.0 (Apache-2.0), configuration 3, which X documents at
https://docs.x.com/fundamentals/counting-characters. Where the reference is out of date the count is
a bound that no reading exceeds: an emoji sequence newer than its table is the sum of its parts, a link
under a top-level domain in doubt the larger of 23 and its text.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from newsletter.channels.social.counting import domains, emoji, fastpath, units, x_links
from newsletter.channels.social.counting.x_links import FoundLink

LINK = 23  # weight of any link
_EMOJI = 2

_HEAVY = re.compile("[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_INVALID = re.compile("[\ufffe\ufeff\uffff]")
# Without one of these, no emoji is made of several characters.
_JOINERS = re.compile("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
# Stretches that hold all of an emoji sequence.
_STRETCHES = re.compile(
    "[#*0-9\xa9\xae]?[\u200d\u20e3\u203c-\u3299\ue50a\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
_LATER = re.compile(rf"\.(?i:{'|'.join(sorted(domains.LATER))})")

_LETTER = r"\p{L}\p{M}"
_SIGNS = r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
_WORD = rf"[{_LETTER}\p{{Nd}}{_SIGNS}]"
_HASHTAG = rf"(?:\A|\ufe0e|\ufe0f|(?!{_WORD}|&)(?s:.))([#＃](?!\ufe0f|\u20e3)({_WORD}*[{_LETTER}]{_WORD}*))"


class Weight(NamedTuple):
    """A weighted length; `exact` is false when it is a bound."""

    total: int
    exact: bool


def weigh(text: str) -> int:
    """The weighted length of a text, against a limit of 280 or, for subscribers, 25,000."""
    return measure(text).total


def measure(text: str) -> Weight:
    """The weighted length of a text, and whether it is exact."""
    text = units.composed(text)
    found = links(text)
    weight = _sum(text, found)
    if _LATER.search(text):
        # By the reference's list links may end elsewhere: `prix.fr.music` holds `prix.fr` there.
        by_reference = _sum(text, x_links.find(text, domains.reference()))
        weight = Weight(max(weight.total, by_reference.total), False)
    return weight


def measure_simple(text: str, link: str) -> Weight:
    """The same for a text that is simple around its only link (see fastpath.py)."""
    known, _ = _alone(link)
    return Weight(plain(units.composed(text)) - len(link) + known.total, known.exact)


def weigh_link(link: str) -> int:
    """The weight of a link, of ASCII only, in such a text."""
    return _alone(link)[0].total


def links_simple(link: str) -> tuple[str, ...]:
    """What X turns into links in a text that is simple around its only link."""
    return _alone(link)[1]


@lru_cache(maxsize=64)
def _alone(link: str) -> tuple[Weight, tuple[str, ...]]:
    if other := fastpath.sample(link):
        weight, found = _sampled(other)
        if weight.exact and found == (other,):
            return weight, (link,)
        if weight.exact and not found:
            return Weight(len(link), True), ()
    return measure(link), tuple(each.url for each in links(link))


@lru_cache(maxsize=64)
def _sampled(link: str) -> tuple[Weight, tuple[str, ...]]:
    return measure(link), tuple(each.url for each in links(link))


def links(text: str) -> tuple[FoundLink, ...]:
    """What X turns into links, in order; offsets are in the text as given."""
    return x_links.find(text, domains.either())


def invalid_characters(text: str) -> tuple[str, ...]:
    """Characters for which X refuses a text of whatever length, as `U+FEFF`; each once."""
    return tuple(f"U+{ord(character):04X}" for character in dict.fromkeys(_INVALID.findall(text)))


def unknown_emoji(text: str) -> tuple[str, ...]:
    """Emoji of several characters that the reference does not know: what they weigh is a bound."""
    if not _JOINERS.search(text):
        return ()
    clusters = (each for stretch in _STRETCHES.findall(text) for each in units.clusters(stretch))
    return tuple(dict.fromkeys(each for each in clusters if not emoji.is_known(each)))


def hashtags(text: str) -> tuple[str, ...]:
    """The hashtags that X links, without their sign, in order."""
    if "#" not in text and "＃" not in text:
        return ()
    tags = [
        (match.start(1), match.end(1), match[2])
        for match in units.pattern(_HASHTAG).finditer(text)
        if not text.startswith(("#", "＃", "://"), match.end(1))
    ]
    # Of two that overlap the first stays; a tag before a link that begins with it.
    entities = sorted([*tags, *((link.start, link.end, "") for link in links(text))], key=lambda each: each[0])
    found = []
    at = 0
    for start, end, tag in entities:
        if start >= at:
            at = end
            found.append(tag)
    return tuple(filter(None, found))


def _sum(text: str, found: tuple[FoundLink, ...]) -> Weight:
    total = at = 0
    exact = True
    for link in found:
        if link.start < at:
            continue
        before = _without_links(text[at : link.start])
        total += before.total + LINK
        exact = exact and before.exact
        if domains.is_in_doubt(link.ending):
            total += max(0, plain(link.url) - LINK)
            exact = False
        at = link.end
        if (rest := text[link.start : at]) != link.url:
            # The reference passes over as many UTF-16 units as the link has, and counts what is left.
            passed = rest.encode("utf-16-le", "surrogatepass")[: 2 * units.utf16(link.url)]
            total += plain(rest[len(passed.decode("utf-16-le", "ignore")) :])
            exact = False
    after = _without_links(text[at:])
    return Weight(total + after.total, exact and after.exact)


def _without_links(text: str) -> Weight:
    total = plain(text)
    exact = True
    if _JOINERS.search(text):
        for stretch in _STRETCHES.findall(text):
            for cluster in units.clusters(stretch):
                if emoji.is_known(cluster):
                    found = emoji.sequences().finditer(cluster)
                    total -= sum(plain(each.group()) - _EMOJI for each in found)
                else:
                    exact = False
    return Weight(total, exact)


def plain(text: str) -> int:
    """The weight of a text that holds neither links nor emoji of several characters."""
    return len(text) if text.isascii() else len(text) + len(_HEAVY.findall(units.uncommon(text)))
