"""views: an announcement as templates see it, with its addresses, dates and prose ready to print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from newsletter import prose
from newsletter.content import Content
from newsletter.model import Announcement, Author, Link, Publication, Target
from newsletter.words import Words


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


@dataclass(frozen=True)
class Story:
    """One announcement, ready to print; `url` is its canonical address.

    `body` and `text` are made when they are first asked for: an issue prints neither.
    """

    of: Announcement
    look: prose.Flavour
    title: str
    summary: str
    preheader: str
    lang: str
    url: str
    date: str
    updated: str
    image: Figure | None = None
    event: Happening | None = None
    action: Link | None = None
    links: tuple[Link, ...] = ()
    attachments: tuple[Download, ...] = ()
    tags: tuple[Label, ...] = ()
    authors: tuple[Author, ...] = ()
    versions: tuple[Version, ...] = ()

    @cached_property
    def body(self) -> Content:
        """The body as HTML."""
        return Content(prose.html(self.of.prose, self.look), safe=True)

    @cached_property
    def text(self) -> str:
        """The body as plain text."""
        return prose.plain(self.of.prose, self.look.link)


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


def flavour(targets: Mapping[str, Target], addressing: Addressing) -> prose.Flavour:
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

    return prose.Flavour(link, picture, addressing.style, addressing.on_page, addressing.widest)


def story(announcement: Announcement, publication: Publication, words: Words, addressing: Addressing) -> Story:
    """The announcement in `words`' language, with addresses as `addressing` writes them."""
    look = flavour(announcement.targets, addressing)
    targets = announcement.targets
    return Story(
        of=announcement,
        look=look,
        title=announcement.title,
        summary=announcement.summary,
        preheader=announcement.preheader,
        lang=announcement.lang,
        url=addressing.mark(announcement.url or addressing.page(announcement.page)),
        date=words.date(announcement.date),
        updated=words.date(announcement.updated) if announcement.updated != announcement.date else "",
        image=_figure(announcement, addressing),
        event=_happening(announcement, words, addressing),
        action=_linked(announcement.action, look.link),
        links=tuple(Link(link.title, look.link(link.url)) for link in announcement.links),
        attachments=tuple(
            Download(
                each.title,
                addressing.target(targets[each.src]),
                f"{each.src.rpartition('.')[2].upper()}, {words.size(each.size)}",
            )
            for each in announcement.attachments
        ),
        tags=tuple(Label(tag.label, addressing.page(f"tags/{tag.slug}.html")) for tag in announcement.tags),
        authors=announcement.authors,
        versions=tuple(
            Version(
                other.title,
                words.language(other.lang),
                other.lang,
                addressing.mark(other.url or addressing.page(other.page)),
            )
            for other in publication.translations.get(announcement.id, ())
            if other.lang != announcement.lang
        ),
    )


def _figure(announcement: Announcement, addressing: Addressing) -> Figure | None:
    image = announcement.image
    if image is None:
        return None
    width, height = image.width, image.height
    if addressing.widest and width:
        width, height = addressing.widest, round(height * addressing.widest / width)
    url = addressing.target(announcement.targets[image.src])
    return Figure(url, image.alt, image.caption, image.credit, width, height)


def _happening(announcement: Announcement, words: Words, addressing: Addressing) -> Happening | None:
    event = announcement.event
    if event is None:
        return None
    url = addressing.mark(addressing.target(announcement.targets[event.url])) if event.url else ""
    calendar = addressing.page(f"{announcement.stem}.ics")
    return Happening(words.when(event), event.place, event.address, url, calendar)


def _linked(link: Link | None, resolve: Callable[[str], str]) -> Link | None:
    return Link(link.title, resolve(link.url)) if link else None
