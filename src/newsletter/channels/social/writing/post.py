"""posts: a snippet with what is known of it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from newsletter.channels.social.counting import bluesky, units, x
from newsletter.channels.social.counting.count import Count
from newsletter.channels.social.counting.platforms import Certainty, Platform

_NEAR = 5  # units below the limit within which a count that is no exact one is doubtful
_ADDRESS = re.compile(r"https?://[^\s«»]+")


class Post(NamedTuple):
    """One text to paste; `part` of `parts` when it belongs to a thread.

    `link` is the one that the text is simple around (see fastpath.py), empty when it is no such text.
    """

    platform: Platform
    text: str
    counted: Count
    by_hand: bool = False
    dropped: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    link: str = ""

    @property
    def suffix(self) -> str:
        """What its file's name ends with: `x.txt`, in a thread `x.2.txt`."""
        return f"{self.platform.name}.{self.part}.txt" if self.part > 1 else f"{self.platform.name}.txt"

    @property
    def fold(self) -> str:
        """What the platform shows before one asks for more; empty when it shows everything."""
        fold = self.platform.fold
        if fold is None or len(self.text) <= fold:
            return ""
        # The link may be what is cut: each of its characters stands alone, too.
        return self.text[:fold] if self.link else "".join(units.clusters(self.text)[:fold])

    @property
    def offenders(self) -> str:
        """The characters that force UCS-2 on a text message, those that nobody sees by their names."""
        return _named(str(self.extra.get("offenders", "")))

    @property
    def extra(self) -> dict[str, int | str]:
        """What else the platform looks at."""
        return dict(self.counted.extra)


def links(text: str, platform: Platform) -> tuple[str, ...]:
    """What becomes a link; where only addresses with a protocol are told, only those."""
    if "." not in text and "://" not in text:
        return ()
    if platform.name == "bluesky":
        return tuple(each.value for each in bluesky.facets(text) if each.kind == "link")
    if platform.links == "23, bare domains too":
        return tuple(link.url for link in x.links(text))
    return tuple(found.rstrip(".,;:!?)…’'\"\u00a0") for found in _ADDRESS.findall(text))


def is_near(counted: Count) -> bool:
    """Whether a count that is no exact one is too near the limit to be sure of."""
    return counted.certainty != "exact" and 0 <= counted.limit - counted.count <= _NEAR


def costs(extra: Mapping[str, int | str]) -> str:
    """What signs that are not GSM-7's make of a text message, by what else is looked at; empty without such signs."""
    if not (offenders := _named(str(extra["offenders"]))):
        return ""
    return (
        f"{offenders} cannot be sent in GSM-7: {extra['segments']} parts; "
        f"{extra['segments_if_transliterated']} without accents"
    )


def _named(offenders: str) -> str:
    """Signs one by one, those that nobody sees by their names."""
    return " ".join([each if each.isprintable() else unicodedata.name(each, "?").lower() for each in offenders])


def warnings(
    row: Platform, certainty: Certainty, shortened: Iterable[str], cost: str, *, near: bool
) -> tuple[str, ...]:
    """What the reader of the files should know of a text, in plain words; for `cost` and `near` see above."""
    found = [f"the {name} is shortened" for name in shortened]
    if cost:
        found.append(cost)
    if certainty != row.certainty:
        found.append("an emoji or a domain is newer than the table that is counted with: the count is an upper bound")
    if near:
        found.append(f"near the limit, and the count is {certainty}")
    return tuple(found)
