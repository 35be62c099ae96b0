"""Split a source file into the texts, links and pictures that rules check, each with its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from newsletter import load, markdown
from newsletter.load.keys import texts_for_readers
from newsletter.model import Announcement, Fields, IssueFile, Items, Node, Publication, Scalar, Settings, Source
from newsletter.model.problems import Place
from newsletter.text import base_language
from newsletter.text.typography import Passage, find_slips, passage


@dataclass
class SourceText:
    """The parts of an announcement or issue file. Each kind of part is computed when it is first used, and cached."""

    file: Announcement | IssueFile
    source: Source
    settings: Settings

    @property
    def language(self) -> str:
        """The language without its region, such as `fr` or `en`."""
        return base_language(self.file.lang)

    @property
    def subject(self) -> tuple[str, str]:
        """The key of the mail's subject, and the subject itself. An issue named by its period has the subject ""."""
        key = "subject" if self.source.has("subject") and self.file.subject else "title"
        return key, self.file.subject or self.file.title

    @cached_property
    def values(self) -> tuple[Scalar, ...]:
        """The texts for readers in the front matter."""
        return tuple(texts_for_readers(self.source.front))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The running text of the body."""
        return markdown.passages(self.source.body)

    @cached_property
    def running(self) -> tuple[tuple[str, Callable[[int], Place]], ...]:
        """Every text for readers, each with a function that returns the place of a character, given its index."""
        place_of, place_in = self.source.at, self.in_body
        front = [(node.value, lambda _, node=node: place_of(node)) for node in self.values]
        return (*front, *((each.text, partial(place_in, each)) for each in self.passages))

    @cached_property
    def slips(self) -> tuple[tuple[str, Callable[[], Place]], ...]:
        """The code and the place of every typographic fault."""
        source, lang = self.source, self.file.lang
        front = [(slip.code, partial(source.at, node))
                 for node in self.values for slip in find_slips(passage(node.value), lang)]  # fmt: skip
        body = [(slip.code, partial(self.in_body, each, slip.start))
                for each in self.passages for slip in find_slips(each, lang)]  # fmt: skip
        return (*front, *body)

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the label and the address of every link in `links`, without the cost of finding its place."""
        file = self.file
        yield from [(link.label, link.target) for link in file.prose.references if not link.image]
        if isinstance(file, Announcement):
            links = (file.action, *file.links) if file.action else file.links
            yield from [(link.title, link.url) for link in links]

    @cached_property
    def links(self) -> tuple[tuple[str, str, Callable[[], Place]], ...]:
        """The label, the address and the place of every link."""
        place = markdown.places(self.source)
        body = [(link.label, link.target, partial(place, link))
                for link in self.file.prose.references if not link.image]  # fmt: skip
        return (*body, *self._front_links())

    def _front_links(self) -> Iterator[tuple[str, str, Callable[[], Place]]]:
        file = self.file
        if isinstance(file, Announcement):
            if file.action:
                yield file.action.title, file.action.url, partial(self.inside, "action", "label")
            for index, link in enumerate(file.links):
                yield link.title, link.url, partial(self.inside, "links", "title", index)

    @cached_property
    def pictures(self) -> tuple[tuple[str, Place], ...]:
        """The alternative text and the place of every picture."""
        place = markdown.places(self.source)
        images = [each for each in self.file.prose.references if each.image]
        body = [(picture.alt, place(image))
                for picture, image in zip(self.file.prose.pictures, images, strict=True)]  # fmt: skip
        image = self.file.image if isinstance(self.file, Announcement) else None
        front = [(image.alt, self.inside("image", "alt"))] if image else []
        return (*body, *front)

    def inside(self, key: str, inner: str, index: int = -1) -> Place:
        """Return the place of a value inside the value of `key`.

        If that is a mapping, `inner` is the key in it. If it is a list of mappings, `index` selects one of them.
        """
        node: Node | None = self.source.front.get(key)
        if isinstance(node, Items) and 0 <= index < len(node.items):
            node = node.items[index]
        if isinstance(node, Fields):
            node = node.get(inner) or node
        return self.source.at(node or self.source.front)

    def at(self, key: str) -> Place:
        """Return the place of a key's value."""
        return self.source.at_key(key)

    def in_body(self, passage: Passage, index: int) -> Place:
        """Return the place of the character `index` in a passage of the body."""
        return self.source.at_character(max(passage.offsets[index], 0))


def outgoing_links(publication: Publication) -> Iterator[tuple[str, Place]]:
    """Yield every link from a visible announcement or issue to another website, with its place."""
    own = publication.settings.url
    issue_files = tuple(issue.file for issue in publication.issues if issue.file)
    files: tuple[Announcement | IssueFile, ...] = (*publication.announcements, *issue_files)
    for file in files:
        for _, address, place in SourceText(file, load.reread(file.source), publication.settings).links:
            target = file.targets.get(address)
            if (
                target
                and not target.site
                and target.url.startswith(("http:", "https:"))
                and not target.url.startswith(own)
            ):
                yield target.url, place()
