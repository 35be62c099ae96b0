"""entries: an announcement as every kind of feed tells it, and when each was updated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.channels.feeds.sanitize import clean_html, clean_text
from newsletter.model import Announcement, Asset, Author, Publication
from newsletter.text.urls import permanent_id
from newsletter.theme.content import as_content
from newsletter.theme.pages import Site
from newsletter.theme.templates import Template
from newsletter.theme.views import Story, absolute

_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with an entry; `size` in bytes."""

    url: str
    title: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Lead:
    """The picture of an entry: address and, if it is ours, its file."""

    url: str
    asset: Asset | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One announcement in a feed: clean texts, absolute addresses, dates in UTC.

    `html` is the content: allowed elements only, but its characters are cleaned by who writes it.
    """

    id: str
    url: str
    title: str
    summary: str
    html: str
    lang: str
    published: datetime
    updated: datetime
    authors: tuple[Author, ...] = ()
    labels: tuple[str, ...] = ()
    lead: Lead | None = None
    enclosures: tuple[Enclosure, ...] = ()


class Entries:
    """Makes entries of one publication's announcements."""

    def __init__(self, site: Site, template: Template) -> None:
        self.site = site
        self.publication: Publication = site.publication
        self.template = template
        self.addressing = absolute(site.publication)

    def of(self, announcement: Announcement, *, short: bool) -> Entry:
        """The announcement with its whole content, or `short`: its summary and a link to its page."""
        story = Story(announcement, self.publication, self.site.words(announcement.lang), self.addressing)
        return self._entry(story, self._html(story, short=short))

    def _html(self, story: Story, *, short: bool) -> str:
        values = {"story": as_content(story), "t": story.words, "short": short}
        return clean_html(self.template.render(values)).strip("\n")

    def _entry(self, story: Story, html: str) -> Entry:
        announcement = story.of
        if story.words.dir == "rtl":
            # Most readers do not look at xml:lang.
            html = f'<div dir="rtl" lang="{announcement.lang}">\n{html}\n</div>'
        image = announcement.image
        return Entry(
            id=permanent_id(announcement, self.publication.settings),
            url=_strict(story.url),
            title=clean_text(announcement.title),
            summary=clean_text(announcement.summary),
            html=html,
            lang=announcement.lang,
            published=announcement.date.astimezone(UTC),
            updated=announcement.updated.astimezone(UTC),
            authors=tuple(Author(clean_text(each.name), url=_strict(each.url)) for each in announcement.authors),
            labels=tuple(clean_text(tag.label) for tag in announcement.tags),
            lead=_lead(announcement, image.src) if image else None,
            enclosures=tuple(_enclosures(announcement)),
        )


def _lead(announcement: Announcement, src: str) -> Lead:
    target = announcement.targets[src]
    return Lead(_strict(target.url), target.asset)


def _strict(address: str) -> str:
    """The address with brackets percent-encoded: browsers take them, RFC 3986 does not, but for a host in brackets."""
    head, slashes, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return head + slashes + host + slash + path.replace("[", "%5B").replace("]", "%5D")


def _enclosures(announcement: Announcement) -> Iterable[Enclosure]:
    for each in announcement.attachments:
        target = announcement.targets[each.src]
        if target.asset:
            yield Enclosure(target.url, clean_text(each.title), target.asset.media_type, target.asset.size)


def instants(announcements: Iterable[Announcement]) -> Mapping[str, datetime]:
    """When each announcement was updated, in UTC, by stem; `announcements` are newest first.

    No two are equal: feed readers sort by this, and validators warn of equal ones. Announcements of
    one instant (days without an hour, say) are milliseconds apart, in the order they have anyway.
    """
    taken: dict[datetime, int] = {}
    found: dict[str, datetime] = {}
    for announcement in reversed(tuple(announcements)):
        instant = announcement.updated.astimezone(UTC)
        place = taken.get(instant, 0)
        taken[instant] = place + 1
        found[announcement.stem] = instant + place * _TICK
    return found
