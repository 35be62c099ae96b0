"""Compute the metadata of a feed, such as its title, URLs and links, for every format."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.channels.feeds.sanitize import clean_text
from newsletter.channels.feeds.selection import Feed, Kind
from newsletter.model import FEED_MEDIA_TYPES, Publication
from newsletter.text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMetadata:
    """The texts and URLs of a feed.

    `site` is the URL of the publication's site, and `home` the URL of the feed's page. `description`,
    `hub` and `logo` may be empty.
    """

    feed: Feed
    id: str
    title: str
    description: str
    author: str
    lang: str
    site: str
    home: str
    hub: str
    logo: str
    updated: datetime

    @property
    def is_archive(self) -> bool:
        """Whether the feed is an archive, whose entries are permanent (RFC 5005)."""
        return self.feed.is_archive

    @property
    def css(self) -> str:
        """The URL of the style sheet, relative to the feed."""
        return "../" * self.feed.name.count("/") + "feed.css"

    def address(self, kind: Kind, name: str | None = None) -> str:
        """Return the absolute URL of this feed, or of the feed called `name`, in the format `kind`."""
        feed = self.feed if name is None else Feed(name=name, title="", lang="", home="", announcements=())
        return self.site + feed.path(kind)

    def links(self, kind: Kind) -> Mapping[str, tuple[str, str]]:
        """Return the media type and URL of each link of the feed, by link relation."""
        media_type = FEED_MEDIA_TYPES[kind]
        links = {"self": (media_type, self.address(kind)), "alternate": ("text/html", self.home)}
        if self.hub:
            links["hub"] = ("", self.hub)
        if self.is_archive:
            links["current"] = (media_type, self.address(kind, ""))
        if self.feed.previous:
            links["prev-archive"] = (media_type, self.address(kind, self.feed.previous))
        return links


def metadata(feed: Feed, publication: Publication, updated: datetime | None) -> FeedMetadata:
    """Return the metadata of `feed`. `updated` is the update time of its newest entry.

    `updated` is None for an empty feed, which gets the date in the authority setting instead.
    """
    settings = publication.settings
    return FeedMetadata(
        feed=feed,
        id=f"tag:{settings.authority}:feeds/{feed.logical}",
        title=clean_text(feed.title),
        description=clean_text(one_line(feed.description)),
        author=clean_text(settings.organisation.name or settings.title),
        lang=feed.lang,
        site=settings.url,
        home=feed.home,
        hub="" if feed.is_archive else settings.feeds.hub,
        logo=settings.url + publication.logo.path if publication.logo else "",
        updated=updated or _authority_date(settings.authority),
    )


def _authority_date(authority: str) -> datetime:
    """Return the first instant of the year, month or day in an authority such as `example.org,2024-11`."""
    year, month, day = (*map(int, authority.rpartition(",")[2].split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)
