"""Compose a publication from checked announcements: the ones visible at a given time, and their issues.

Only this module decides what is visible. Channels get the resulting publication, and never see hidden announcements.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from newsletter import load, markdown
from newsletter.compose.issues import compose_issues
from newsletter.model import Announcement, Asset, Issue, IssueFile, Publication, Reference, Settings, Source, Target
from newsletter.model.problems import Place, Problems

State = Literal["public", "scheduled", "draft", "expired"]


def is_visible(announcement: Announcement, now: datetime) -> bool:
    """Return whether an announcement is published at `now`: it is not a draft, not in the future and not expired."""
    expired = announcement.expires is not None and announcement.expires <= now
    return not announcement.draft and announcement.date <= now and not expired


def state(announcement: Announcement, now: datetime) -> State:
    """Return the state of an announcement at `now`: "public", or the reason why it is hidden."""
    if is_visible(announcement, now):
        return "public"
    if announcement.draft:
        return "draft"
    return "scheduled" if announcement.date > now else "expired"


def compose(
    settings: Settings,
    announcements: Iterable[Announcement],
    issue_files: Iterable[IssueFile],
    now: datetime,
    problems: Problems,
    *,
    paths: frozenset[str] = frozenset(),
    logo: Asset | None = None,
) -> Publication:
    """Return the publication as of `now`.

    `paths` contains the project paths of all announcement files, including those with errors, so that links to them are
    reported as hidden, not as missing. Broken links and unknown ids in issue files are added to `problems`.
    """
    all_announcements = tuple(announcements)
    visible = tuple(a for a in all_announcements if is_visible(a, now))
    pages = {a.source.path: a for a in visible}
    links = _LinkResolver(settings, pages, paths | {a.source.path for a in all_announcements}, problems)
    announcements = sorted(
        (replace(a, targets=links.resolve(a)) if links.is_needed(a) else a for a in visible),
        key=lambda a: a.id,
    )
    announcements.sort(key=lambda a: a.date, reverse=True)
    all_ids = frozenset(a.id for a in all_announcements)
    issues = tuple(
        replace(issue, file=replace(issue.file, targets=links.resolve(issue.file))) if issue.file else issue
        for issue in compose_issues(settings, tuple(announcements), issue_files, now, all_ids, problems)
    )
    versions: dict[str, list[Announcement]] = {}
    for announcement in announcements:
        versions.setdefault(announcement.id, []).append(announcement)
    return Publication(
        settings, now, tuple(announcements), issues, _assets(announcements, issues, logo), logo,
        {key: tuple(sorted(group, key=lambda a: a.lang)) for key, group in versions.items()},
    )  # fmt: skip


def _assets(announcements: Iterable[Announcement], issues: Iterable[Issue], logo: Asset | None) -> tuple[Asset, ...]:
    documents: list[Announcement | IssueFile] = [*announcements, *(issue.file for issue in issues if issue.file)]
    assets = {
        target.asset.path: target.asset
        for document in documents
        for target in document.targets.values()
        if target.asset
    }
    if logo is not None:
        assets[logo.path] = logo
    return tuple(assets[path] for path in sorted(assets))


class _LinkResolver:
    """Replaces links to the `.md` file of an announcement with links to its page."""

    def __init__(
        self,
        settings: Settings,
        pages: Mapping[str, Announcement],
        paths: frozenset[str] | set[str],
        problems: Problems,
    ) -> None:
        self.settings = settings
        self.pages = pages
        self.paths = paths
        self.problems = problems

    def is_needed(self, document: Announcement | IssueFile) -> bool:
        return any(target.announcement for target in document.targets.values())

    def resolve(self, document: Announcement | IssueFile) -> dict[str, Target]:
        places = _PlaceFinder(document)
        return {
            link: self._page(places, link, target) if target.announcement else target
            for link, target in document.targets.items()
        }

    def _page(self, places: "_PlaceFinder", link: str, target: Target) -> Target:
        page = self.pages.get(target.announcement)
        if page is not None:
            # Target.url contains only the fragment so far.
            return Target((page.url or self.settings.url + page.page) + target.url, page.page + target.url)
        place = places(link)
        if target.announcement in self.paths:
            self.problems.error(
                place, "hidden-link", f"'{link}' is not published at this time",
                "delete the link, or publish both together",
            )  # fmt: skip
        else:
            self.problems.error(place, "missing-announcement", f"there is no '{link}'", "correct the file name")
        return target


class _PlaceFinder:
    """Finds the place of a link in an announcement or issue file. The link is passed as the author wrote it."""

    def __init__(self, document: Announcement | IssueFile) -> None:
        self._file = document.source
        # If the same link occurs several times, report the first one.
        self._references = {each.target: each for each in reversed(document.prose.references)}

    def __call__(self, link: str) -> Place:
        reference = self._references.get(link)
        return self._find(reference) if reference else self._source.at(self._source.front)

    @cached_property
    def _source(self) -> Source:
        return load.reread(self._file)

    @cached_property
    def _find(self) -> Callable[[Reference], Place]:
        return markdown.places(self._source)
