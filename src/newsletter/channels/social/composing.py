"""composing: templates filled and fitted, one text a platform; what was written by hand stays as it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from newsletter.campaign import marker
from newsletter.channels.social import sms, threads, units, x
from newsletter.channels.social.blocks import Block, begin, only, split
from newsletter.channels.social.count import Count, count, excess
from newsletter.channels.social.fitting import Fitted, Measure, Size, fit
from newsletter.channels.social.material import Material
from newsletter.channels.social.platforms import PLATFORMS, Platform
from newsletter.channels.social.posts import Post
from newsletter.model import Settings
from newsletter.templates import Template, Templates

DEFAULT = ("x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "sms")
_THREADED = ("x", "mastodon", "bluesky", "threads")
_SIMPLE = re.compile(r"(https?://[a-z0-9.-]+/)(?:[a-z0-9-]+[./])*[a-z0-9-]*[a-z0-9]")
# Plain quotation marks have no spaces within.
_INSIDE = re.compile("(?<=«)[ \u00a0]+|[ \u00a0]+(?=»)")
# On these every character of an address counts against a short limit.
_UNMARKED = ("bluesky", "threads", "sms")


@dataclass
class Composer:
    """Composes the snippets of one publication."""

    settings: Settings
    templates: Templates
    _templates: dict[str, Template] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.templates.add_filters(block=begin, only=only)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that are written for, in the table's order."""
        chosen = self.settings.social.platforms or DEFAULT
        return tuple(name for name in PLATFORMS if name in chosen)

    def limit(self, platform: str) -> int | None:
        """The limit that the settings give a platform, if any."""
        social = self.settings.social
        return {"mastodon": social.mastodon_limit, "sms": social.sms_segments}.get(platform)

    def count(self, text: str, platform: str) -> Count:
        """A text as the platform counts it, against the limit of these settings."""
        return count(text, platform, limit=self.limit(platform))

    def posts(self, material: Material) -> Iterator[Post]:
        """The texts of every platform, those of a thread one after the other."""
        by_hand = dict(material.social.texts)
        for name in self.platforms:
            if name in material.social.skip:
                continue
            threaded = material.social.thread and name in _THREADED
            if name in by_hand:
                yield from self._by_hand(by_hand[name], name, threaded)
            elif threaded:
                yield from self._thread(material, name)
            else:
                yield self._single(material, name)

    def _by_hand(self, text: str, name: str, threaded: bool) -> Iterator[Post]:
        parts = threads.by_hand(text) if threaded else [text]
        for number, part in enumerate(map(units.composed, parts), 1):
            yield Post(PLATFORMS[name], part, self.count(part, name), by_hand=True, part=number, parts=len(parts))

    def _single(self, material: Material, name: str, suffix: str = "") -> Post:
        row, limit = PLATFORMS[name], self.limit(name)
        link = self._link(material, name)
        blocks = self._blocks(material, row, link)
        size = _SIZES[row.unit]
        fitted = counted = None
        if material.plain and row.unit != "sms":
            # Such a text is the sum of its parts and one link; it is counted once it fits by that sum.
            room = (limit or row.limit) - size(suffix) - _more(link, row)
            fitted = fit(blocks, Measure(size, room), row.fold)
            counted = self.count(fitted.text + suffix, name) if fitted else None
        if fitted is None or counted is None or not counted.fits:
            fitted = fit(blocks, Measure(size, excess=lambda text: excess(text + suffix, name, limit)), row.fold)
            # Where not even title and link fit, what comes out says by how much, and stops the build.
            fitted = fitted or Fitted(link, ("hook",))
            counted = self.count(fitted.text + suffix, name)
        return Post(row, fitted.text + suffix, counted, dropped=fitted.dropped, shortened=fitted.shortened)

    def _thread(self, material: Material, name: str) -> Iterator[Post]:
        row = PLATFORMS[name]

        def fits(text: str) -> bool:
            return self.count(text, name).fits

        for most in (9, 99, 999, 9999):
            rest = threads.parts(material.story, fits, threads.number(most, most, inline=True))
            if len(rest) < most:
                break
        total = len(rest) + 1
        if total == 1:
            yield self._single(material, name)
            return
        first = self._single(material, name, threads.number(1, total))
        yield Post(row, first.text, first.counted, dropped=first.dropped, shortened=first.shortened, parts=total)
        for place, text in enumerate(rest, 2):
            whole = text + threads.number(place, total, inline=True)
            yield Post(row, whole, self.count(whole, name), part=place, parts=total)

    def _blocks(self, material: Material, row: Platform, link: str) -> list[Block]:
        template = self._templates.get(row.name)
        if template is None:
            template = self._templates[row.name] = self.templates.get(f"social/{row.name}.txt")
        rendered = template.render({**material.values, "link": link})
        if row.name == "sms":
            rendered = _plain(rendered, link, transliterate=material.social.sms_ascii)
        return split(rendered)

    def _link(self, material: Material, name: str) -> str:
        if not self.settings.social.utm or name in _UNMARKED:
            return material.link
        return marker(self.settings, "social", material.stem, name)(material.link)


# While a text is fitted, the same parts are measured again and again.
_SIZES: Mapping[str, Size] = {
    "x-weighted": lru_cache(maxsize=64)(x.plain),
    "mastodon": len,
    "graphemes": len,
    "emoji-as-bytes": lru_cache(maxsize=64)(units.emoji_as_bytes),
    "utf-16": units.utf16,
    "bytes": units.utf8,
    "sms": lru_cache(maxsize=64)(sms.length),
}


def _plain(rendered: str, link: str, *, transliterate: bool) -> str:
    """A text message with plain signs; its link stays as it is."""
    plain = sms.transliterated if transliterate else sms.plain_typography
    if "«" in rendered:
        rendered = _INSIDE.sub("", rendered)
    return link.join(map(plain, rendered.split(link)))


def _more(link: str, row: Platform) -> int:
    """What a link counts more, or less, than its characters do."""
    if row.links == "literal":
        return 0
    parts = _SIMPLE.fullmatch(link)
    if parts and (more := _more_at(parts[1], row.name)) is not None:
        return x.LINK - len(link) if more else 0
    return count(link, row.name).count - _SIZES[row.unit](link)


@lru_cache(maxsize=256)
def _more_at(site: str, name: str) -> bool | None:
    """Whether plain links under this address count as every link does, or as their characters; None: neither."""
    link = f"{site}annonce.html"
    counted = count(link, name).count
    return {x.LINK: True, len(link): False}.get(counted)
