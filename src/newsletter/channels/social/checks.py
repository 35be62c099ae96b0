"""Report texts that a platform would reject, cut or misread, at the line that causes the problem."""

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
_AFTER = ".,;:!?…»”)]\"'’\u00a0\u202f"  # punctuation that may follow a hashtag without being part of it

Fault = tuple[str, str, str]  # code, message, fix


@dataclass(frozen=True, slots=True)
class SnippetChecker:
    """Checks the snippets of one publication."""

    problems: Problems
    settings: Settings

    def check(self, material: Material, posts: Iterable[Post]) -> None:
        """Report the problems in the texts of one announcement or issue."""
        posts = tuple(posts)
        for post in posts:
            if not post.counted.fits:
                self._report_too_long(material, post)
            if post.by_hand:
                self._check_by_hand(material, post)
        # Most texts are plain, and plain texts have no problems.
        composed = () if material.plain else {post.platform.name for post in posts if not post.by_hand}
        if composed:
            places = _TextPlaces(material, self.settings)
            for key, text in material.texts.items():
                # Equal faults have the same place, so they are reported only once.
                for code, message, fix in dict.fromkeys((*in_text(text), *(on_x(text) if "x" in composed else ()))):
                    self.problems.warning(places.of(key, message), code, message, fix)
        for name, _ in material.social.texts:
            if all(post.platform.name != name for post in posts):
                why = "'skip' lists it" if name in material.social.skip else "the settings do not list it"
                self.problems.warning(
                    self._at(material, name), "unused-snippet", f"the text for {name} is unused: {why}",
                    f"add '{name}' to social.platforms in {self.settings.path}, or delete the text",
                )  # fmt: skip

    def _report_too_long(self, material: Material, post: Post) -> None:
        counted, name = post.counted, post.platform.name
        part = f"part {post.part} of " if post.parts > 1 else ""
        reason = f"has a length of {counted.count}, but the limit is {counted.limit} ({counted.unit})"
        if not post.text:
            reason = "is empty"
        elif "segments" in post.extra:
            reason = f"takes {post.extra['segments']} parts, but the limit is {post.extra['segment_limit']}"
        elif "byte_limit" in post.extra and counted.count <= counted.limit:
            reason = f"has {post.extra['bytes']} bytes, but the limit is {post.extra['byte_limit']}"
        elif post.extra.get("invalid"):
            reason = f"contains {post.extra['invalid']}, which is not allowed"
        if post.by_hand:
            message, fix = f"{part}'{name}' {reason}", "shorten it; a text written by hand is never cut"
        else:
            message, fix = f"{part}the shortest text for {name} {reason}", f"shorten the slug, or write social.{name}"
        place = self._at(material, name) if post.by_hand else _at_key(material, self.settings, "title")
        self.problems.error(place, "snippet-too-long", message, fix)

    def _check_by_hand(self, material: Material, post: Post) -> None:
        place = self._at(material, post.platform.name)
        for code, message, fix in (*in_text(post.text), *on_platform(post.text, post.platform)):
            self.problems.warning(place, code, message, fix)
        for code, message, fix in too_many(post.text, post.platform):
            self.problems.error(place, code, message, fix)
        if post.offenders:
            parts, fewer = post.extra["segments"], post.extra["segments_if_transliterated"]
            self.problems.warning(
                place, "sms-ucs2", f"{post.offenders} cannot be sent in GSM-7: the message takes "
                f"{parts} part{'s' if parts != 1 else ''}, {fewer} without them",
                "write plain quotation marks, apostrophes and spaces, and avoid letters such as ç, ê and ô",
            )  # fmt: skip

    def _at(self, material: Material, name: str) -> Place:
        """Return the place of the text written by hand for the platform `name`, or of `social` if there is none."""
        source = material.source
        social = source.front.get("social") if source else None
        node = social.get(name) if isinstance(social, Fields) else None
        return source.at(node) if source and node else _at_key(material, self.settings, "social")


def in_text(text: str) -> Iterator[Fault]:
    """Yield faults that do not depend on the platform."""
    if text.isascii() and "." not in text:
        return
    if _DOTTED.search(text):
        for link in x.links(text):
            if "://" not in link.url and not _is_intended(link.url):
                yield (
                    "accidental-link", f"'{link.url}' becomes a link",
                    "put a space after the full stop, or remove it",
                )  # fmt: skip
        if glued := glued_link(text):
            yield (
                "glued-link", f"'{glued}': a link does not work with other characters directly next to it",
                "put a space or a line break around the address",
            )  # fmt: skip
    if bold := _BOLD.search(text):
        yield (
            "fake-bold", f"'{bold.group()}' is a mathematical symbol: screen readers spell it out or skip it",
            "write plain letters",
        )  # fmt: skip


def glued_link(text: str) -> str:
    """Return the first address that directly adjoins other characters, including these, or "" if there is none."""
    for word in _WORD.finditer(text):
        if "http" in word.group():
            before = _GLUED.search(text, word.start(), word.end())
            # If a word contains several addresses, the match starts at the first one.
            after = _GLUED_AFTER.search(text, word.start(), word.end())
            if after and after.group()[-1] not in "»…’”":
                after = None
            if first := min(filter(None, (before, after)), key=lambda match: match.start(), default=None):
                return first.group()
    return ""


def on_x(text: str) -> Iterator[Fault]:
    """Yield emoji whose weight on X is uncertain."""
    for emoji in x.unknown_emoji(text):
        yield (
            "new-emoji", f"{emoji} is newer than the emoji table of X: it may weigh up to {x.weigh(emoji)}",
            "use an older emoji, or leave room",
        )  # fmt: skip


def on_platform(text: str, platform: Platform) -> Iterator[Fault]:
    """Yield a fault for each hashtag that the platform cuts or ignores and, for X, for each new emoji."""
    if platform.name == "x":
        yield from on_x(text)
    if platform.hashtags == "none" or not ("#" in text or "＃" in text):
        return
    tags = list(dict.fromkeys(hashtags.find(text, platform.name)))
    order = {tag: index for index, tag in enumerate(tags)}
    sizes = sorted({len(tag) for tag in tags})
    for match in _TYPED.finditer(text):
        typed = match[1].rstrip(_AFTER)
        if typed and typed not in order:
            # Choose the first recognized hashtag that is a prefix of the typed one.
            indices = [order[typed[:size]] for size in sizes if typed[:size] in order]
            recognized = tags[min(indices)] if indices else ""
            becomes = f"becomes #{recognized}" if recognized else "is not a hashtag"
            yield (
                "cut-hashtag", f"'#{typed}' {becomes} on {platform.name}",
                "use letters and digits only, and put a space before the #",
            )  # fmt: skip


def too_many(text: str, platform: Platform) -> Iterator[Fault]:
    """Yield a fault if a text contains more links or hashtags than the platform accepts."""
    checks: tuple[tuple[str, int | None, Callable[[], int]], ...] = (
        ("links", platform.most_links, lambda: len(set(links(text, platform)))),
        ("hashtags", platform.most_hashtags, lambda: len(hashtags.find(text, platform.name))),
    )
    for what, most, count in checks:
        # Threads uses the first of several hashtags as the topic of a post, and shows the others as text.
        if most and (number := count()) > most and (what, most) != ("hashtags", 1):
            yield f"too-many-{what}", f"{number} {what}, but {platform.name} allows only {most}", f"keep {most}"


def _is_intended(url: str) -> bool:
    """Return whether an address without a protocol was probably meant as a link.

    An address with a path or in lower case probably was. `communiqué.La` and `E.Leclerc` were not.
    """
    return "/" in url or (url.isascii() and url == url.lower())


class _TextPlaces:
    """Finds quoted texts in an announcement. The body is prepared only once."""

    def __init__(self, material: Material, settings: Settings) -> None:
        self.material, self.settings = material, settings

    def of(self, key: str, message: str) -> Place:
        """Return the place of the text that `message` quotes, or the place of `key` if the body does not contain it."""
        source = self.material.source
        quoted = _QUOTED.search(message)
        if source and (key == "body" or source.front.get(key) is None) and quoted:
            offset = self.body.find(quoted[1])
            if offset < 0:
                offset = min(self.cleaned.find(quoted[1]), len(self.body))
            if offset >= 0:
                line = bisect(self.lines, offset) - 1
                return Place(source.path, source.body_line + line, offset - self.lines[line] + 1)
        return _at_key(self.material, self.settings, key)

    @cached_property
    def body(self) -> str:
        return self.material.source.body if self.material.source else ""

    @cached_property
    def cleaned(self) -> str:
        return clean(self.body)

    @cached_property
    def lines(self) -> list[int]:
        """The offset of each line in the body."""
        return [0, *(match.end() for match in re.finditer("\n", self.body))]


def _at_key(material: Material, settings: Settings, key: str) -> Place:
    return material.source.at_key(key) if material.source else Place(settings.path)
