"""Render the page /feeds/, which explains feeds and lists the publication's feeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.channels.feeds.selection import FeedSelection
from newsletter.model import Artefact
from newsletter.theme.pages import Page, Site

NEWEST = 5  # number of titles shown from the main feed


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed on the page. Its URLs are absolute, so that they can be copied into a feed reader."""

    label: str
    lang: str
    atom: str
    rss: str
    json: str


def page(site: Site, feeds: Sequence[FeedMetadata], selection: FeedSelection) -> Artefact:
    """Return the page. `feeds` contains the metadata of `selection.subscriptions`, in the same order."""
    settings = site.publication.settings
    words = site.words(settings.language)
    labels = [settings.title, *(tag.label for tag in site.tags)]
    labels += [words.language(feed.lang) for feed in selection.languages]
    offers = [
        Offer(label, meta.lang, meta.address("atom"), meta.address("rss"), meta.address("json"))
        for label, meta in zip(labels, feeds, strict=True)
    ]
    first_language = 1 + len(selection.tags)
    about = Page(
        path="feeds/index.html", lang=settings.language, title=words("feeds_title"),
        description=words("feeds_about", title=settings.title), canonical=f"{settings.url}feeds/index.html",
        share=site.share(),
    )  # fmt: skip
    return site.render(
        "feeds", about, main=offers[0], tags=tuple(offers[1:first_language]),
        # With a single language, its feed would be the same as the main feed.
        languages=tuple(offers[first_language:]) if len(selection.languages) > 1 else (),
        newest=selection.main.announcements[:NEWEST], archives=tuple(month for month, _ in selection.months),
    )  # fmt: skip
