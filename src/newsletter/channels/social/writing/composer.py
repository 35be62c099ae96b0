"""Render the templates for each platform and shorten the texts to its limit.

Texts written by hand are not changed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from newsletter.channels.social.counting import mastodon, sms, units, x
from newsletter.channels.social.counting.count import Count, count, counted, excess
from newsletter.channels.social.counting.fastpath import is_simple
from newsletter.channels.social.counting.platforms import PLATFORMS, Platform
from newsletter.channels.social.writing import threads
from newsletter.channels.social.writing.blocks import FILTERS, split
from newsletter.channels.social.writing.fitting import Draft, Fitted, Measure, Size, fit, make_draft
from newsletter.channels.social.writing.material import LONGEST, Material
from newsletter.channels.social.writing.post import Post
from newsletter.model import Settings, Social
from newsletter.model.switches import is_on
from newsletter.text.utm import marker
from newsletter.theme.templates import Template, Templates

DEFAULT = ("x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "sms")
_THREADED = ("x", "mastodon", "bluesky", "threads")
# The spaces inside « », which plain quotation marks do not need.
_INSIDE = re.compile("(?<=«)[ \u00a0]+|[ \u00a0]+(?=»)")
# Platforms whose links get no UTM parameters: every character of an address counts against a small limit.
_UNMARKED = ("bluesky", "threads", "sms")
_BETWEEN = "\x1e"  # separates the texts of several platforms; announcements cannot contain it
_MANY = 8  # points; an issue with more is rendered by Jinja


@dataclass
class Composer:
    """Composes the snippets of one publication."""

    settings: Settings
    templates: Templates
    platforms: tuple[str, ...] = field(init=False)  # platforms to write for, in the order of the table
    _limits: dict[str, tuple[Platform, int]] = field(init=False)  # the rules and the limit of each
    _together: dict[tuple[str, ...], Template] = field(init=False, default_factory=dict)  # by names of platforms

    _is_fast: bool = field(init=False, default_factory=lambda: is_on("simple-counts"))

    def __post_init__(self) -> None:
        self.templates.add_filters(FILTERS)
        chosen = self.settings.social.platforms or DEFAULT
        self.platforms = tuple(name for name in PLATFORMS if name in chosen)
        self._limits = {name: (PLATFORMS[name], self.limit(name) or PLATFORMS[name].limit) for name in self.platforms}

    def limit(self, platform: str) -> int | None:
        """Return the limit that the settings define for a platform, or None."""
        if platform == "mastodon":
            return self.settings.social.mastodon_limit
        return self.settings.social.sms_segments if platform == "sms" else None

    def count(self, text: str, platform: str, link: str = "") -> Count:
        """Count a text for a platform, with the limit from the settings."""
        return count(text, platform, limit=self.limit(platform), link=link)

    def all_posts(self, materials: Iterable[Material]) -> list[tuple[Post, ...]]:
        """Return the posts for all platforms, one tuple for each material.

        The outer loop is over platforms. The processor's caches then contain the code of only one platform at a time,
        which saves 3 % of a build.
        """
        result: list[list[Post]] = []
        regular: list[tuple[Material, Mapping[str, tuple[Draft, str]], list[Post]]] = []
        for material in materials:
            social, posts = material.social, list[Post]()
            if social.texts or social.skip or social.thread:
                posts += self.posts(material)
            else:  # the usual case
                regular.append((material, self._drafts(material, self.platforms), posts))
            result.append(posts)
        for name in self.platforms:
            for material, drafts, posts in regular:
                posts.append(self._single(material, name, *drafts[name]))
        return list(map(tuple, result))

    def posts(self, material: Material) -> Iterator[Post]:
        """Yield the posts for all platforms for one material. The parts of a thread are adjacent."""
        social = material.social
        by_hand = dict(social.texts)
        names = [name for name in self.platforms if name not in social.skip]
        drafts = self._drafts(material, [name for name in names if name not in by_hand])
        for name in names:
            threaded = social.thread and name in _THREADED
            if name in by_hand:
                yield from self._posts_by_hand(by_hand[name], name, threaded)
            elif threaded:
                yield from self._thread(material, name, *drafts[name])
            else:
                yield self._single(material, name, *drafts[name])

    def _posts_by_hand(self, text: str, name: str, threaded: bool) -> Iterator[Post]:
        parts = threads.by_hand(text) if threaded else [text]
        for number, part in enumerate(map(units.composed, parts), 1):
            yield Post(PLATFORMS[name], part, self.count(part, name), by_hand=True, part=number, parts=len(parts))

    def _single(self, material: Material, name: str, draft: Draft, link: str, suffix: str = "") -> Post:
        row, limit = self._limits[name]
        # The length of a plain text is the sum of its parts and its link. It is counted in full only if the sum fits.
        summed = self._is_fast and row.unit != "sms" and material.plain
        room = limit - len(suffix)
        if summed and row.links != "literal":
            room -= _link_surcharge(link, row)
        text = draft.text + suffix if suffix else draft.text
        if not summed or len(draft.text) <= room:
            post = self._post(row, limit, text, draft, link)
            if post.counted.fits:
                return post
        if summed and (fitted := fit(draft.blocks, Measure(SIZES[row.unit], room), row.fold)):
            text = fitted.text + suffix
            post = self._post(row, limit, text, fitted, link)
            if post.counted.fits:
                return post
        exact = Measure(SIZES[row.unit], excess=lambda text: excess(text + suffix, name, limit))
        # If not even the title and the link fit, return the link alone. Its count is reported as an error.
        fitted = fit(draft.blocks, exact, row.fold) or Fitted(link, ("hook",))
        text = fitted.text + suffix
        return self._post(row, limit, text, fitted, link)

    def _post(self, row: Platform, limit: int, text: str, result: Draft | Fitted, link: str) -> Post:
        """Count a text that contains `link`, and return it as a post."""
        link = link if self._is_fast and is_simple(text, link) else ""
        return Post(row, text, counted(text, row, limit, link), False, result.dropped, result.shortened, 1, 1, link)

    def _thread(self, material: Material, name: str, draft: Draft, link: str) -> Iterator[Post]:
        row = PLATFORMS[name]

        def fits(text: str) -> bool:
            return len(text) <= LONGEST and self.count(text, name).fits

        rest: list[str] = []
        for limit in (9, 99, 999, 9999, 99999):
            # With more parts than this, each part needs room for longer numbers.
            rest = list(islice(threads.parts(material.story, fits, threads.number(limit, limit, inline=True)), limit))
            if len(rest) < limit:
                break
        total = len(rest) + 1
        if total == 1:
            yield self._single(material, name, draft, link)
            return
        first = self._single(material, name, draft, link, threads.number(1, total))
        yield first._replace(parts=total)
        for place, text in enumerate(rest, 2):
            numbered = text + threads.number(place, total, inline=True)
            yield Post(row, numbered, self.count(numbered, name), part=place, parts=total)

    def _drafts(self, material: Material, names: Sequence[str]) -> Mapping[str, tuple[Draft, str]]:
        """Return a draft for each platform, with the link that it contains.

        Platforms that get the same link have their templates rendered together.
        """
        result: dict[str, tuple[Draft, str]] = {}
        for link, group in self._by_link(material, names) if names else ():
            for name, rendered in zip(group, self._render(material, link, group), strict=True):
                row = PLATFORMS[name]
                text = _plain_text(rendered, material.social, link) if row.unit == "sms" else rendered
                result[name] = make_draft(split(text), row.fold), link
        return result

    def _render(self, material: Material, link: str, names: tuple[str, ...]) -> list[str]:
        """Render the template of each platform with the same link."""
        if names not in self._together:
            files = [f"social/{name}.txt" for name in names]
            self._together[names] = self.templates.together(files, _BETWEEN)
        template, values = self._together[names], {**material.values, "link": link}
        # Few issues have the same number of announcements, so a trace would rarely be reused.
        is_long = len(material.values["points"]) > _MANY
        return (template.render_with_jinja(values) if is_long else template.render(values)).split(_BETWEEN)

    def _by_link(self, material: Material, names: Sequence[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        if not self.settings.social.utm:
            return [(material.link, tuple(names))]
        groups: dict[str, tuple[str, ...]] = {}
        for name in names:
            link = material.link
            if name not in _UNMARKED:
                link = marker(self.settings, "social", material.stem, name)(link)
            groups[link] = (*groups.get(link, ()), name)
        return groups.items()


SIZES: Mapping[str, Size] = {
    "x-weighted": x.plain,
    "mastodon": len,
    "graphemes": len,
    "emoji-as-bytes": units.emoji_as_bytes,
    "utf-16": units.utf16,
    "bytes": units.utf8,
    "sms": sms.length,
}


def _plain_text(rendered: str, social: Social, link: str) -> str:
    """Return a text message with plain typography. Its link is not changed."""
    plain = sms.transliterated if social.sms_ascii else sms.plain_typography
    if "«" in rendered:
        rendered = _INSIDE.sub("", rendered)
    return link.join(map(plain, rendered.split(link)))


def _link_surcharge(link: str, row: Platform) -> int:
    """Return the amount by which the count of a link exceeds its number of characters. It may be negative."""
    if not link.isascii():
        return count(link, row.name).count - SIZES[row.unit](link)
    return (x.weigh_link(link) if row.name == "x" else max(mastodon.counts_simple(link, link))) - len(link)
