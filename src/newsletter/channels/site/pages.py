"""Render the pages of the web site: announcements, issues, the index, tags and the 404 page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from newsletter.channels.site.calendar import calendar
from newsletter.markdown import prose
from newsletter.model import Announcement, Artefact, Issue
from newsletter.theme.pages import Alternate, Page, Site, TagPage
from newsletter.theme.views import Addressing, Story, relative, render_options

NEWEST = 12  # number of announcements listed with summary and picture; older ones get one line each


@dataclass(frozen=True, slots=True)
class Group:
    """Announcements listed under one heading, which is a year or a language."""

    label: str
    lang: str
    entries: tuple[Announcement, ...]


class Pages:
    """Renders the pages of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.publication = site.publication
        self.language = site.publication.settings.language
        self.issues: dict[str, list[Issue]] = {}
        for issue in self.publication.issues:
            self.issues.setdefault(issue.id, []).append(issue)

    def announcement(self, announcement: Announcement) -> Iterator[Artefact]:
        """Yield an announcement's page, its calendar file, and a redirect page for each of its former slugs."""
        site, page = self.site, self._announcement_page(announcement)
        versions = self.publication.translations.get(announcement.id, ())
        newer, older = site.announcement_neighbours[announcement.stem]
        yield site.render(
            "announcement", page, story=self._story(announcement, relative(page.path)),
            versions=tuple(other for other in versions if other is not announcement),
            newer=newer, older=older,
        )  # fmt: skip
        for alias in announcement.aliases:
            path = f"{alias}{announcement.page.removeprefix(announcement.slug)}"
            former = Page(path=path, lang=page.lang, title=page.title, canonical=page.canonical, origin=page.origin)
            yield site.render("alias", former, to=announcement.page)
        if announcement.event:
            path = f"site/{announcement.stem}.ics"
            yield Artefact(path, calendar(announcement, self.publication), "text/calendar", announcement.source.path)

    def issue(self, issue: Issue) -> Iterator[Artefact]:
        """Yield an issue's page, which shows its introduction and the summaries of its stories."""
        site, base = self.site, self.publication.settings.url
        versions = self.issues[issue.id]
        page = Page(
            path=issue.page, lang=issue.lang, title=issue.title, description=issue.preheader,
            canonical=base + issue.page, kind="article", share=site.share(issue.stories[0]),
            versions=_alternates((other.lang, base + other.page) for other in versions),
            origin=issue.file.source.path if issue.file else "",
        )  # fmt: skip
        introduction, addressing = "", relative(issue.page)
        if issue.file:
            introduction = prose.html(issue.file.prose, render_options(issue.file.targets, addressing))
        newer, older = site.issue_neighbours[issue.stem]
        yield site.render(
            "issue", page, issue=issue, introduction=Markup(introduction),
            stories=tuple(self._story(each, addressing) for each in issue.stories),
            versions=tuple(other for other in versions if other is not issue),
            newer=newer, older=older,
        )  # fmt: skip

    def index(self) -> Iterator[Artefact]:
        """Yield the index page, which lists all announcements (newest first), the issues and the tags."""
        settings, site = self.publication.settings, self.site
        page = Page(
            path="index.html", lang=self.language, title=settings.title, description=settings.description,
            canonical=settings.url, share=site.share(),
        )  # fmt: skip
        yield site.render(
            "index", page, **self._listing(self.publication.announcements, page),
            issues=self.publication.issues, tags=site.own_tags,
        )  # fmt: skip

    def tag(self, tag: TagPage) -> Iterator[Artefact]:
        """Yield the page that lists all announcements with a tag."""
        page = Page(
            path=tag.page, lang=tag.lang, title=tag.label, canonical=self.publication.settings.url + tag.page,
            share=self.site.share(),
        )  # fmt: skip
        yield self.site.render("tag", page, tag=tag, **self._listing(tag.announcements, page))

    def not_found(self) -> Iterator[Artefact]:
        """Yield the page that servers show for unknown URLs.

        Its links are absolute, because the unknown URL may be in any folder.
        """
        page = Page(path="404.html", lang=self.language, title="")
        yield self.site.render("404", page, self.publication.settings.url)

    def _announcement_page(self, announcement: Announcement) -> Page:
        site = self.site
        versions = self.publication.translations.get(announcement.id, ())
        return Page(
            path=announcement.page, lang=announcement.lang, title=announcement.title,
            description=announcement.summary, canonical=site.canonical(announcement), kind="article",
            share=site.share(announcement), origin=announcement.source.path,
            versions=_alternates((other.lang, site.canonical(other)) for other in versions),
        )  # fmt: skip

    def _story(self, announcement: Announcement, addressing: Addressing) -> Story:
        return Story(announcement, self.publication, self.site.words(announcement.lang), addressing)

    def _listing(self, announcements: tuple[Announcement, ...], page: Page) -> dict[str, Any]:
        """Return the template values for a list of announcements.

        `cards` contains the newest announcements, `years` the older ones by year, and `tongues` the translations by
        language.
        """
        main, others = self._by_language(announcements)
        addressing = relative(page.path)
        zone = self.publication.settings.timezone
        years = groupby(main[NEWEST:], key=lambda each: each.date.astimezone(zone).year)
        return {
            "cards": tuple(self._story(each, addressing) for each in main[:NEWEST]),
            "years": tuple(Group(str(year), page.lang, tuple(group)) for year, group in years),
            "tongues": tuple(Group("", lang, group) for lang, group in others),
        }

    def _by_language(
        self, announcements: tuple[Announcement, ...]
    ) -> tuple[list[Announcement], list[tuple[str, tuple[Announcement, ...]]]]:
        """Split announcements into a main list and translations by language.

        The main list contains announcements in the publication's language, and those without a version in it.
        """
        default_ids = {each.id for each in announcements if each.is_default_language}
        main = [each for each in announcements if each.is_default_language or each.id not in default_ids]
        others = sorted(
            (each for each in announcements if not each.is_default_language and each.id in default_ids), key=_lang
        )
        return main, [(lang, tuple(group)) for lang, group in groupby(others, key=_lang)]


def _lang(announcement: Announcement) -> str:
    return announcement.lang


def _alternates(versions: Iterable[tuple[str, str]]) -> tuple[Alternate, ...]:
    """Return all language versions of a page, including the page itself, or () if there is only one."""
    alternates = tuple(Alternate(lang, url) for lang, url in versions)
    return alternates if len(alternates) > 1 else ()
