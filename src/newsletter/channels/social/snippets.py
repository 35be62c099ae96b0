"""Render announcements and issues as snippets, with their JSON and the overview pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from newsletter.channels.social.checks import SnippetChecker
from newsletter.channels.social.json_export import as_json
from newsletter.channels.social.overview import Overview
from newsletter.channels.social.writing.blocks import FILTERS
from newsletter.channels.social.writing.composer import Composer
from newsletter.channels.social.writing.material import Material, of_announcement, of_issue
from newsletter.channels.social.writing.post import Post
from newsletter.model import Announcement, Artefact, Issue, Job, Publication
from newsletter.model.problems import Problems
from newsletter.theme.templates import Templates
from newsletter.theme.vocabulary import Catalog

__all__ = ["FILTERS", "PAGE", "Snippets", "jobs"]

PAGE = 50  # announcements and issues per page of the overview


class Snippets:
    """Composes and checks the snippets of one publication."""

    def __init__(self, publication: Publication, templates: Templates, problems: Problems) -> None:
        self.publication = publication
        self.templates = templates
        self.composer = Composer(publication.settings, templates)
        self.checker = SnippetChecker(problems, publication.settings)
        self.words = Catalog(templates, publication.settings.timezone)
        self._stems = {announcement.stem for announcement in publication.announcements}

    def material(self, item: Announcement | Issue) -> Material:
        """Return the material for an announcement or issue."""
        words = self.words(item.lang)
        if isinstance(item, Announcement):
            return of_announcement(item, self.publication, words)
        material = of_issue(item, self.publication, words)
        # An announcement may have the same name as an issue, because the site puts them in different folders.
        return replace(material, stem=f"issue-{item.stem}") if item.stem in self._stems else material

    def posts(self, materials: Sequence[Material]) -> list[tuple[Post, ...]]:
        """Return the posts for all platforms, one tuple for each material, and report problems in them."""
        composed = self.composer.all_posts(materials)
        for material, posts in zip(materials, composed, strict=True):
            self.checker.check(material, posts)
        return composed


def jobs(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Job]:
    """Yield the jobs that render `social/`: one for each page of the overview, newest first.

    A text that its platform would reject is reported to `problems` as an error at its line.
    """
    snippets = Snippets(publication, templates, problems)
    items: list[Announcement | Issue] = [*publication.announcements, *publication.issues]
    items.sort(key=lambda each: each.date, reverse=True)
    count = max(1, -(-len(items) // PAGE))
    overview = Overview(publication, templates, snippets.words(publication.settings.language), count)
    for number in range(count):
        yield partial(_page, snippets, overview, number, items[number * PAGE : (number + 1) * PAGE])


def _page(
    snippets: Snippets, overview: Overview, number: int, items: Sequence[Announcement | Issue]
) -> Iterator[Artefact]:
    """Yield the files of the items that one page of the overview shows, and this page."""
    materials = [snippets.material(each) for each in items]
    composed = list(zip(materials, snippets.posts(materials), strict=True))
    for (material, posts), json in zip(composed, as_json(composed), strict=True):
        yield from _files(material, posts, json)
    yield overview.page(number, [(material, posts) for material, posts in composed if posts])


def _files(material: Material, posts: Sequence[Post], json: bytes) -> Iterator[Artefact]:
    for post in posts:
        yield Artefact(f"social/{material.stem}.{post.suffix}", post.text.encode(), "text/plain", material.origin)
    yield Artefact(f"social/{material.stem}.json", json, "application/json", material.origin)
