"""Prepare an announcement for templates: its URLs, dates and texts are ready to print."""

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
    """A picture. `width` and `height` are in pixels, or 0 if unknown."""

    url: str
    alt: str
    caption: str
    credit: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Happening:
    """An event. `when` is its date and time in words, and `calendar` is the URL of its .ics file."""

    when: str
    place: str
    address: str
    url: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Download:
    """An attachment. `note` is its type and size, such as `PDF, 1,2 Mo`."""

    title: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Label:
    """A tag and the URL of its page."""

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
    """The functions and options with which a channel writes URLs.

    `target` returns the URL for the target of a link or image. `page` returns the URL for a path relative to
    outbox/site. `mark` adds the channel's parameters, such as UTM, to a link's URL; images are not marked. The other
    fields have the same meaning as in prose.RenderOptions.
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
    """Return the addressing for mails and feeds, in which all URLs are absolute.

    The parameters `widest`, `style` and `mark` are fields of Addressing.
    """
    base = publication.settings.url
    return Addressing(lambda target: target.url, lambda path: base + path, widest, style, mark=mark)


def relative(page: str) -> Addressing:
    """Return the addressing for the page at the path `page`, which is relative to outbox/site.

    URLs of the site's own files are relative, so that they also work in pages opened from disk.
    """
    up = "../" * page.count("/")

    def target(target: Target) -> str:
        if target.site.startswith(f"{page}#"):
            return target.site.removeprefix(page)
        return up + target.site if target.site else target.url

    return Addressing(target, lambda path: up + path, on_page=True)


def render_options(targets: Mapping[str, Target], addressing: Addressing) -> prose.RenderOptions:
    """Return the options for rendering a body.

    `targets` maps the links and images, as written in the body, to their targets.
    """

    def picture(src: str) -> tuple[str, int, int]:
        target = targets[src]
        asset = target.asset
        return addressing.target(target), asset.width if asset else 0, asset.height if asset else 0

    def link(href: str) -> str:
        if href not in targets:
            return href
        url = addressing.target(targets[href])
        return url if href.startswith("#") else addressing.mark(url)

    return prose.RenderOptions(link, picture, addressing.style, addressing.on_page, addressing.widest)


class Lazy(Generic[Value]):
    """A cached property without a setter. It is computed when first read, and then stored in the instance."""

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Value:
        value = self._function(instance)
        instance.__dict__[self._name] = value
        return value


@dataclass(frozen=True)
class Story:
    """An announcement whose values are ready to print in the language of `words`.

    An attribute is computed when a template first uses it.
    """

    of: Announcement
    # Hidden in repr(), so that a template that prints the story does not reveal paths on this computer.
    publication: Publication = field(repr=False)
    words: Strings = field(repr=False)
    addressing: Addressing = field(repr=False)

    @Lazy
    def options(self) -> prose.RenderOptions:
        """The options for rendering the body and its links."""
        return render_options(self.of.targets, self.addressing)

    @Lazy
    def title(self) -> str:
        """The title."""
        return self.of.title

    @Lazy
    def summary(self) -> str:
        """The summary."""
        return self.of.summary

    @Lazy
    def preheader(self) -> str:
        """The preview text that mail programs show after the subject in a list of mails."""
        return self.of.preheader

    @Lazy
    def lang(self) -> str:
        """The language tag, such as `fr`."""
        return self.of.lang

    @Lazy
    def authors(self) -> tuple[Author, ...]:
        """The authors."""
        return self.of.authors

    @Lazy
    def url(self) -> str:
        """The canonical URL, with the channel's parameters."""
        return self._home(self.of)

    @Lazy
    def date(self) -> str:
        """The date of publication."""
        return self.words.date(self.of.date)

    @Lazy
    def updated(self) -> str:
        """The date of the last change, or "" if the announcement has not changed."""
        return self.words.date(self.of.updated) if self.of.updated != self.of.date else ""

    @Lazy
    def image(self) -> Figure | None:
        """The picture, or None."""
        return _figure(self.of, self.addressing)

    @Lazy
    def event(self) -> Happening | None:
        """The event, or None."""
        return _happening(self.of, self.words, self.addressing)

    @Lazy
    def action(self) -> Link | None:
        """The title and URL of the button, or None."""
        action = self.of.action
        return Link(action.title, self.options.link(action.url)) if action else None

    @Lazy
    def links(self) -> tuple[Link, ...]:
        """Links to further reading."""
        return tuple([Link(link.title, self.options.link(link.url)) for link in self.of.links])

    @Lazy
    def attachments(self) -> tuple[Download, ...]:
        """The attachments, which are files to download."""
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
        """The tags, with links to their pages."""
        return tuple([Label(tag.label, self.addressing.page(f"tags/{tag.slug}.html")) for tag in self.of.tags])

    @Lazy
    def versions(self) -> tuple[Version, ...]:
        """The versions in other languages."""
        return tuple(
            Version(other.title, self.words.language(other.lang), other.lang, self._home(other))
            for other in self.publication.translations.get(self.of.id, ())
            if other.lang != self.of.lang
        )

    @Lazy
    def body(self) -> Content:
        """The body as HTML."""
        return Content(prose.html(self.of.prose, self.options), safe=True)

    @Lazy
    def text(self) -> str:
        """The body as plain text."""
        return prose.plain(self.of.prose, self.options.link)

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
