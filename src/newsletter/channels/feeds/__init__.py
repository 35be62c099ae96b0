"""Render feeds in Atom, RSS and JSON: the main feed, and one feed for each tag, language and month.

Also renders the list of feeds in OPML, and the web page that presents them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from newsletter.channels.feeds.atom_rss import write_atom, write_rss
from newsletter.channels.feeds.budget import EntryBudget
from newsletter.channels.feeds.entry import Entries, update_times
from newsletter.channels.feeds.json_feed import write_json
from newsletter.channels.feeds.metadata import FeedMetadata, metadata
from newsletter.channels.feeds.opml import write_opml
from newsletter.channels.feeds.page import page
from newsletter.channels.feeds.selection import ENDINGS, Feed, FeedSelection
from newsletter.model import FEED_MEDIA_TYPES, Artefact, Job, Publication
from newsletter.model.problems import Problems
from newsletter.theme.pages import Site
from newsletter.theme.templates import Templates
from newsletter.workers import batches

_TAGS, _MONTHS = 8, 12  # feeds and archives in a job


def jobs(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Job]:
    """Yield the jobs that render `site/feeds/`. Raises Aborted if the theme has an error."""
    site = Site(publication, templates)
    selection = FeedSelection(site)
    budget = EntryBudget(Entries(site, templates.get("feeds/entry.html")), problems)
    feeds = _FeedWriter(publication, selection, budget, update_times(publication.announcements))
    yield partial(feeds.each, (selection.main, *selection.languages))
    for tags in batches(selection.tags, _TAGS):
        yield partial(feeds.each, tags)
    for numbers in batches(range(len(selection.months)), _MONTHS):
        yield partial(feeds.archives, numbers)
    yield partial(_presentation, feeds, site)


def _presentation(feeds: "_FeedWriter", site: Site) -> Iterator[Artefact]:
    """Yield the page that presents the feeds, with its stylesheet, and their list in OPML."""
    publication, templates = feeds.publication, site.templates
    subscriptions = tuple(_metadata(feed, publication, feeds.updated) for feed in feeds.selection.subscriptions)
    newest = max(each.updated for each in subscriptions)
    opml = write_opml(subscriptions, publication.settings.title, newest)
    yield Artefact("site/feeds/opml.xml", opml.encode(), "text/x-opml")
    yield page(site, subscriptions, feeds.selection)
    opened = site.words(publication.settings.language)("feeds_opened")
    css = templates.get("feeds/feed.css").render({"brand": site.brand, "opened": opened})
    yield Artefact("site/feeds/feed.css", css.encode(), "text/css")


def _metadata(feed: Feed, publication: Publication, updated: Mapping[str, datetime]) -> FeedMetadata:
    return metadata(feed, publication, max((updated[each.stem] for each in feed.announcements), default=None))


@dataclass(frozen=True, slots=True)
class _FeedWriter:
    """Writes feeds in every format. `updated` maps an announcement's stem to its update time."""

    publication: Publication
    selection: FeedSelection
    budget: EntryBudget
    updated: Mapping[str, datetime]

    def each(self, feeds: Iterable[Feed]) -> Iterator[Artefact]:
        """Yield these feeds in every format."""
        for feed in feeds:
            yield from self._write(feed, self.updated)

    def archives(self, numbers: Iterable[int]) -> Iterator[Artefact]:
        """Yield the archives of these months (indices into `selection.months`) in every format."""
        for number in numbers:
            archive = self.selection.archive(number)
            # Make times distinct within the month only, because an archive must not depend on other months.
            yield from self._write(archive, update_times(archive.announcements))

    def _write(self, feed: Feed, updated: Mapping[str, datetime]) -> Iterator[Artefact]:
        entries, meta = self.budget.select(feed), _metadata(feed, self.publication, updated)
        atom_entries = ((each.lang, updated[each.stem], each.lines.atom) for each in entries)
        documents = {
            "atom": write_atom(meta, atom_entries),
            "rss": write_rss(meta, (each.lines.rss for each in entries)),
            "json": write_json(meta, (each.lines.json for each in entries)),
        }
        for kind in ENDINGS:
            yield Artefact(f"site/{feed.path(kind)}", b"".join(documents[kind]), FEED_MEDIA_TYPES[kind])
