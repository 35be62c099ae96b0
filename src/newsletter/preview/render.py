"""Render one announcement or issue, with the classes and functions that `build` uses.

Mails and pages are rendered individually. The other channels render a publication reduced to that one subject.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from newsletter import channels
from newsletter.channels import CHANNELS
from newsletter.channels.email import Mails
from newsletter.channels.email.styles import Theme
from newsletter.channels.site.pages import Pages
from newsletter.model import Announcement, Artefact, Issue, Publication
from newsletter.rules.rendered.inspection import Inspection
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.theme.pages import Site
from newsletter.theme.templates import Templates

Subject = Announcement | Issue


def as_published(announcement: Announcement, now: datetime) -> tuple[Announcement, datetime]:
    """Return a copy that is neither a draft nor expired, and the first moment, not before `now`, when it is public."""
    public = replace(announcement, draft=False) if announcement.draft else announcement
    if public.expires is not None and public.expires <= max(now, public.date):
        public = replace(public, expires=None)
    return public, max(now, public.date)


def render(
    root: Path, publication: Publication, subject: Subject, name: str, templates: Templates
) -> Iterator[Artefact]:
    """Yield the files of `subject` in the channel `name` (email, site, …). Raises Aborted on a theme error."""
    problems = templates.problems
    if name == "email":
        inspection = Inspection(
            ProjectSettings(root, publication.settings), publication, templates, problems, thorough=True
        )
        mails = Mails(publication, Theme(publication, templates, problems), templates)
        for artefact in mails.issue(subject) if isinstance(subject, Issue) else mails.announcement(subject):
            inspection.add(artefact)
            yield artefact
        inspection.finish_all([inspection.finish()])
    elif name == "site":
        yield from _pages_of(Pages(Site(publication, templates)), subject)
    elif name in CHANNELS:
        if isinstance(subject, Issue):
            reduced = replace(publication, announcements=(), issues=(subject,))
        else:
            reduced = replace(publication, announcements=(subject,), issues=())
        yield from channels.render(name, reduced, templates, problems)


def _pages_of(pages: Pages, subject: Subject) -> Iterator[Artefact]:
    if isinstance(subject, Issue):
        yield from pages.issue(subject)
        return
    yield from pages.announcement(subject)


@dataclass(slots=True)
class Website:
    """The site of a publication, rendered page by page on demand."""

    publication: Publication
    templates: Templates
    _pages: Pages = field(init=False)
    _artefacts: dict[str, Artefact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pages = Pages(Site(self.publication, self.templates))

    def page(self, path: str) -> Artefact | None:
        """Return the file that a build would write to site/`path`, or None. Raises Aborted on a theme error."""
        if path not in self._artefacts:
            for artefact in self._render(path):
                self._artefacts[artefact.path.removeprefix("site/")] = artefact
        return self._artefacts.get(path)

    def _render(self, path: str) -> Iterator[Artefact]:
        """Yield the file `path`, if it exists, and the files rendered together with it."""
        pages, publication = self._pages, self.publication
        if path == "index.html":
            yield from pages.index()
        elif path == "404.html":
            yield from pages.not_found()
        elif path.startswith("assets/"):
            yield pages.site.stylesheet
            for asset in publication.assets:
                if asset.path == path:
                    yield Artefact(f"site/{path}", b"", asset.media_type, "", asset)
        elif path.startswith("feeds/") and "feeds" in CHANNELS:
            yield from channels.render("feeds", publication, self.templates, self.templates.problems)
        elif path.startswith("tags/"):
            yield from chain.from_iterable(pages.tag(tag) for tag in pages.site.tags if tag.page == path)
        else:
            subjects: tuple[Subject, ...] = (*publication.announcements, *publication.issues)
            yield from chain.from_iterable(_pages_of(pages, each) for each in subjects if path in _paths_of(each))


def _paths_of(subject: Subject) -> tuple[str, ...]:
    """Return the paths, relative to outbox/site, of the files of one announcement or issue."""
    if isinstance(subject, Issue):
        return (subject.page,)
    suffix = subject.page.removeprefix(subject.slug)
    return subject.page, f"{subject.stem}.ics", *(f"{alias}{suffix}" for alias in subject.aliases)
