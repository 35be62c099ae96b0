"""plan: which feeds there are, what each is called, and which announcements it holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Literal

from newsletter.model import Announcement
from newsletter.theme.pages import Site, Subject

Kind = Literal["atom", "rss", "json"]
ENDINGS: Mapping[Kind, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "json"}
MAIN: Mapping[Kind, str] = {"atom": "feeds/atom.xml", "rss": "feeds/rss.xml", "json": "feeds/feed.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed in all its formats. `announcements` are newest first; `home` is the page it belongs to.

    `name` is its path in site/feeds without ending, empty for the main feed. An archive holds one
    month for good (RFC 5005); `previous` is the nearest archive that is older than what stands here.
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
        """The path of the feed in this format, relative to outbox/site."""
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
            home=self.settings.url, announcements=self.newest_of(_leading(self.publication.announcements)),
            previous=self._archive(0),
        )  # fmt: skip

    @cached_property
    def tags(self) -> tuple[Feed, ...]:
        """A feed for each tag, by label."""
        return tuple(self._tag(tag) for tag in self.site.tags)

    @cached_property
    def languages(self) -> tuple[Feed, ...]:
        """A feed for each language, the publication's first."""
        # Two spellings of one language would be two files of one name on many disks.
        spelled = {lang.lower(): lang for lang in reversed(self.publication.languages)}
        return tuple(self._language(lang) for lang in reversed(spelled.values()))

    @cached_property
    def months(self) -> tuple[tuple[str, tuple[Announcement, ...]], ...]:
        """Each month's announcements in the main feed, the newest month first.

        Whether another language's version stands there is decided within the month: an archive must
        not change with what other months hold.
        """
        zone = self.settings.timezone

        def month(announcement: Announcement) -> tuple[int, int]:
            local = announcement.date.astimezone(zone)
            return local.year, local.month

        groups = groupby(self.publication.announcements, key=month)
        return tuple((f"{year}-{number:02}", _leading(tuple(held))) for (year, number), held in groups)

    def archive(self, number: int) -> Feed:
        """The archive of a month, by its place in `months`."""
        name, held = self.months[number]
        return Feed(
            name=f"archive/{name}", title=self.settings.title, description=self.settings.description,
            lang=self.settings.language, home=self.settings.url, announcements=held,
            previous=self._archive(number + 1), is_archive=True,
        )  # fmt: skip

    @property
    def subscriptions(self) -> Iterator[Feed]:
        """All feeds but the archives."""
        yield self.main
        yield from self.tags
        yield from self.languages

    def _archive(self, number: int) -> str:
        return f"archive/{self.months[number][0]}" if number < len(self.months) else ""

    def _tag(self, tag: Subject) -> Feed:
        words = self.site.words(tag.lang)
        return Feed(
            name=f"tags/{tag.slug}", logical=f"tags/{tag.slug}",
            title=words("feeds_of_tag", title=self.settings.title, tag=tag.label),
            description=words("web_about_tag", tag=tag.label), lang=tag.lang, home=self.settings.url + tag.page,
            announcements=self.newest_of(_leading(tag.announcements)),
        )  # fmt: skip

    def _language(self, lang: str) -> Feed:
        settings = self.settings
        words = self.site.words(lang)
        held = (each for each in self.publication.announcements if each.lang.lower() == lang.lower())
        return Feed(
            name=f"lang/{lang}", logical=f"lang/{lang}",
            title=words("feeds_of_language", title=settings.title, language=words.language(lang)),
            description=settings.description if settings.is_default_language(lang) else "",
            lang=lang, home=settings.url, announcements=self.newest_of(held),
        )  # fmt: skip

    def newest_of(self, announcements: Iterable[Announcement]) -> tuple[Announcement, ...]:
        """Those that were updated last, in their order: a correction brings an old one back."""
        held = tuple(announcements)
        # Newest first, they are nearly in that order: to sort them takes a tenth of picking some.
        chosen = sorted(held, key=attrgetter("updated"), reverse=True)[: self.settings.feeds.entries]
        stems = {each.stem for each in chosen}
        return tuple([each for each in held if each.stem in stems])


def _leading(announcements: Sequence[Announcement]) -> tuple[Announcement, ...]:
    """Those in the publication's language, and those without a version in it among these."""
    own = {each.id for each in announcements if each.is_default_language}
    return tuple(each for each in announcements if each.is_default_language or each.id not in own)
