"""Render the web site: a page for each announcement, issue and tag, the index, calendar files, sitemap and assets."""

from collections.abc import Iterator

from newsletter.channels.site.calendar import calendar
from newsletter.channels.site.pages import Pages
from newsletter.channels.site.sitemap import sitemap
from newsletter.model import Announcement, Artefact, IssueFile, Publication
from newsletter.model.problems import Problems
from newsletter.theme.pages import Site
from newsletter.theme.templates import Templates


def render(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Artefact]:
    """Yield the files under `site/`, except the feeds. Raises Aborted if the theme has an error."""
    site, share = Site(publication, templates), publication.share
    pages = Pages(site)
    for announcement in share.of(publication.announcements):
        yield from pages.announcement(announcement)
        if announcement.event:
            path = f"site/{announcement.stem}.ics"
            yield Artefact(path, calendar(announcement, publication), "text/calendar", announcement.source.path)
    for issue in share.of(publication.issues):
        yield from pages.issue(issue)
    for tag in share.of(site.tags):
        yield from pages.tag(tag)
    if not share.first:
        return
    yield from pages.index()
    yield from pages.not_found()
    yield from sitemap(publication, site.tags)
    yield site.stylesheet
    yield from _assets(publication)


def _assets(publication: Publication) -> Iterator[Artefact]:
    """Yield the project files that pages show or link to. They are copied unchanged."""
    origins: dict[str, str] = {}
    files = (issue.file for issue in publication.issues if issue.file)
    holders: tuple[Announcement | IssueFile, ...] = (*publication.announcements, *files)
    for holder in holders:
        for target in holder.targets.values():
            if target.asset:
                origins.setdefault(target.asset.path, holder.source.path)
    for asset in publication.assets:
        yield Artefact(f"site/{asset.path}", b"", asset.media_type, origins.get(asset.path, ""), asset)
