"""Render the web site: a page for each announcement, issue and tag, the index, calendar files, sitemap and assets."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TypeVar

from newsletter.channels.site.pages import Pages
from newsletter.channels.site.sitemap import sitemap
from newsletter.model import Announcement, Artefact, IssueFile, Job, Publication
from newsletter.model.problems import Problems
from newsletter.theme.pages import Site
from newsletter.theme.templates import Templates
from newsletter.workers import JOB_SIZE, batches

Item = TypeVar("Item")


def jobs(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Job]:
    """Yield the jobs that render `site/`, except the feeds. Raises Aborted if the theme has an error."""
    pages = Pages(Site(publication, templates))
    for announcements in batches(publication.announcements, JOB_SIZE):
        yield partial(_each, pages.announcement, announcements)
    for issues in batches(publication.issues):
        yield partial(_each, pages.issue, issues)
    for tags in batches(pages.site.tags):
        yield partial(_each, pages.tag, tags)
    yield partial(_shared_files, pages)


def _each(render: Callable[[Item], Iterator[Artefact]], items: Iterable[Item]) -> Iterator[Artefact]:
    return chain.from_iterable(map(render, items))


def _shared_files(pages: Pages) -> Iterator[Artefact]:
    """Yield the files that do not belong to a single announcement, issue or tag."""
    site, publication = pages.site, pages.publication
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
