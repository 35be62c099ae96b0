"""rendering: what one announcement or issue becomes, by the classes and functions that `build` uses.

A channel without classes of its own here is given a publication that holds one announcement only:
what it makes of it is what a build makes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from newsletter.channels import CHANNELS, channel
from newsletter.channels.email import Mails
from newsletter.channels.email.styles import Theme
from newsletter.channels.site.calendar import calendar
from newsletter.channels.site.pages import Pages
from newsletter.model import Announcement, Artefact, Issue, Publication
from newsletter.rules.rendered.inspection import Inspection
from newsletter.rules.rendered.project import ProjectSettings
from newsletter.theme.pages import Site
from newsletter.theme.templates import Templates

Subject = Announcement | Issue


def as_published(announcement: Announcement, now: datetime) -> tuple[Announcement, datetime]:
    """The announcement without what hides it at `now`, and the first moment at which it is then on view."""
    shown = replace(announcement, draft=False) if announcement.draft else announcement
    if shown.expires is not None and shown.expires <= max(now, shown.date):
        shown = replace(shown, expires=None)
    return shown, max(now, shown.date)


def render(
    root: Path, publication: Publication, subject: Subject, name: str, templates: Templates
) -> Iterator[Artefact]:
    """The files that the channel `name` (email, site, …) makes of `subject`. Raises Aborted when the theme fails."""
    problems = templates.problems
    if name == "email":
        inspection = Inspection(
            ProjectSettings(root, publication.settings), publication, templates, problems, thorough=True
        )
        mails = Mails(publication, Theme(publication, templates, problems), templates)
        for artefact in mails.issue(subject) if isinstance(subject, Issue) else mails.announcement(subject):
            inspection.add(artefact)
            yield artefact
        inspection.finish()
    elif name == "site":
        yield from _pages_of(Pages(Site(publication, templates)), subject)
    elif name in CHANNELS:
        alone = replace(publication, announcements=(), issues=())
        if isinstance(subject, Issue):
            alone = replace(alone, issues=(subject,))
        else:
            alone = replace(alone, announcements=(subject,))
        yield from channel(name)(alone, templates, problems)


def _pages_of(pages: Pages, subject: Subject) -> Iterator[Artefact]:
    if isinstance(subject, Issue):
        yield from pages.issue(subject)
        return
    yield from pages.announcement(subject)
    if subject.event:
        data = calendar(subject, pages.publication)
        yield Artefact(f"site/{subject.stem}.ics", data, "text/calendar", subject.source.path)


@dataclass(slots=True)
class Website:
    """The site of one publication, a page at a time. `page` knows what a build would write and nothing else."""

    publication: Publication
    templates: Templates
    _pages: Pages = field(init=False)
    _made: dict[str, Artefact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pages = Pages(Site(self.publication, self.templates))

    def page(self, path: str) -> Artefact | None:
        """The file `path` of outbox/site; None when there is none. Raises Aborted when the theme fails."""
        if path not in self._made:
            for artefact in self._holder(path):
                self._made[artefact.path.removeprefix("site/")] = artefact
        return self._made.get(path)

    def _holder(self, path: str) -> Iterator[Artefact]:
        """What the file is made with."""
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
            yield from channel("feeds")(publication, self.templates, self.templates.problems)
        elif path.startswith("tags/"):
            yield from chain.from_iterable(pages.tag(tag) for tag in pages.site.tags if tag.page == path)
        else:
            subjects: tuple[Subject, ...] = (*publication.announcements, *publication.issues)
            found = (each for each in subjects if path in _paths_of(each))
            yield from chain.from_iterable(_pages_of(pages, each) for each in found)


def _paths_of(subject: Subject) -> tuple[str, ...]:
    """The pages and files of one announcement or issue."""
    if isinstance(subject, Issue):
        return (subject.page,)
    tail = subject.page.removeprefix(subject.slug)
    return subject.page, f"{subject.stem}.ics", *(f"{alias}{tail}" for alias in subject.aliases)
