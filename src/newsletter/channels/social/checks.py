"""faults: what a platform would refuse, cut or misread, told at the line that causes it."""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from newsletter.channels.social.counting import hashtags, x
from newsletter.channels.social.counting.platforms import Platform
from newsletter.channels.social.writing.material import Material, clean
from newsletter.channels.social.writing.post import Post, links
from newsletter.model import Fields, Settings
from newsletter.model.problems import Place, Problems

_DOTTED = re.compile(r"\w\.[^\W\d_]")
_BOLD = re.compile("[\U0001d400-\U0001d7ff]")
_WORD = re.compile(r"\S+")
_GLUED = re.compile(r"[^\s(](?=https?://)")
_GLUED_AFTER = re.compile(r"https?://[^\s»…’”]*+[»…’”]?")
_QUOTED = re.compile("'(.+)'")
_TYPED = re.compile(r"(?<![\w/#&])[#＃]([^\s#＃]+)")
_AFTER = ".,;:!?…»”)]\"'’\u00a0\u202f"  # what ends a sentence, not a hashtag

Fault = tuple[str, str, str]  # code, what is wrong, what would be right


@dataclass(frozen=True, slots=True)
class SnippetChecker:
    """Looks at the snippets of one publication."""

    problems: Problems
    settings: Settings

    def material(self, material: Material, posts: Iterable[Post]) -> None:
        """Report what is wrong with the texts of one announcement or issue."""
        posts = tuple(posts)
        for post in posts:
            if not post.counted.fits:
                self._too_long(material, post)
            if post.by_hand:
                self._by_hand(material, post)
        # In plain texts there is nothing to find, and most are plain.
        composed = () if material.plain else {post.platform.name for post in posts if not post.by_hand}
        if composed:
            places = _TextPlaces(material, self.settings)
            for key, text in material.texts.items():
                # The same fault has the same place.
                for code, message, fix in dict.fromkeys((*in_text(text), *(on_x(text) if "x" in composed else ()))):
                    self.problems.warning(places.of(key, message), code, message, fix)
        for name, _ in material.social.texts:
            if all(post.platform.name != name for post in posts):
                why = "'skip' names it" if name in material.social.skip else "the settings do not name it"
                self.problems.warning(
                    self._at(material, name), "unused-snippet", f"the text for {name} is not written: {why}",
                    f"add '{name}' to social.platforms in {self.settings.path}, or delete the text",
                )  # fmt: skip

    def _too_long(self, material: Material, post: Post) -> None:
        counted, name = post.counted, post.platform.name
        part = f"part {post.part} of " if post.parts > 1 else ""
        told = f"counts {counted.count}, {counted.limit} are allowed ({counted.unit})"
        if not post.text:
            told = "is empty"
        elif "segments" in post.extra:
            told = f"takes {post.extra['segments']} parts, {post.extra['segment_limit']} are allowed"
        elif "byte_limit" in post.extra and counted.count <= counted.limit:
            told = f"has {post.extra['bytes']} bytes, {post.extra['byte_limit']} are allowed"
        elif post.extra.get("invalid"):
            told = f"holds {post.extra['invalid']}, which no post may hold"
        if post.by_hand:
            message, fix = f"{part}'{name}' {told}", "shorten it; what is written by hand is never cut"
        else:
            message, fix = f"{part}the shortest text for {name} {told}", f"shorten the slug, or write social.{name}"
        place = self._at(material, name) if post.by_hand else _at_key(material, self.settings, "title")
        self.problems.error(place, "snippet-too-long", message, fix)

    def _by_hand(self, material: Material, post: Post) -> None:
        place = self._at(material, post.platform.name)
        for code, message, fix in (*in_text(post.text), *on_platform(post.text, post.platform)):
            self.problems.warning(place, code, message, fix)
        for code, message, fix in too_many(post.text, post.platform):
            self.problems.error(place, code, message, fix)
        if post.offenders:
            parts, plain = post.extra["segments"], post.extra["segments_if_transliterated"]
            self.problems.warning(
                place, "sms-ucs2", f"{post.offenders} cannot be sent in GSM-7: the message takes "
                f"{parts} part{'s' if parts != 1 else ''}, {plain} without them",
                "write plain quotation marks, apostrophes and spaces, and avoid ç, ê, ô and their like",
            )  # fmt: skip

    def _at(self, material: Material, name: str) -> Place:
        """The place of a text that was written by hand."""
        source = material.source
        social = source.front.get("social") if source else None
        node = social.get(name) if isinstance(social, Fields) else None
        return source.at(node) if source and node else _at_key(material, self.settings, "social")


def in_text(text: str) -> Iterator[Fault]:
    """What is wrong with a text wherever it is shown."""
    if text.isascii() and "." not in text:
        return
    if _DOTTED.search(text):
        for link in x.links(text):
            if "://" not in link.url and not _is_meant(link.url):
                yield (
                    "accidental-link", f"'{link.url}' becomes a link to a page of that name",
                    "put a space behind the full stop, or leave it out",
                )  # fmt: skip
        if glued := _glued(text):
            yield (
                "glued-link", f"'{glued}': a link stops working when signs are glued to it",
                "put a space or a line break around the address",
            )  # fmt: skip
    if bold := _BOLD.search(text):
        yield (
            "fake-bold", f"'{bold.group()}' is a mathematical sign: screen readers spell it or leave it out",
            "write plain letters",
        )  # fmt: skip


def _glued(text: str) -> str:
    """The first address that signs are glued to, with them; empty if there is none."""
    for word in _WORD.finditer(text):
        if "http" in word.group():
            before = _GLUED.search(text, word.start(), word.end())
            # Of several addresses in a word the first reaches to the first such sign.
            after = _GLUED_AFTER.search(text, word.start(), word.end())
            if after and after.group()[-1] not in "»…’”":
                after = None
            if first := min(filter(None, (before, after)), key=lambda match: match.start(), default=None):
                return first.group()
    return ""


def on_x(text: str) -> Iterator[Fault]:
    """Emoji whose weight on X nobody knows for sure."""
    for emoji in x.unknown_emoji(text):
        yield (
            "new-emoji", f"{emoji} is newer than the table that X counts with: it may weigh up to {x.weigh(emoji)}",
            "take an older emoji, or leave room",
        )  # fmt: skip


def on_platform(text: str, platform: Platform) -> Iterator[Fault]:
    """Hashtags that a platform cuts or does not see, and what is wrong on X alone."""
    if platform.name == "x":
        yield from on_x(text)
    if platform.hashtags == "none" or not ("#" in text or "＃" in text):
        return
    found = list(dict.fromkeys(hashtags.find(text, platform.name)))
    places = {tag: place for place, tag in enumerate(found)}
    sizes = sorted({len(tag) for tag in found})
    for match in _TYPED.finditer(text):
        typed = match[1].rstrip(_AFTER)
        if typed and typed not in places:
            # The first of those that it begins with.
            known = [places[typed[:size]] for size in sizes if typed[:size] in places]
            kept = found[min(known)] if known else ""
            becomes = f"becomes #{kept}" if kept else "is no hashtag"
            yield (
                "cut-hashtag", f"'#{typed}' {becomes} on {platform.name}",
                "use letters and digits only, and put a space before the #",
            )  # fmt: skip


def too_many(text: str, platform: Platform) -> Iterator[Fault]:
    """More links or hashtags than a platform takes."""
    checks: tuple[tuple[str, int | None, Callable[[], int]], ...] = (
        ("links", platform.most_links, lambda: len(set(links(text, platform)))),
        ("hashtags", platform.most_hashtags, lambda: len(hashtags.find(text, platform.name))),
    )
    for what, most, count in checks:
        # Of several hashtags Threads takes the first as its topic, and shows the others as text.
        if most and (number := count()) > most and (what, most) != ("hashtags", 1):
            yield f"too-many-{what}", f"{number} {what}, {platform.name} takes {most}", f"keep {most}"


def _is_meant(url: str) -> bool:
    """A domain in small letters was probably meant as one; `communiqué.La` and `E.Leclerc` were not."""
    return "/" in url or (url.isascii() and url == url.lower())


class _TextPlaces:
    """Where what is quoted stands in an announcement, whose body is read once however many faults there are."""

    def __init__(self, material: Material, settings: Settings) -> None:
        self.material, self.settings = material, settings

    def of(self, key: str, message: str) -> Place:
        """The place of a text of the announcement: its key, or where the body has what the message quotes."""
        source = self.material.source
        quoted = _QUOTED.search(message)
        if source and (key == "body" or source.front.get(key) is None) and quoted:
            at = self.body.find(quoted[1])
            if at < 0:
                at = min(self.cleaned.find(quoted[1]), len(self.body))
            if at >= 0:
                line = bisect(self.lines, at) - 1
                return Place(source.path, source.body_line + line, at - self.lines[line] + 1)
        return _at_key(self.material, self.settings, key)

    @cached_property
    def body(self) -> str:
        return self.material.source.body if self.material.source else ""

    @cached_property
    def cleaned(self) -> str:
        return clean(self.body)

    @cached_property
    def lines(self) -> list[int]:
        """Where each line of the body begins."""
        return [0, *(match.end() for match in re.finditer("\n", self.body))]


def _at_key(material: Material, settings: Settings, key: str) -> Place:
    return material.source.at_key(key) if material.source else Place(settings.path)
