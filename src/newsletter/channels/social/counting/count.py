"""Count the length of texts by the rules of each platform."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newsletter.channels.social.counting import bluesky, mastodon, sms, units, x
from newsletter.channels.social.counting.platforms import PLATFORMS, Certainty, Platform, Unit

Extra = tuple[tuple[str, int | str], ...]


# One is created for every text, and creating a frozen dataclass takes three times as long.
@dataclass(slots=True)
class Count:
    """The length of a text on a platform, and the platform's limit, both in `unit`.

    `extra` contains further values that depend on the platform. Examples are `bytes` and `byte_limit` for
    Bluesky, `segments` and `segment_limit` for text messages, and `invalid` for X: the characters that X rejects.
    `refused` is true if the platform rejects the text because of one of these values, even if `count` is within
    the limit.
    """

    platform: str
    count: int
    limit: int
    unit: str
    certainty: Certainty
    extra: Extra = ()
    refused: bool = False

    @property
    def fits(self) -> bool:
        """Whether the platform accepts the length and the characters of the text."""
        return self.count <= self.limit and not self.refused


def count(text: str, platform: str, *, limit: int | None = None, link: str = "") -> Count:
    """Count a text for a platform.

    `limit` replaces the platform's limit; for `sms`, it is a number of parts. If the text is simple except for
    one link (see fastpath.py), pass that link as `link` to speed up counting. Raises KeyError for an unknown
    platform.
    """
    row = PLATFORMS[platform]
    return counted(text, row, row.limit if limit is None else limit, link)


def counted(text: str, row: Platform, limit: int, link: str = "") -> Count:
    """Count a text like count(), but take the platform as a row of the table and require a limit."""
    return _COUNTERS[row.unit](text, row, limit, link)


def excess(text: str, platform: str, limit: int | None = None) -> int:
    """Return the number of units by which a text exceeds the limit of `platform`.

    The result is 0 or less if the text fits, and at least 1 if the platform rejects the text for a reason other
    than its length.
    """
    row = PLATFORMS[platform]
    limit = row.limit if limit is None else limit
    if row.unit == "graphemes":
        return max(units.graphemes(text) - limit, units.utf8(text) - bluesky.BYTES)
    if row.unit == "sms":
        return sms.excess(text, limit)
    result = count(text, platform, limit=limit)
    over = result.count - result.limit
    return min(over, 0) if result.fits else max(over, 1)


def count_all(text: str) -> dict[str, Count]:
    """Count a text for every platform. Return a dict by platform name, in the order of the table."""
    return {name: count(text, name) for name in PLATFORMS}


def as_json(counts: Mapping[str, Count]) -> dict[str, dict[str, int | str | bool]]:
    """Convert counts to JSON objects with `count`, `limit`, `unit`, `certainty`, `valid` and the items of `extra`."""
    return {
        name: {
            "count": each.count,
            "limit": each.limit,
            "unit": each.unit,
            "certainty": each.certainty,
            "valid": each.fits,
            **dict(each.extra),
        }
        for name, each in counts.items()
    }


def _x(text: str, row: Platform, limit: int, link: str) -> Count:
    if link:
        weight, invalid = x.measure_simple(text, link), ""
    else:
        weight = x.measure(text)
        invalid = " ".join(x.invalid_characters(text)) if text else "empty"
    certainty: Certainty = row.certainty if weight.exact else "upper-bound"
    extra = (("invalid", invalid),) if invalid else ()
    return Count(row.name, weight.total, limit, "weighted characters", certainty, extra, bool(invalid))


def _mastodon(text: str, row: Platform, limit: int, link: str) -> Count:
    if link:
        server, web = mastodon.counts_simple(text, link)
    else:
        server, web = mastodon.server_count(text), mastodon.web_count(text)
    return Count(row.name, max(server, web), limit, "graphemes", row.certainty, (("server", server), ("web", web)))


def _bluesky(text: str, row: Platform, limit: int, link: str) -> Count:
    graphemes = len(text) if link else units.graphemes(text)
    in_app = bluesky.app_count_simple(text, link) if link else bluesky.app_count(text)
    size = units.utf8(text)
    extra = (("bytes", size), ("byte_limit", bluesky.BYTES), ("app_count", in_app))
    return Count(row.name, graphemes, limit, "graphemes", row.certainty, extra, size > bluesky.BYTES)


def _threads(text: str, row: Platform, limit: int, _link: str) -> Count:
    # If the bytes are within the limit, the text fits under any interpretation of the rule.
    extra = (("bytes", units.utf8(text)),)
    return Count(row.name, units.emoji_as_bytes(text), limit, "characters, emoji as bytes", row.certainty, extra)


def _sms(text: str, row: Platform, limit: int, _link: str) -> Count:
    message = sms.segments(text)
    extra: Extra = (
        ("encoding", message.encoding),
        ("segments", message.segments),
        ("segment_limit", limit),
        ("offenders", "".join(message.offenders)),
        ("segments_if_transliterated", message.segments_if_transliterated),
    )
    unit = "septets" if message.encoding == "GSM-7" else "UTF-16 units"
    capacity = sms.capacity(message.encoding, limit)
    # The number of parts decides, because units at the end of a part may stay unused. The allowed number of parts
    # never has room for more than `capacity` units.
    refused = message.segments > limit
    return Count(row.name, message.units, capacity, unit, row.certainty, extra, refused)


def _utf16(text: str, row: Platform, limit: int, _link: str) -> Count:
    return Count(row.name, units.utf16(text), limit, "UTF-16 units", row.certainty)


def _bytes(text: str, row: Platform, limit: int, _link: str) -> Count:
    return Count(row.name, units.utf8(text), limit, "bytes", row.certainty)


_COUNTERS: Mapping[Unit, Callable[[str, Platform, int, str], Count]] = {
    "x-weighted": _x,
    "mastodon": _mastodon,
    "graphemes": _bluesky,
    "emoji-as-bytes": _threads,
    "sms": _sms,
    "utf-16": _utf16,
    "bytes": _bytes,
}
