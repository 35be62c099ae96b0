"""heads: what a feed says of itself, in whatever format."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.channels.feeds.sanitize import clean_text
from newsletter.channels.feeds.selection import Feed, Kind
from newsletter.model import FEED_MEDIA_TYPES, Publication
from newsletter.text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMetadata:
    """A feed's own words and addresses. `site` is where everything is published, `logo` may be empty."""

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
        """Whether its entries stay for good."""
        return self.feed.is_archive

    @property
    def css(self) -> str:
        """Where a browser finds the style sheet, seen from the feed."""
        return "../" * self.feed.name.count("/") + "feed.css"

    def address(self, kind: Kind, name: str | None = None) -> str:
        """The absolute address of this feed in one format, or of another one by name."""
        feed = self.feed if name is None else Feed(name=name, title="", lang="", home="", announcements=())
        return self.site + feed.path(kind)

    def links(self, kind: Kind) -> Mapping[str, tuple[str, str]]:
        """Media type and address of what the feed is linked with, by relation."""
        mine = FEED_MEDIA_TYPES[kind]
        found = {"self": (mine, self.address(kind)), "alternate": ("text/html", self.home)}
        if self.hub:
            found["hub"] = ("", self.hub)
        if self.is_archive:
            found["current"] = (mine, self.address(kind, ""))
        if self.feed.previous:
            found["prev-archive"] = (mine, self.address(kind, self.feed.previous))
        return found


def metadata(feed: Feed, publication: Publication, updated: datetime | None) -> FeedMetadata:
    """What `feed` says of itself; `updated` is its newest entry's. An empty one is as old as the authority."""
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
        updated=updated or _founded(settings.authority),
    )


def _founded(authority: str) -> datetime:
    """The first moment of the year, month or day that the authority names."""
    year, month, day = (*map(int, authority.rpartition(",")[2].split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)
