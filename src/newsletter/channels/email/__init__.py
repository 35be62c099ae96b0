"""Render each announcement and issue as a mail, in three files: HTML, plain text and .eml."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from newsletter.channels.email.mime import Letter, write
from newsletter.channels.email.styles import GUTTER, WIDTH, Theme
from newsletter.markdown import prose
from newsletter.model import Announcement, Artefact, Issue, Job, Publication, Unsubscribe
from newsletter.model.problems import Problems
from newsletter.text import wrap
from newsletter.text.urls import host
from newsletter.text.utm import marker
from newsletter.theme.content import Content, as_content, constant
from newsletter.theme.templates import Templates
from newsletter.theme.views import Addressing, Story, absolute, render_options
from newsletter.workers import JOB_SIZE, batches, once

_ISSUES = 4  # issues in a job

TEXT_WIDTH = WIDTH - 2 * GUTTER


def jobs(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Job]:
    """Yield the jobs that render `email/`. They raise Aborted if the theme has an error."""
    mails = once(lambda: Mails(publication, Theme(publication, templates, problems), templates))
    for announcements in batches(publication.announcements, JOB_SIZE):
        yield partial(_announcements, mails, announcements)
    for issues in batches(publication.issues, _ISSUES):
        yield partial(_issues, mails, issues)


def _announcements(mails: Callable[[], "Mails"], announcements: Sequence[Announcement]) -> Iterator[Artefact]:
    return mails().announcements(announcements)


def _issues(mails: Callable[[], "Mails"], issues: Iterable[Issue]) -> Iterator[Artefact]:
    return chain.from_iterable(map(mails().issue, issues))


class Mails:
    """Renders the mails of one publication, singly or in batches."""

    def __init__(self, publication: Publication, theme: Theme, templates: Templates) -> None:
        self.publication = publication
        self.theme = theme
        self.templates = templates
        templates.add_filters(FILTERS)
        settings = publication.settings
        logo = publication.logo
        self.domain = settings.sender.email.rpartition("@")[2].encode("idna").decode("ascii")
        self.list_id = host(settings.url)
        self.shared: Mapping[str, Any] = {
            "publication": constant(settings),
            "logo": constant(settings.url + logo.path) if logo else "",
            "unsubscribe_url": constant(_unsubscribe_url(settings.unsubscribe)),
        }
        self._by_lang: dict[str, Mapping[str, Any]] = {}
        self._without_utm = absolute(publication, TEXT_WIDTH, theme.style)

    def announcement(self, announcement: Announcement) -> Iterator[Artefact]:
        """Yield the HTML, text and .eml files of one announcement."""
        yield from self.announcements((announcement,))

    def announcements(self, announcements: Sequence[Announcement]) -> Iterator[Artefact]:
        """Yield the HTML, text and .eml files of each announcement."""
        for batch in batches(announcements):
            values = [self.announcement_values(each) for each in batch]
            origins = [each.source.path for each in batch]
            yield from self._mails("announcement", batch, values, origins)

    def announcement_values(self, announcement: Announcement) -> Mapping[str, Any]:
        """Return the values passed to the templates of an announcement's mail."""
        story = self._story(announcement, self._addressing(announcement.stem))
        url = self.publication.settings.url + announcement.page
        return self._values(announcement.lang, announcement.title, announcement.preheader, url) | {
            "story": as_content(story)
        }

    def issue(self, issue: Issue) -> Iterator[Artefact]:
        """Yield the HTML, text and .eml files of one issue."""
        origin = issue.file.source.path if issue.file else ""
        yield from self._mails("issue", (issue,), (self.issue_values(issue),), (origin,))

    def issue_values(self, issue: Issue) -> Mapping[str, Any]:
        """Return the values passed to the templates of an issue's mail."""
        introduction, introduction_text = Content(""), ""
        addressing = self._addressing(issue.stem)
        if issue.file:
            self.theme.resolve_styles(issue.file.prose)
            options = render_options(issue.file.targets, addressing)
            introduction = Content(prose.html(issue.file.prose, options), safe=True)
            introduction_text = prose.plain(issue.file.prose, options.link)
        url = self.publication.settings.url + issue.page
        return self._values(issue.lang, issue.title, issue.preheader, url) | {
            "stories": as_content(tuple(self._story(story, addressing) for story in issue.stories)),
            "introduction": introduction,
            "introduction_text": introduction_text,
        }

    def _addressing(self, campaign: str) -> Addressing:
        settings = self.publication.settings
        if not settings.mail.utm:
            return self._without_utm
        return absolute(self.publication, TEXT_WIDTH, self.theme.style, marker(settings, "email", campaign))

    def _story(self, announcement: Announcement, addressing: Addressing) -> Story:
        self.theme.resolve_styles(announcement.prose)
        return Story(announcement, self.publication, self.theme.words(announcement.lang), addressing)

    def _values(self, lang: str, title: str, preheader: str, url: str) -> dict[str, Any]:
        common = self._by_lang.get(lang)
        if common is None:
            common = self._by_lang[lang] = {**self.shared, **self.theme.values(lang), "lang": constant(lang)}
        return {**common, "title": Content(title), "preheader": Content(preheader), "view_url": Content(url)}

    def _mails(
        self,
        kind: str,
        items: Sequence[Announcement | Issue],
        values: Sequence[Mapping[str, Any]],
        origins: Sequence[str],
    ) -> Iterator[Artefact]:
        """Yield the mails of a batch.

        Each step processes the whole batch before the next step starts (see workers.BATCH_SIZE).
        """
        mjml, txt = (self.templates.get(f"email/{kind}.{part}") for part in ("mjml", "txt"))
        htmls = [self.theme.compiler.render_pieces(mjml, each) for each in values]
        texts = [txt.render(each) for each in values]
        letters = [self._letter(kind, *each) for each in zip(items, htmls, texts, strict=True)]
        mails = [write(letter) for letter in letters]
        for item, origin, mail in zip(items, origins, mails, strict=True):
            stem = f"email/{kind}s/{item.stem}"
            yield Artefact(f"{stem}.html", mail.html, "text/html", origin)
            yield Artefact(f"{stem}.txt", mail.text, "text/plain", origin)
            yield Artefact(f"{stem}.eml", mail.message, "message/rfc822", origin)

    def _letter(self, kind: str, item: Announcement | Issue, html: tuple[str, ...], text: str) -> Letter:
        settings = self.publication.settings
        return Letter(
            subject=item.subject,
            sender=settings.sender,
            date=item.date,
            message_id=self._message_id(kind, item),
            lang=item.lang,
            html=html,
            text=text,
            list_id=self.list_id,
            list_title=settings.title,
            unsubscribe=settings.unsubscribe,
        )

    def _message_id(self, kind: str, item: Announcement | Issue) -> str:
        """Return a Message-ID derived from the permanent id, so that it survives rebuilds and renamed files."""
        settings = self.publication.settings
        # Use the authority, because the site's URL may change.
        seed = f"{settings.authority}|{kind}|{item.id}|{item.lang}"
        return f"{item.id}.{hashlib.sha256(seed.encode()).hexdigest()[:16]}@{self.domain}"


def _unsubscribe_url(unsubscribe: Unsubscribe) -> str:
    if unsubscribe.url:
        return unsubscribe.url
    return f"mailto:{unsubscribe.mailto}" if unsubscribe.mailto else ""


def _wrap(value: str, first: str = "", rest: str = "") -> str:
    """Template filter: wrap text at 72 columns."""
    return wrap(str(value), prose.WIDTH, first, rest)


def _underline(value: str, sign: str = "-") -> str:
    """Template filter: underline a heading of the text part."""
    wrapped = wrap(str(value), prose.WIDTH)
    return f"{wrapped}\n{sign * max(map(len, wrapped.splitlines()))}"


FILTERS: Mapping[str, Callable[..., Any]] = {"wrap": _wrap, "underline": _underline}
