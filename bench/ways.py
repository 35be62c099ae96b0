"""Make the same mails with our code and with a plain implementation, in this process."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.rivals import SAMPLE, premailer

if TYPE_CHECKING:
    from newsletter.channels.email import Mails
    from newsletter.model import Publication
    from newsletter.theme.templates import Templates

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Bench:
    """A publication that is read once and rendered many times."""

    def __init__(self, root: Path) -> None:
        self.publication, self.mails, self.templates = _mails(root)
        self.template = self.templates.get("email/announcement.mjml")
        compiler = self.mails.theme.compiler
        rules = self.templates.get("email/prose.css").render({"brand": self.mails.theme.brand})
        # Let premailer style the prose like everything else.
        self.css = compiler.css + re.sub(r"(^|,)\s*(?=[a-z][^{}]*\{)", r"\1.prose ", rules, flags=re.MULTILINE)

    def same_html(self) -> float:
        """Return our seconds per mail for what `plain` makes: parse the Markdown and render the HTML."""
        from newsletter import markdown

        begun = time.perf_counter()
        for announcement in self.publication.announcements:
            markdown.parse(announcement.source.body)
            self.mails.theme.compiler.render(self.template, self.mails.announcement_values(announcement))
        return (time.perf_counter() - begun) / len(self.publication.announcements)

    def snippets(self, platforms: tuple[str, ...] = ()) -> float:
        """Return the seconds per announcement to compose, fit and count the texts for these platforms."""
        from newsletter.channels.social.snippets import PAGE, Snippets
        from newsletter.model.problems import Problems

        settings = self.publication.settings
        chosen = replace(settings, social=replace(settings.social, platforms=platforms))
        snippets = Snippets(replace(self.publication, settings=chosen), self.templates, Problems())
        begun = time.perf_counter()
        of = self.publication.announcements
        for page in range(0, len(of), PAGE):
            snippets.posts(list(map(snippets.material, of[page : page + PAGE])))
        return (time.perf_counter() - begun) / len(self.publication.announcements)

    def filled(self) -> list[str]:
        """Return the rendered MJML of some mails, the input of the other MJML compilers."""
        import pyromark

        from newsletter.theme.content import Content

        made = []
        for announcement in self.publication.announcements[:SAMPLE]:
            values = dict(self.mails.announcement_values(announcement))
            values["story"] = _Plain(values["story"], Content(pyromark.html(announcement.source.body), safe=True))
            made.append(self.template._rendered(values))  # noqa: SLF001 (by Jinja alone, as in `plain`)
        return made

    def html(self) -> str:
        """Return the HTML of the third announcement's mail, which has neither an event nor a button."""
        html, *_ = self.mails.announcement(sorted(self.publication.announcements, key=lambda each: each.id)[2])
        return html.data.decode()

    def plain(self, folder: Path) -> float:
        """Return the seconds per mail of Markdown, jinja2, mjml-python and premailer; HTML only."""
        begun = time.perf_counter()
        mails = self.filled()
        filling = (time.perf_counter() - begun) / len(mails)
        return filling + premailer(mails, self.css, folder)


class _Plain:
    """A story with a different body."""

    def __init__(self, story: object, body: object) -> None:
        self._story, self.body = story, body

    def __getattr__(self, name: str) -> object:
        return getattr(self._story, name)


def _mails(root: Path) -> tuple["Publication", "Mails", "Templates"]:
    from newsletter import pipeline
    from newsletter.channels.email import Mails, Theme
    from newsletter.model.problems import Problems
    from newsletter.theme.templates import Templates

    problems = Problems()
    publication = pipeline.read(pipeline.open_project(root, problems), NOW, problems)
    templates = Templates(root, problems)
    return publication, Mails(publication, Theme(publication, templates, problems), templates), templates
