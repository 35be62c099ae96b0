"""compose: checked announcements become the Publication: what is visible now, and the issues.

Here stands the one rule of visibility; every channel gets its result and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from newsletter import markdown
from newsletter.compose.issues import compose_issues
from newsletter.model import Announcement, Asset, IssueFile, Publication, Settings, Target
from newsletter.model.problems import Place, Problems

State = Literal["public", "scheduled", "draft", "expired"]


def is_visible(announcement: Announcement, now: datetime) -> bool:
    """No draft, its date has come, it has not expired."""
    expired = announcement.expires is not None and announcement.expires <= now
    return not announcement.draft and announcement.date <= now and not expired


def state(announcement: Announcement, now: datetime) -> State:
    """What an announcement is at `now`: on view, or why not."""
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
    """The publication at `now`. `paths` are all announcement files, sound or not."""
    everything = tuple(announcements)
    visible = tuple(a for a in everything if is_visible(a, now))
    pages = {a.source.path: a for a in visible}
    links = _Links(settings, pages, paths | {a.source.path for a in everything}, problems)
    shown = sorted(
        (replace(a, targets=links.resolve(a)) if links.needed(a) else a for a in visible),
        key=lambda a: a.id,
    )
    shown.sort(key=lambda a: a.date, reverse=True)
    known = frozenset(a.id for a in everything)
    issues = tuple(
        replace(issue, file=replace(issue.file, targets=links.resolve(issue.file))) if issue.file else issue
        for issue in compose_issues(settings, tuple(shown), issue_files, now, known, problems)
    )
    versions: dict[str, list[Announcement]] = {}
    for announcement in shown:
        versions.setdefault(announcement.id, []).append(announcement)
    return Publication(
        settings, now, tuple(shown), issues, _assets(shown, issues, logo), logo,
        {key: tuple(sorted(group, key=lambda a: a.lang)) for key, group in versions.items()},
    )  # fmt: skip


def _assets(shown: Iterable[Announcement], issues: Iterable[object], logo: Asset | None) -> tuple[Asset, ...]:
    holders = [*shown, *(issue.file for issue in issues if getattr(issue, "file", None))]  # type: ignore[attr-defined]
    found = {
        target.asset.path: target.asset for holder in holders for target in holder.targets.values() if target.asset
    }
    if logo is not None:
        found[logo.path] = logo
    return tuple(found[path] for path in sorted(found))


class _Links:
    """Links from one announcement to another's `.md` become links to its page."""

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

    def needed(self, holder: Announcement | IssueFile) -> bool:
        return any(target.announcement for target in holder.targets.values())

    def resolve(self, holder: Announcement | IssueFile) -> dict[str, Target]:
        places = _PlaceFinder(holder)
        return {
            written: self._page(places, written, target) if target.announcement else target
            for written, target in holder.targets.items()
        }

    def _page(self, places: "_PlaceFinder", written: str, target: Target) -> Target:
        page = self.pages.get(target.announcement)
        if page is not None:
            # Target.url still holds the fragment only.
            return Target((page.url or self.settings.url + page.page) + target.url, page.page + target.url)
        place = places(written)
        if target.announcement in self.paths:
            self.problems.error(
                place, "hidden-link", f"'{written}' is not published at this time",
                "delete the link, or publish both together",
            )  # fmt: skip
        else:
            self.problems.error(place, "missing-announcement", f"there is no '{written}'", "correct the file name")
        return target


class _PlaceFinder:
    """Where an announcement's or issue's links stand, by target as written."""

    def __init__(self, holder: Announcement | IssueFile) -> None:
        self._source = holder.source
        self._find = markdown.places(holder.source)
        # The first of several counts.
        self._references = {each.target: each for each in reversed(holder.prose.references)}

    def __call__(self, written: str) -> Place:
        reference = self._references.get(written)
        return self._find(reference) if reference else self._source.at(self._source.front)
