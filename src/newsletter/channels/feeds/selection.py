"""Select the feeds of a publication, with their names, titles and announcements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Literal

from newsletter.model import Announcement
from newsletter.theme.pages import Site, TagPage

Kind = Literal["atom", "rss", "json"]
ENDINGS: Mapping[Kind, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "json"}
MAIN: Mapping[Kind, str] = {"atom": "feeds/atom.xml", "rss": "feeds/rss.xml", "json": "feeds/feed.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, independent of its format.

    `name` is the path below site/feeds without its ending, or "" for the main feed. `logical` is the
    permanent name used in the feed's id. `announcements` are newest first. `home` is the URL of the
    feed's page. An archive permanently contains the announcements of one month (RFC 5005). `previous`
    is the name of the newest archive that is older than this feed, or "".
    """

    name: str = ""
    logical: str = "main"
    title: str
    description: str = ""
    lang: str
    home: str
    announcements: tuple[Announcement, ...]
    previous: str = ""
    is_archive: bool = False

    def path(self, kind: Kind) -> str:
        """Return the path of the feed in the format `kind`, relative to outbox/site."""
        return f"feeds/{self.name}.{ENDINGS[kind]}" if self.name else MAIN[kind]


class FeedSelection:
    """The feeds of one publication."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.publication = site.publication
        self.settings = site.publication.settings

    @cached_property
    def main(self) -> Feed:
        """The main feed of the publication."""
        return Feed(
            title=self.settings.title, description=self.settings.description, lang=self.settings.language,
            home=self.settings.url, announcements=self.newest_of(_one_version(self.publication.announcements)),
            previous=self._archive_name(0),
        )  # fmt: skip

    @cached_property
    def tags(self) -> tuple[Feed, ...]:
        """A feed for each tag, in the order of `Site.tags`."""
        return tuple(self._tag(tag) for tag in self.site.tags)

    @cached_property
    def languages(self) -> tuple[Feed, ...]:
        """A feed for each language. The publication's own language comes first."""
        # On many file systems, names that differ only in case are the same file.
        by_folded = {lang.lower(): lang for lang in reversed(self.publication.languages)}
        return tuple(self._language(lang) for lang in reversed(by_folded.values()))

    @cached_property
    def months(self) -> tuple[tuple[str, tuple[Announcement, ...]], ...]:
        """The announcements for the archive of each month, newest month first.

        A translation is left out only if the same month contains a version in the publication's language,
        because an archive must not depend on other months.
        """
        zone = self.settings.timezone

        def month(announcement: Announcement) -> tuple[int, int]:
            local = announcement.date.astimezone(zone)
            return local.year, local.month

        groups = groupby(self.publication.announcements, key=month)
        return tuple((f"{year}-{number:02}", _one_version(tuple(group))) for (year, number), group in groups)

    def archive(self, number: int) -> Feed:
        """Return the archive feed of a month. `number` is an index into `months`."""
        name, announcements = self.months[number]
        return Feed(
            name=f"archive/{name}", title=self.settings.title, description=self.settings.description,
            lang=self.settings.language, home=self.settings.url, announcements=announcements,
            previous=self._archive_name(number + 1), is_archive=True,
        )  # fmt: skip

    @property
    def subscriptions(self) -> Iterator[Feed]:
        """All feeds except the archives: the main feed, then the tag feeds, then the language feeds."""
        yield self.main
        yield from self.tags
        yield from self.languages

    def _archive_name(self, number: int) -> str:
        return f"archive/{self.months[number][0]}" if number < len(self.months) else ""

    def _tag(self, tag: TagPage) -> Feed:
        words = self.site.words(tag.lang)
        return Feed(
            name=f"tags/{tag.slug}", logical=f"tags/{tag.slug}",
            title=words("feeds_of_tag", title=self.settings.title, tag=tag.label),
            description=words("web_about_tag", tag=tag.label), lang=tag.lang, home=self.settings.url + tag.page,
            announcements=self.newest_of(_one_version(tag.announcements)),
        )  # fmt: skip

    def _language(self, lang: str) -> Feed:
        settings = self.settings
        words = self.site.words(lang)
        announcements = (each for each in self.publication.announcements if each.lang.lower() == lang.lower())
        return Feed(
            name=f"lang/{lang}", logical=f"lang/{lang}",
            title=words("feeds_of_language", title=settings.title, language=words.language(lang)),
            description=settings.description if settings.is_default_language(lang) else "",
            lang=lang, home=settings.url, announcements=self.newest_of(announcements),
        )  # fmt: skip

    def newest_of(self, announcements: Iterable[Announcement]) -> tuple[Announcement, ...]:
        """Return the most recently updated announcements, in their original order.

        An old announcement returns to the feed when it is corrected.
        """
        candidates = tuple(announcements)
        # The input is nearly sorted, so sorted() is ten times as fast as heapq.nlargest().
        newest = sorted(candidates, key=attrgetter("updated"), reverse=True)[: self.settings.feeds.entries]
        stems = {each.stem for each in newest}
        return tuple([each for each in candidates if each.stem in stems])


def _one_version(announcements: Sequence[Announcement]) -> tuple[Announcement, ...]:
    """Remove each translation if `announcements` contains a version of it in the publication's language."""
    default_ids = {each.id for each in announcements if each.is_default_language}
    return tuple(each for each in announcements if each.is_default_language or each.id not in default_ids)
