"""people: the page /feeds/, for those who have never heard of feeds, and for those who look for one."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.channels.feeds.selection import FeedSelection
from newsletter.model import Artefact
from newsletter.theme.pages import Page, Site

NEWEST = 5  # titles that show what is in the main feed


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed as the page shows it; the addresses are absolute, for a reader's field."""

    label: str
    lang: str
    atom: str
    rss: str
    json: str


def page(site: Site, heads: Sequence[FeedMetadata], plan: FeedSelection) -> Artefact:
    """The page. `heads` are those of the plan's feeds to subscribe to, in its order."""
    settings = site.publication.settings
    words = site.words(settings.language)
    labels = [settings.title, *(tag.label for tag in site.tags)]
    labels += [words.language(feed.lang) for feed in plan.languages]
    offers = [
        Offer(label, told.lang, told.address("atom"), told.address("rss"), told.address("json"))
        for label, told in zip(labels, heads, strict=True)
    ]
    first_language = 1 + len(plan.tags)
    made = Page(
        path="feeds/index.html", lang=settings.language, title=words("feeds_title"),
        description=words("feeds_about", title=settings.title), canonical=f"{settings.url}feeds/index.html",
        share=site.share(),
    )  # fmt: skip
    return site.render(
        "feeds", made, main=offers[0], tags=tuple(offers[1:first_language]),
        # A publication in one language has its feed above.
        languages=tuple(offers[first_language:]) if len(plan.languages) > 1 else (),
        newest=plan.main.announcements[:NEWEST], archives=tuple(month for month, _ in plan.months),
    )  # fmt: skip
