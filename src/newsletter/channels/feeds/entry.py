"""Convert announcements to feed entries, which contain the data for every feed format."""

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

_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file attached to an entry; `size` is in bytes."""

    url: str
    title: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead image of an entry: its URL, and its file if the project contains it."""

    url: str
    asset: Asset | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A feed entry: clean texts, absolute URLs, dates in UTC.

    `html` is the content. It contains only allowed elements, but the writer still has to remove
    forbidden characters (see `sanitize.encode`).
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
    """Creates the feed entries of one publication."""

    def __init__(self, site: Site, template: Template) -> None:
        self.site = site
        self.publication: Publication = site.publication
        self.template = template
        self.addressing = absolute(site.publication)

    def make(self, announcement: Announcement, *, short: bool) -> Entry:
        """Return the entry for an announcement, with the whole content.

        If `short`, the content is only the summary and a link to the announcement's page.
        """
        story = Story(announcement, self.publication, self.site.words(announcement.lang), self.addressing)
        return self._entry(story, self._html(story, short=short))

    def _html(self, story: Story, *, short: bool) -> str:
        values = {"story": as_content(story), "t": story.words, "short": short}
        return clean_html(self.template.render(values)).strip("\n")

    def _entry(self, story: Story, html: str) -> Entry:
        announcement = story.of
        if story.words.dir == "rtl":
            # Most readers ignore xml:lang.
            html = f'<div dir="rtl" lang="{announcement.lang}">\n{html}\n</div>'
        image = announcement.image
        return Entry(
            id=permanent_id(announcement, self.publication.settings),
            url=_strict_url(story.url),
            title=clean_text(announcement.title),
            summary=clean_text(announcement.summary),
            html=html,
            lang=announcement.lang,
            published=announcement.date.astimezone(UTC),
            updated=announcement.updated.astimezone(UTC),
            authors=tuple(Author(clean_text(each.name), url=_strict_url(each.url)) for each in announcement.authors),
            labels=tuple(clean_text(tag.label) for tag in announcement.tags),
            lead=_lead(announcement, image.src) if image else None,
            enclosures=tuple(_enclosures(announcement)),
        )


def _lead(announcement: Announcement, src: str) -> Lead:
    target = announcement.targets[src]
    return Lead(_strict_url(target.url), target.asset)


def _strict_url(address: str) -> str:
    """Percent-encode the brackets after the host, which browsers accept but RFC 3986 forbids there."""
    scheme, slashes, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return scheme + slashes + host + slash + path.replace("[", "%5B").replace("]", "%5D")


def _enclosures(announcement: Announcement) -> Iterable[Enclosure]:
    for each in announcement.attachments:
        target = announcement.targets[each.src]
        if target.asset:
            yield Enclosure(target.url, clean_text(each.title), target.asset.media_type, target.asset.size)


def update_times(announcements: Iterable[Announcement]) -> Mapping[str, datetime]:
    """Return the update time of each announcement, in UTC, by stem. `announcements` are newest first.

    All times are distinct, because feed readers sort by them and validators warn about equal times.
    Announcements with the same time, such as those that have only a date, are set one millisecond
    apart, in order.
    """
    counts: dict[datetime, int] = {}
    times: dict[str, datetime] = {}
    for announcement in reversed(tuple(announcements)):
        instant = announcement.updated.astimezone(UTC)
        number = counts.get(instant, 0)
        counts[instant] = number + 1
        times[announcement.stem] = instant + number * _STEP
    return times
