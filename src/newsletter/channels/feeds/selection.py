"""Select the feeds of a publication: their names, their titles and their announcements."""

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
    """One feed in all its formats. `announcements` are newest first; `home` is the address of its page.

    `name` is the path in site/feeds without its ending, or "" for the main feed. An archive contains
    the announcements of one month permanently (RFC 5005); `previous` is the name of the newest archive
    that is older than this feed.
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
        """Return the path of the feed in this format, relative to outbox/site."""
        return f"feeds/{self.name}.{ENDINGS[kind]}" if self.name else MAIN[kind]


class FeedSelection:
    """The feeds of one publication."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.publication = site.publication
        self.settings = site.publication.settings

    @cached_property
    def main(self) -> Feed:
        """The publication's feed."""
        return Feed(
            title=self.settings.title, description=self.settings.description, lang=self.settings.language,
            home=self.settings.url, announcements=self.newest_of(_one_version(self.publication.announcements)),
            previous=self._archive_name(0),
        )  # fmt: skip

    @cached_property
    def tags(self) -> tuple[Feed, ...]:
        """A feed for each tag, sorted by label."""
        return tuple(self._tag(tag) for tag in self.site.tags)

    @cached_property
    def languages(self) -> tuple[Feed, ...]:
        """A feed for each language, the publication's first."""
        # Names that differ only in case would be the same file on many disks.
        by_folded = {lang.lower(): lang for lang in reversed(self.publication.languages)}
        return tuple(self._language(lang) for lang in reversed(by_folded.values()))

    @cached_property
    def months(self) -> tuple[tuple[str, tuple[Announcement, ...]], ...]:
        """Each month's announcements in the main feed, the newest month first.

        Translations are left out if a version in the publication's language is in the same month: an
        archive must not depend on other months.
        """
        zone = self.settings.timezone

        def month(announcement: Announcement) -> tuple[int, int]:
            local = announcement.date.astimezone(zone)
            return local.year, local.month

        groups = groupby(self.publication.announcements, key=month)
        return tuple((f"{year}-{number:02}", _one_version(tuple(group))) for (year, number), group in groups)

    def archive(self, number: int) -> Feed:
        """Return the archive of a month. `number` is an index into `months`."""
        name, announcements = self.months[number]
        return Feed(
            name=f"archive/{name}", title=self.settings.title, description=self.settings.description,
            lang=self.settings.language, home=self.settings.url, announcements=announcements,
            previous=self._archive_name(number + 1), is_archive=True,
        )  # fmt: skip

    @property
    def subscriptions(self) -> Iterator[Feed]:
        """All feeds except the archives: the main one, then by tag, then by language."""
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
        """Return the most recently updated ones, in the given order: a correction brings an old one back."""
        candidates = tuple(announcements)
        # They are nearly in this order already, so sorting takes a tenth of the time of heapq.nlargest.
        newest = sorted(candidates, key=attrgetter("updated"), reverse=True)[: self.settings.feeds.entries]
        stems = {each.stem for each in newest}
        return tuple([each for each in candidates if each.stem in stems])


def _one_version(announcements: Sequence[Announcement]) -> tuple[Announcement, ...]:
    """Return those in the publication's language, and the others that have no version in it among these."""
    default_ids = {each.id for each in announcements if each.is_default_language}
    return tuple(each for each in announcements if each.is_default_language or each.id not in default_ids)
