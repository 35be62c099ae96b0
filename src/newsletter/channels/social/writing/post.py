"""Represent a finished snippet, with its count and the warnings about it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from newsletter.channels.social.counting import bluesky, units, x
from newsletter.channels.social.counting.count import Count
from newsletter.channels.social.counting.platforms import Certainty, Platform

_NEAR = 5  # units; an inexact count this close to the limit may exceed it
_URL = re.compile(r"https?://[^\s«»]+")


class Post(NamedTuple):
    """One text to publish. In a thread, it is number `part` of `parts`.

    If the text is simple except for one link (see fastpath.py), `link` is that link. Otherwise it is empty.
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
        """The end of the file name: `x.txt`, or `x.2.txt` for the second part of a thread."""
        return f"{self.platform.name}.{self.part}.txt" if self.part > 1 else f"{self.platform.name}.txt"

    @property
    def fold(self) -> str:
        """The text shown before "more", or "" if the whole text is shown."""
        fold = self.platform.fold
        if fold is None or len(self.text) <= fold:
            return ""
        # If there is a link, each character is one grapheme, even within the link.
        return self.text[:fold] if self.link else "".join(units.clusters(self.text)[:fold])

    @property
    def offenders(self) -> str:
        """The characters that force a text message into UCS-2. Invisible characters are replaced by their names."""
        return _printable(str(self.extra.get("offenders", "")))

    @property
    def extra(self) -> dict[str, int | str]:
        """Further values of the count, such as `bytes`."""
        return dict(self.counted.extra)


def links(text: str, platform: Platform) -> tuple[str, ...]:
    """Return the links that a platform finds in a text. If its rules are unknown, return the URLs with a protocol."""
    if "." not in text and "://" not in text:
        return ()
    if platform.name == "bluesky":
        return tuple(each.value for each in bluesky.facets(text) if each.kind == "link")
    if platform.links == "23, bare domains too":
        return tuple(link.url for link in x.links(text))
    return tuple(url.rstrip(".,;:!?)…’'\"\u00a0") for url in _URL.findall(text))


def is_near(counted: Count) -> bool:
    """Return whether an inexact count is too close to the limit to be certain."""
    return counted.certainty != "exact" and 0 <= counted.limit - counted.count <= _NEAR


def sms_cost(extra: Mapping[str, int | str]) -> str:
    """Describe the effect of characters outside GSM-7 on a text message, or return "" if there are none.

    `extra` is Post.extra of a text message.
    """
    if not (offenders := _printable(str(extra["offenders"]))):
        return ""
    return (
        f"{offenders} cannot be sent in GSM-7: {extra['segments']} parts; "
        f"{extra['segments_if_transliterated']} without accents"
    )


def _printable(offenders: str) -> str:
    """Separate characters with spaces, and replace invisible ones with their names."""
    return " ".join([each if each.isprintable() else unicodedata.name(each, "?").lower() for each in offenders])


def warnings(
    row: Platform, certainty: Certainty, shortened: Iterable[str], cost: str, *, near: bool
) -> tuple[str, ...]:
    """Return warnings about a text. `cost` comes from sms_cost(), `near` from is_near()."""
    result = [f"the {name} is shortened" for name in shortened]
    if cost:
        result.append(cost)
    if certainty != row.certainty:
        result.append("an emoji or a domain is newer than the tables used for counting: the count is an upper bound")
    if near:
        result.append(f"near the limit, and the count is {certainty}")
    return tuple(result)
