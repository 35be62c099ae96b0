"""rendering: every announcement and every issue as snippets, their JSON, and the page that shows them."""

from collections.abc import Iterator
from dataclasses import replace

from newsletter.channels.social.composing import Composer
from newsletter.channels.social.faults import Judge
from newsletter.channels.social.material import Material, of_announcement, of_issue
from newsletter.channels.social.overview import Overview
from newsletter.channels.social.posts import as_json
from newsletter.model import Artefact, Publication
from newsletter.problems import Problems
from newsletter.templates import Templates, load_strings
from newsletter.words import Words


def render(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Artefact]:
    """The files under `social/`. A text that its platform refuses is an error at its line."""
    composer = Composer(publication.settings, templates)
    judge = Judge(problems, publication.settings)
    overview = Overview(publication, templates)
    for material in gather(publication, templates):
        posts = tuple(composer.posts(material))
        judge.material(material, posts)
        for post in posts:
            yield Artefact(f"social/{material.stem}.{post.suffix}", post.text.encode(), "text/plain", material.origin)
        yield Artefact(f"social/{material.stem}.json", as_json(material, posts), "application/json", material.origin)
        overview.add(material, posts)
    yield from overview.pages()


def gather(publication: Publication, templates: Templates) -> Iterator[Material]:
    """What there is to tell: announcements, then issues, each newest first."""
    known: dict[str, Words] = {}

    def words(lang: str) -> Words:
        if lang not in known:
            known[lang] = Words(lang, load_strings(templates, lang), publication.settings.timezone)
        return known[lang]

    for announcement in publication.announcements:
        yield of_announcement(announcement, publication, words(announcement.lang))
    taken = {announcement.stem for announcement in publication.announcements}
    for issue in publication.issues:
        material = of_issue(issue, publication, words(issue.lang))
        # An announcement may be called as an issue is; on the site they lie in different folders.
        yield replace(material, stem=f"issue-{issue.stem}") if issue.stem in taken else material
