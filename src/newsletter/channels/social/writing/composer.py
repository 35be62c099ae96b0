"""composing: templates filled and fitted, one text a platform; what was written by hand stays as it is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from newsletter.channels.social.counting import mastodon, sms, units, x
from newsletter.channels.social.counting.count import Count, count, counted, excess
from newsletter.channels.social.counting.fastpath import is_link_separate, is_simple
from newsletter.channels.social.counting.platforms import PLATFORMS, Platform
from newsletter.channels.social.writing import threads
from newsletter.channels.social.writing.blocks import FILTERS
from newsletter.channels.social.writing.fastpath import BETWEEN, NONE, FilledDraft, TemplateSheets
from newsletter.channels.social.writing.fitting import Fitted, Measure, Size, fit
from newsletter.channels.social.writing.material import LONGEST, Material
from newsletter.channels.social.writing.post import Post
from newsletter.model import Settings
from newsletter.text.utm import marker
from newsletter.theme.templates import Templates

DEFAULT = ("x", "mastodon", "bluesky", "threads", "linkedin", "facebook", "sms")
_THREADED = ("x", "mastodon", "bluesky", "threads")
# Plain quotation marks have no spaces within.
_INSIDE = re.compile("(?<=«)[ \u00a0]+|[ \u00a0]+(?=»)")
# On these every character of an address counts against a short limit.
_UNMARKED = ("bluesky", "threads", "sms")


@dataclass
class Composer:
    """Composes the snippets of one publication."""

    settings: Settings
    templates: Templates
    platforms: tuple[str, ...] = field(init=False)  # those that are written for, in the table's order
    _aims: dict[str, tuple[Platform, int]] = field(init=False)  # each of them with its limit
    _sheets: dict[tuple[str, ...], TemplateSheets] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.templates.add_filters(FILTERS)
        chosen = self.settings.social.platforms or DEFAULT
        self.platforms = tuple(name for name in PLATFORMS if name in chosen)
        self._aims = {name: (PLATFORMS[name], self.limit(name) or PLATFORMS[name].limit) for name in self.platforms}

    def limit(self, platform: str) -> int | None:
        """The limit that the settings give a platform, if any."""
        if platform == "mastodon":
            return self.settings.social.mastodon_limit
        return self.settings.social.sms_segments if platform == "sms" else None

    def count(self, text: str, platform: str, link: str = "") -> Count:
        """A text as the platform counts it, against the limit of these settings."""
        return count(text, platform, limit=self.limit(platform), link=link)

    def all_posts(self, materials: Iterable[Material]) -> list[tuple[Post, ...]]:
        """The texts of every platform for each of these.

        One platform comes after the other for all of them: the processor is quicker at what it has just done.
        """
        found: list[list[Post]] = []
        usual: list[tuple[Material, Mapping[str, tuple[FilledDraft, str]], list[Post]]] = []
        for material in materials:
            social, posts = material.social, list[Post]()
            if social.texts or social.skip or social.thread:
                posts += self.posts(material)
            else:  # as nearly all
                usual.append((material, self._drafts(material, self.platforms), posts))
            found.append(posts)
        for name in self.platforms:
            for material, drafts, posts in usual:
                posts.append(self._single(material, name, *drafts[name]))
        return list(map(tuple, found))

    def posts(self, material: Material) -> Iterator[Post]:
        """The texts of every platform for one of them, those of a thread one after the other."""
        social = material.social
        by_hand = dict(social.texts)
        names = [name for name in self.platforms if name not in social.skip]
        drafts = self._drafts(material, [name for name in names if name not in by_hand])
        for name in names:
            threaded = social.thread and name in _THREADED
            if name in by_hand:
                yield from self._by_hand(by_hand[name], name, threaded)
            elif threaded:
                yield from self._thread(material, name, *drafts[name])
            else:
                yield self._single(material, name, *drafts[name])

    def _by_hand(self, text: str, name: str, threaded: bool) -> Iterator[Post]:
        parts = threads.by_hand(text) if threaded else [text]
        for number, part in enumerate(map(units.composed, parts), 1):
            yield Post(PLATFORMS[name], part, self.count(part, name), by_hand=True, part=number, parts=len(parts))

    def _single(self, material: Material, name: str, made: FilledDraft, link: str, suffix: str = "") -> Post:
        row, limit = self._aims[name]
        # Such a text is the sum of its parts and one link; it is counted once it fits by that sum.
        summed = row.unit != "sms" and material.plain
        room = limit - len(suffix)
        if summed and row.links != "literal":
            room -= _more(link, row)
        text = made.text + suffix if suffix else made.text
        if not summed or len(made.text) <= room:
            post = _post(row, limit, text, made, link if _is_around(made, text, link, suffix) else "")
            if post.counted.fits:
                return post
        if summed and (fitted := fit(made.blocks, Measure(_SIZES[row.unit], room), row.fold)):
            text = fitted.text + suffix
            stands = is_link_separate(text, link) if made.simple else is_simple(text, link)
            post = _post(row, limit, text, fitted, link if stands else "")
            if post.counted.fits:
                return post
        exact = Measure(_SIZES[row.unit], excess=lambda text: excess(text + suffix, name, limit))
        # Where not even title and link fit, what comes out says by how much, and stops the build.
        fitted = fit(made.blocks, exact, row.fold) or Fitted(link, ("hook",))
        text = fitted.text + suffix
        return _post(row, limit, text, fitted, link if is_simple(text, link) else "")

    def _thread(self, material: Material, name: str, made: FilledDraft, link: str) -> Iterator[Post]:
        row = PLATFORMS[name]

        def fits(text: str) -> bool:
            return len(text) <= LONGEST and self.count(text, name).fits

        rest: list[str] = []
        for most in (9, 99, 999, 9999, 99999):
            # Where there are more, room for the longer numbers is needed in each.
            rest = list(islice(threads.parts(material.story, fits, threads.number(most, most, inline=True)), most))
            if len(rest) < most:
                break
        total = len(rest) + 1
        if total == 1:
            yield self._single(material, name, made, link)
            return
        first = self._single(material, name, made, link, threads.number(1, total))
        yield first._replace(parts=total)
        for place, text in enumerate(rest, 2):
            whole = text + threads.number(place, total, inline=True)
            yield Post(row, whole, self.count(whole, name), part=place, parts=total)

    def _drafts(self, material: Material, names: Sequence[str]) -> Mapping[str, tuple[FilledDraft, str]]:
        """The draft of each platform's text, and the link in it. Texts with one link are made at once."""
        found: dict[str, tuple[FilledDraft, str]] = {}
        known = {"": NONE} if material.plain else None
        for link, same in self._by_link(material, names) if names else ():

            def spelled(text: str, link: str = link) -> str:
                return _plain(text, link, transliterate=material.social.sms_ascii)

            sheets = self._sheets.get(same) or self._new_sheets(same)
            made = sheets.drafts({**material.values, "link": link}, known, spelled)
            found.update(zip(same, [(each, link) for each in made], strict=True))
        return found

    def _by_link(self, material: Material, names: Sequence[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        if not self.settings.social.utm:
            return [(material.link, tuple(names))]
        found: dict[str, tuple[str, ...]] = {}
        for name in names:
            link = material.link
            if name not in _UNMARKED:
                link = marker(self.settings, "social", material.stem, name)(link)
            found[link] = (*found.get(link, ()), name)
        return found.items()

    def _new_sheets(self, names: tuple[str, ...]) -> TemplateSheets:
        files = [f"social/{name}.txt" for name in names]
        sheets = TemplateSheets([PLATFORMS[name] for name in names], self.templates.together(files, BETWEEN))
        return self._sheets.setdefault(names, sheets)


_SIZES: Mapping[str, Size] = {
    "x-weighted": x.plain,
    "mastodon": len,
    "graphemes": len,
    "emoji-as-bytes": units.emoji_as_bytes,
    "utf-16": units.utf16,
    "bytes": units.utf8,
    "sms": sms.length,
}


def _plain(rendered: str, link: str, *, transliterate: bool) -> str:
    """A text message with plain signs; its link stays as it is."""
    plain = sms.transliterated if transliterate else sms.plain_typography
    if "«" in rendered:
        rendered = _INSIDE.sub("", rendered)
    return link.join(map(plain, rendered.split(link)))


def _is_around(made: FilledDraft, text: str, link: str, suffix: str) -> bool:
    """Whether all of a draft is simple around its link."""
    if made.simple:
        return not suffix or is_link_separate(text, link)
    return is_simple(text, link)


def _post(row: Platform, limit: int, text: str, made: FilledDraft | Fitted, link: str) -> Post:
    """A text as a post; `link`: the one that it is simple around."""
    return Post(row, text, counted(text, row, limit, link), False, made.dropped, made.shortened, 1, 1, link)


def _more(link: str, row: Platform) -> int:
    """What a link counts more, or less, than its characters do, where it does not count as it is."""
    if not link.isascii():
        return count(link, row.name).count - _SIZES[row.unit](link)
    return (x.weigh_link(link) if row.name == "x" else max(mastodon.counts_simple(link, link))) - len(link)
