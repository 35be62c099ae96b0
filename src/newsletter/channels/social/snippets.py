"""rendering: every announcement and every issue as snippets, their JSON, and the pages that show them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from newsletter.channels.social.checks import SnippetChecker
from newsletter.channels.social.json_export import as_json
from newsletter.channels.social.overview import Overview
from newsletter.channels.social.writing.blocks import FILTERS
from newsletter.channels.social.writing.composer import Composer
from newsletter.channels.social.writing.material import Material, of_announcement, of_issue
from newsletter.channels.social.writing.post import Post
from newsletter.model import Announcement, Artefact, Issue, Publication
from newsletter.model.problems import Problems
from newsletter.theme.templates import Templates
from newsletter.theme.vocabulary import Catalog

__all__ = ["FILTERS", "PAGE", "Snippets", "render"]

PAGE = 50  # announcements and issues on a page of the overview


class Snippets:
    """Makes the snippets of one publication."""

    def __init__(self, publication: Publication, templates: Templates, problems: Problems) -> None:
        self.publication = publication
        self.templates = templates
        self.composer = Composer(publication.settings, templates)
        self.judge = SnippetChecker(problems, publication.settings)
        self.words = Catalog(templates, publication.settings.timezone)
        self._stems = {announcement.stem for announcement in publication.announcements}

    def material(self, of: Announcement | Issue) -> Material:
        """What the snippets of an announcement or issue are made of."""
        words = self.words(of.lang)
        if isinstance(of, Announcement):
            return of_announcement(of, self.publication, words)
        material = of_issue(of, self.publication, words)
        # An announcement may be called as an issue is; on the site they lie in different folders.
        return replace(material, stem=f"issue-{of.stem}") if of.stem in self._stems else material

    def posts(self, materials: Sequence[Material]) -> list[tuple[Post, ...]]:
        """The texts of every platform for each of these; what is wrong with one is reported."""
        composed = self.composer.all_posts(materials)
        for material, posts in zip(materials, composed, strict=True):
            self.judge.material(material, posts)
        return composed


def render(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Artefact]:
    """The files under `social/`, newest first. A text that its platform refuses is an error at its line."""
    snippets = Snippets(publication, templates, problems)
    everything: list[Announcement | Issue] = [*publication.announcements, *publication.issues]
    everything.sort(key=lambda each: each.date, reverse=True)
    count = max(1, -(-len(everything) // PAGE))
    overview = Overview(publication, templates, snippets.words(publication.settings.language), count)
    for number in publication.share.of(range(count)):
        materials = [snippets.material(each) for each in everything[number * PAGE : (number + 1) * PAGE]]
        composed = list(zip(materials, snippets.posts(materials), strict=True))
        yield from [file for each in zip(composed, as_json(composed), strict=True) for file in _files(*each)]
        yield overview.page(number, [(material, posts) for material, posts in composed if posts])


def _files(composed: tuple[Material, tuple[Post, ...]], told: bytes) -> Iterator[Artefact]:
    material, posts = composed
    for post in posts:
        yield Artefact(f"social/{material.stem}.{post.suffix}", post.text.encode(), "text/plain", material.origin)
    yield Artefact(f"social/{material.stem}.json", told, "application/json", material.origin)
