"""mail: every announcement and every issue as HTML, text and .eml."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from newsletter.channels.email.mime import Letter, write
from newsletter.channels.email.styles import GUTTER, WIDTH, Theme
from newsletter.markdown import prose
from newsletter.model import Announcement, Artefact, Issue, Publication, Unsubscribe
from newsletter.model.problems import Problems
from newsletter.text import wrap
from newsletter.text.urls import host
from newsletter.text.utm import marker
from newsletter.theme.content import Content, as_content, constant
from newsletter.theme.templates import Templates
from newsletter.theme.views import Addressing, Story, absolute, render_options
from newsletter.workers import batches

TEXT_WIDTH = WIDTH - 2 * GUTTER


def render(publication: Publication, templates: Templates, problems: Problems) -> Iterator[Artefact]:
    """The mails of the publication: `email/announcements/…` and `email/issues/…`."""
    mails = Mails(publication, Theme(publication, templates, problems), templates)
    share = publication.share
    for batch in batches(share.of(publication.announcements)):
        yield from mails.announcements(batch)
    for issue in share.of(publication.issues):
        yield from mails.issue(issue)


class Mails:
    """Renders single mails of one publication."""

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
            "unsubscribe_url": constant(_unsubscribe(settings.unsubscribe)),
        }
        self._in_lang: dict[str, Mapping[str, Any]] = {}
        self._unmarked = absolute(publication, TEXT_WIDTH, theme.style)

    def announcement(self, announcement: Announcement) -> Iterator[Artefact]:
        """One announcement's HTML, text and .eml."""
        yield from self.announcements((announcement,))

    def announcements(self, announcements: Sequence[Announcement]) -> Iterator[Artefact]:
        """Each announcement's HTML, text and .eml."""
        values = [self.announcement_values(each) for each in announcements]
        origins = [each.source.path for each in announcements]
        yield from self._mails("announcement", announcements, values, origins)

    def announcement_values(self, announcement: Announcement) -> Mapping[str, Any]:
        """What the templates of an announcement's mail may use."""
        shown = self._story(announcement, self._addressing(announcement.stem))
        url = self.publication.settings.url + announcement.page
        return self._values(announcement.lang, announcement.title, announcement.preheader, url) | {
            "story": as_content(shown)
        }

    def issue(self, issue: Issue) -> Iterator[Artefact]:
        """One issue's HTML, text and .eml."""
        origin = issue.file.source.path if issue.file else ""
        yield from self._mails("issue", (issue,), (self.issue_values(issue),), (origin,))

    def issue_values(self, issue: Issue) -> Mapping[str, Any]:
        """What the templates of an issue's mail may use."""
        introduction, introduction_text = Content(""), ""
        addressing = self._addressing(issue.stem)
        if issue.file:
            self.theme.learn(issue.file.prose)
            look = render_options(issue.file.targets, addressing)
            introduction = Content(prose.html(issue.file.prose, look), safe=True)
            introduction_text = prose.plain(issue.file.prose, look.link)
        url = self.publication.settings.url + issue.page
        return self._values(issue.lang, issue.title, issue.preheader, url) | {
            "stories": as_content(tuple(self._story(story, addressing) for story in issue.stories)),
            "introduction": introduction,
            "introduction_text": introduction_text,
        }

    def _addressing(self, campaign: str) -> Addressing:
        settings = self.publication.settings
        if not settings.mail.utm:
            return self._unmarked
        return absolute(self.publication, TEXT_WIDTH, self.theme.style, marker(settings, "email", campaign))

    def _story(self, announcement: Announcement, addressing: Addressing) -> Story:
        self.theme.learn(announcement.prose)
        return Story(announcement, self.publication, self.theme.words(announcement.lang), addressing)

    def _values(self, lang: str, title: str, preheader: str, url: str) -> dict[str, Any]:
        same = self._in_lang.get(lang)
        if same is None:
            same = self._in_lang[lang] = {**self.shared, **self.theme.values(lang), "lang": constant(lang)}
        return {**same, "title": Content(title), "preheader": Content(preheader), "view_url": Content(url)}

    def _mails(
        self,
        kind: str,
        subjects: Sequence[Announcement | Issue],
        values: Sequence[Mapping[str, Any]],
        origins: Sequence[str],
    ) -> Iterator[Artefact]:
        """The mails of a batch, all of them one step further at a time (see workers.BATCH_SIZE)."""
        mjml, txt = (self.templates.get(f"email/{kind}.{part}") for part in ("mjml", "txt"))
        htmls = [self.theme.press.pieces(mjml, each) for each in values]
        texts = [txt.render(each) for each in values]
        letters = [self._letter(kind, *each) for each in zip(subjects, htmls, texts, strict=True)]
        written = [write(letter) for letter in letters]
        for subject, origin, parts in zip(subjects, origins, written, strict=True):
            stem = f"email/{kind}s/{subject.stem}"
            yield Artefact(f"{stem}.html", parts.html, "text/html", origin)
            yield Artefact(f"{stem}.txt", parts.text, "text/plain", origin)
            yield Artefact(f"{stem}.eml", parts.message, "message/rfc822", origin)

    def _letter(self, kind: str, of: Announcement | Issue, html: tuple[str, ...], text: str) -> Letter:
        settings = self.publication.settings
        return Letter(
            subject=of.subject,
            sender=settings.sender,
            date=of.date,
            message_id=self._message_id(kind, of),
            lang=of.lang,
            html=html,
            text=text,
            list_id=self.list_id,
            list_title=settings.title,
            unsubscribe=settings.unsubscribe,
        )

    def _message_id(self, kind: str, of: Announcement | Issue) -> str:
        """Stable over rebuilds and renamings: made of the permanent id."""
        settings = self.publication.settings
        # The authority never changes, the address of the site may.
        seed = f"{settings.authority}|{kind}|{of.id}|{of.lang}"
        return f"{of.id}.{hashlib.sha256(seed.encode()).hexdigest()[:16]}@{self.domain}"


def _unsubscribe(unsubscribe: Unsubscribe) -> str:
    if unsubscribe.url:
        return unsubscribe.url
    return f"mailto:{unsubscribe.mailto}" if unsubscribe.mailto else ""


def _wrapped(value: str, first: str = "", rest: str = "") -> str:
    """Template filter: lines of 72 columns."""
    return wrap(str(value), prose.WIDTH, first, rest)


def _underlined(value: str, sign: str = "-") -> str:
    """Template filter: a heading of a text part."""
    wrapped = wrap(str(value), prose.WIDTH)
    return f"{wrapped}\n{sign * max(map(len, wrapped.splitlines()))}"


FILTERS: Mapping[str, Callable[..., Any]] = {"wrap": _wrapped, "underline": _underlined}
