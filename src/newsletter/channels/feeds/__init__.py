"""feeds: Atom, RSS and JSON Feed of the publication, each tag, language and month; OPML; a page for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.channels.feeds.atom_rss import write_atom, write_rss
from newsletter.channels.feeds.budget import EntryBudget
from newsletter.channels.feeds.entry import Entries, instants
from newsletter.channels.feeds.fastpath.header_templates import HeaderTemplates
from newsletter.channels.feeds.json_feed import write_json
from newsletter.channels.feeds.metadata import FeedMetadata, metadata
from newsletter.channels.feeds.opml import write_opml
from newsletter.channels.feeds.page import page
from newsletter.channels.feeds.selection import ENDINGS, Feed, FeedSelection
from newsletter.model import FEED_MEDIA_TYPES, Artefact, Publication
from newsletter.model.problems import Problems
from newsletter.theme.pages import Site
from newsletter.theme.templates import Templates


def render(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Artefact]:
    """The files under `site/feeds/`. Raises Aborted when the theme has a fault."""
    site, share = Site(publication, templates), publication.share
    plan = FeedSelection(site)
    pieces = EntryBudget(Entries(site, templates.get("feeds/entry.html")), problems)
    feeds = _Feeds(publication, pieces, HeaderTemplates())
    updated = instants(publication.announcements)
    if share.first:
        for feed in (plan.main, *plan.languages):
            yield from feeds.write(feed, updated)
    for feed in share.of(plan.tags):
        yield from feeds.write(feed, updated)
    for number in share.of(range(len(plan.months))):
        archive = plan.archive(number)
        # By what the month itself holds: an archive does not change with other months.
        yield from feeds.write(archive, instants(archive.announcements))
    if share.first:
        heads = tuple(_head(feed, publication, updated) for feed in plan.subscriptions)
        newest = max(each.updated for each in heads)
        opml = write_opml(heads, publication.settings.title, newest)
        yield Artefact("site/feeds/opml.xml", opml.encode(), "text/x-opml")
        yield page(site, heads, plan)
        opened = site.words(publication.settings.language)("feeds_opened")
        css = templates.get("feeds/feed.css").render({"brand": site.brand, "opened": opened})
        yield Artefact("site/feeds/feed.css", css.encode(), "text/css")


def _head(feed: Feed, publication: Publication, updated: Mapping[str, datetime]) -> FeedMetadata:
    return metadata(feed, publication, max((updated[each.stem] for each in feed.announcements), default=None))


@dataclass(frozen=True, slots=True)
class _Feeds:
    """Writes feeds in every format."""

    publication: Publication
    pieces: EntryBudget
    openings: HeaderTemplates

    def write(self, feed: Feed, updated: Mapping[str, datetime]) -> Iterator[Artefact]:
        """The feed in every format; `updated` says when each of its announcements was."""
        held, told = self.pieces.of(feed), _head(feed, self.publication, updated)
        entries = ((piece.lang, updated[piece.stem], piece.written.atom) for piece in held)
        written = {
            "atom": write_atom(told, self.openings.atom(told), entries),
            "rss": write_rss(told, self.openings.rss(told), (piece.written.rss for piece in held)),
            "json": write_json(told, (piece.written.json for piece in held)),
        }
        for kind in ENDINGS:
            yield Artefact(f"site/{feed.path(kind)}", b"".join(written[kind]), FEED_MEDIA_TYPES[kind])
