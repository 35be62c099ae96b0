"""views: an announcement as templates see it, with its addresses, dates and prose ready to print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from newsletter.markdown import prose
from newsletter.model import Announcement, Author, Link, Publication, Target
from newsletter.theme.content import Content
from newsletter.theme.strings import Strings

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: address, alternative text, caption, credit, size in pixels."""

    url: str
    alt: str
    caption: str
    credit: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in words; `calendar` is the address of its .ics file."""

    when: str
    place: str
    address: str
    url: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Download:
    """An attachment: title, address, kind and size in words."""

    title: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Label:
    """A tag and the address of its page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Version:
    """The same announcement in another language."""

    title: str
    language: str
    lang: str
    url: str


@dataclass(frozen=True, slots=True)
class Addressing:
    """How one channel writes addresses: `target` for what a file names, `page` for our own paths.

    `mark` adds what a channel wants on links (not on images), such as UTM parameters.
    """

    target: Callable[[Target], str]
    page: Callable[[str], str]
    widest: int = 0
    style: Callable[[str], str] = prose.no_style
    on_page: bool = False
    mark: Callable[[str], str] = str


def absolute(
    publication: Publication,
    widest: int = 0,
    style: Callable[[str], str] = prose.no_style,
    mark: Callable[[str], str] = str,
) -> Addressing:
    """Absolute addresses, as mails and feeds need them."""
    base = publication.settings.url
    return Addressing(lambda target: target.url, lambda path: base + path, widest, style, mark=mark)


def relative(page: str) -> Addressing:
    """Addresses as `page` needs them, a path relative to outbox/site: what is ours is found from disk too."""
    up = "../" * page.count("/")

    def target(to: Target) -> str:
        if to.site.startswith(f"{page}#"):
            return to.site.removeprefix(page)
        return up + to.site if to.site else to.url

    return Addressing(target, lambda path: up + path, on_page=True)


def render_options(targets: Mapping[str, Target], addressing: Addressing) -> prose.RenderOptions:
    """How a body with these targets is rendered."""

    def picture(written: str) -> tuple[str, int, int]:
        target = targets[written]
        asset = target.asset
        return addressing.target(target), asset.width if asset else 0, asset.height if asset else 0

    def link(written: str) -> str:
        if written not in targets:
            return written
        address = addressing.target(targets[written])
        return address if written.startswith("#") else addressing.mark(address)

    return prose.RenderOptions(link, picture, addressing.style, addressing.on_page, addressing.widest)


class Lazy(Generic[Value]):
    """An attribute that is made when it is first asked for, and then stays."""

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, of: Any, owner: type) -> Value:
        made = self._make(of)
        of.__dict__[self._name] = made
        return made


@dataclass(frozen=True)
class Story:
    """One announcement, ready to print: what a template asks for is made then, in `words`' language."""

    of: Announcement
    # No template may print what these hold of the machine.
    publication: Publication = field(repr=False)
    words: Strings = field(repr=False)
    addressing: Addressing = field(repr=False)

    @Lazy
    def look(self) -> prose.RenderOptions:
        """How its body is rendered, and where its links lead."""
        return render_options(self.of.targets, self.addressing)

    @Lazy
    def title(self) -> str:
        """Its title."""
        return self.of.title

    @Lazy
    def summary(self) -> str:
        """Its summary."""
        return self.of.summary

    @Lazy
    def preheader(self) -> str:
        """What stands behind the subject in a list of mails."""
        return self.of.preheader

    @Lazy
    def lang(self) -> str:
        """Its language."""
        return self.of.lang

    @Lazy
    def authors(self) -> tuple[Author, ...]:
        """Who wrote it."""
        return self.of.authors

    @Lazy
    def url(self) -> str:
        """Its canonical address."""
        return self._home(self.of)

    @Lazy
    def date(self) -> str:
        """When it became public."""
        return self.words.date(self.of.date)

    @Lazy
    def updated(self) -> str:
        """When it last changed, or ""."""
        return self.words.date(self.of.updated) if self.of.updated != self.of.date else ""

    @Lazy
    def image(self) -> Figure | None:
        """Its picture."""
        return _figure(self.of, self.addressing)

    @Lazy
    def event(self) -> Happening | None:
        """What takes place."""
        return _happening(self.of, self.words, self.addressing)

    @Lazy
    def action(self) -> Link | None:
        """Its button."""
        action = self.of.action
        return Link(action.title, self.look.link(action.url)) if action else None

    @Lazy
    def links(self) -> tuple[Link, ...]:
        """Where there is more to read."""
        return tuple([Link(link.title, self.look.link(link.url)) for link in self.of.links])

    @Lazy
    def attachments(self) -> tuple[Download, ...]:
        """Files to download."""
        return tuple(
            Download(
                each.title,
                self.addressing.target(self.of.targets[each.src]),
                f"{each.src.rpartition('.')[2].upper()}, {self.words.size(each.size)}",
            )
            for each in self.of.attachments
        )

    @Lazy
    def tags(self) -> tuple[Label, ...]:
        """Its tags and their pages."""
        return tuple([Label(tag.label, self.addressing.page(f"tags/{tag.slug}.html")) for tag in self.of.tags])

    @Lazy
    def versions(self) -> tuple[Version, ...]:
        """The same in other languages."""
        return tuple(
            Version(other.title, self.words.language(other.lang), other.lang, self._home(other))
            for other in self.publication.translations.get(self.of.id, ())
            if other.lang != self.of.lang
        )

    @Lazy
    def body(self) -> Content:
        """The body as HTML."""
        return Content(prose.html(self.of.prose, self.look), safe=True)

    @Lazy
    def text(self) -> str:
        """The body as plain text."""
        return prose.plain(self.of.prose, self.look.link)

    def _home(self, announcement: Announcement) -> str:
        return self.addressing.mark(announcement.url or self.addressing.page(announcement.page))


def _figure(announcement: Announcement, addressing: Addressing) -> Figure | None:
    image = announcement.image
    if image is None:
        return None
    width, height = image.width, image.height
    if addressing.widest and width:
        width, height = addressing.widest, round(height * addressing.widest / width)
    url = addressing.target(announcement.targets[image.src])
    return Figure(url, image.alt, image.caption, image.credit, width, height)


def _happening(announcement: Announcement, words: Strings, addressing: Addressing) -> Happening | None:
    event = announcement.event
    if event is None:
        return None
    url = addressing.mark(addressing.target(announcement.targets[event.url])) if event.url else ""
    calendar = addressing.page(f"{announcement.stem}.ics")
    return Happening(words.when(event), event.place, event.address, url, calendar)
