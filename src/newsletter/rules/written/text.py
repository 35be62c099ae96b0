"""written: what a writer wrote, taken apart once for all rules about it, every piece with its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from newsletter import markdown
from newsletter.load.keys import texts_for_readers
from newsletter.model import Announcement, Fields, IssueFile, Items, Node, Publication, Scalar, Settings
from newsletter.model.problems import Place
from newsletter.text import base_language
from newsletter.text.typography import Passage, find_slips, passage


@dataclass
class SourceText:
    """What a writer wrote: an announcement or an issue file, taken apart once."""

    of: Announcement | IssueFile
    settings: Settings

    @property
    def language(self) -> str:
        """`fr`, `en`, or another language's first letters."""
        return base_language(self.of.lang)

    @property
    def subject(self) -> tuple[str, str]:
        """The key that gives the mail's subject, and the subject; "" for an issue that is named by its period."""
        key = "subject" if self.of.source.has("subject") and self.of.subject else "title"
        return key, self.of.subject or self.of.title

    @cached_property
    def values(self) -> tuple[Scalar, ...]:
        """The front matter's texts for readers."""
        return tuple(texts_for_readers(self.of.source.front))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The body's running text."""
        return markdown.passages(self.of.source.body)

    @cached_property
    def running(self) -> tuple[tuple[str, Callable[[int], Place]], ...]:
        """Every text for readers, and the place of each of its characters."""
        at, inside = self.of.source.at, self.in_body
        front = [(node.value, lambda _, node=node: at(node)) for node in self.values]
        return (*front, *((each.text, partial(inside, each)) for each in self.passages))

    @cached_property
    def slips(self) -> tuple[tuple[str, Callable[[], Place]], ...]:
        """Code and place of every slip of typography."""
        source, lang = self.of.source, self.of.lang
        front = [(slip.code, partial(source.at, node))
                 for node in self.values for slip in find_slips(passage(node.value), lang)]  # fmt: skip
        body = [(slip.code, partial(self.in_body, each, slip.start))
                for each in self.passages for slip in find_slips(each, lang)]  # fmt: skip
        return (*front, *body)

    def named(self) -> Iterator[tuple[str, str]]:
        """Label and address of every link, as in `links`, for a look that mostly finds nothing to tell the place of."""
        of = self.of
        yield from [(link.label, link.target) for link in of.prose.references if not link.image]
        if isinstance(of, Announcement):
            shown = (of.action, *of.links) if of.action else of.links
            yield from [(link.title, link.url) for link in shown]

    @cached_property
    def links(self) -> tuple[tuple[str, str, Callable[[], Place]], ...]:
        """Label, address and place of every link."""
        place = markdown.places(self.of.source)
        body = [(link.label, link.target, partial(place, link))
                for link in self.of.prose.references if not link.image]  # fmt: skip
        return (*body, *self._front_links())

    def _front_links(self) -> Iterator[tuple[str, str, Callable[[], Place]]]:
        of = self.of
        if isinstance(of, Announcement):
            if of.action:
                yield of.action.title, of.action.url, partial(self.inside, "action", "label")
            for index, link in enumerate(of.links):
                yield link.title, link.url, partial(self.inside, "links", "title", index)

    @cached_property
    def pictures(self) -> tuple[tuple[str, Place], ...]:
        """Alternative text and place of every picture."""
        place = markdown.places(self.of.source)
        images = [each for each in self.of.prose.references if each.image]
        body = [(picture.alt, place(image))
                for picture, image in zip(self.of.prose.pictures, images, strict=True)]  # fmt: skip
        image = self.of.image if isinstance(self.of, Announcement) else None
        front = [(image.alt, self.inside("image", "alt"))] if image else []
        return (*body, *front)

    def inside(self, key: str, inner: str, index: int = -1) -> Place:
        """The place of a value inside a mapping, or inside a list's mapping."""
        node: Node | None = self.of.source.front.get(key)
        if isinstance(node, Items) and 0 <= index < len(node.items):
            node = node.items[index]
        if isinstance(node, Fields):
            node = node.get(inner) or node
        return self.of.source.at(node or self.of.source.front)

    def at(self, key: str) -> Place:
        """The place of a key's value."""
        return self.of.source.at_key(key)

    def in_body(self, passage: Passage, index: int) -> Place:
        """The place of a character of a passage."""
        return self.of.source.at_character(max(passage.offsets[index], 0))


def outgoing_links(publication: Publication) -> Iterator[tuple[str, Place]]:
    """Every web address that visible announcements and issues link to, except our own, with its places."""
    own = publication.settings.url
    files = tuple(issue.file for issue in publication.issues if issue.file)
    holders: tuple[Announcement | IssueFile, ...] = (*publication.announcements, *files)
    for written in holders:
        for _, target, place in SourceText(written, publication.settings).links:
            found = written.targets.get(target)
            if found and not found.site and found.url.startswith(("http:", "https:")) and not found.url.startswith(own):
                yield found.url, place()
