"""inspection: one run of the rules over all that a build makes, as it is made.

What depends on a mail's shape is looked at once a shape, with the template's line as its place.
Headers and bytes are looked at in every run; the rest only when a check is `thorough`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from newsletter.channels.email.compiler import CompiledMail
from newsletter.channels.email.fastpath.sections import SLOT
from newsletter.model import Announcement, Artefact, Issue, Publication
from newsletter.model.problems import Place, Problems
from newsletter.rules.rendered import accessibility, clients, layout, mails, pages, project, safety, sheets
from newsletter.rules.rendered.document import Document
from newsletter.rules.rendered.mails import Mail
from newsletter.rules.rule import Family, Finding
from newsletter.text.urls import host
from newsletter.theme import default as default_theme
from newsletter.theme.branding import colours
from newsletter.theme.content import HEAD
from newsletter.theme.templates import Templates

_SLOT = re.compile(rb"%s\d+" % HEAD.encode())
_FIRST = HEAD[:1].encode()

_PARTS = frozenset(("html", "txt", "eml"))

SHAPES = (safety.FAMILY, accessibility.FAMILY, layout.FAMILY)


@dataclass(slots=True)
class Inspection:
    """Looks at everything that passes; problems go to `problems`."""

    chosen: project.ProjectSettings
    publication: Publication
    templates: Templates
    problems: Problems
    thorough: bool = False
    _parts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    _site: dict[str, Artefact] = field(default_factory=dict)
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _neighbours: set[tuple[str, str]] = field(default_factory=set)
    _of: Mapping[str, Announcement | Issue] = field(init=False)
    _pairs: frozenset[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        publication, settings = self.publication, self.chosen.settings
        self._of = {f"email/announcements/{each.stem}": each for each in publication.announcements}
        self._of |= {f"email/issues/{each.stem}": each for each in publication.issues}
        brand = colours(settings)
        self._pairs = frozenset((brand[text], brand[ground]) for text, ground, _ in project.weak_pairs(settings))
        self.templates.watch = self.drawn

    def drawn(self, drawn: CompiledMail) -> None:
        """A mail's shape: its rules run on the finished HTML; only where one finds something, its origin is looked up."""
        sections = drawn.sections if self.thorough else self._unseen(drawn)
        if drawn.is_shape and not sections:
            return
        document = self._document(drawn.html_of(sections), drawn.is_shape)
        if not any(True for family in SHAPES for _ in family.find(document)):
            return
        trace, marked = drawn.trace(), self._document(drawn.marked(), drawn.is_shape)
        for family in SHAPES:
            for rule, finding in family.find(marked):
                rule.report(self.problems, trace.place(_origin(finding.where, drawn.mjml)), finding)

    def _unseen(self, drawn: CompiledMail) -> Sequence[str]:
        """The sections of a shape, less rounds among them that were seen: every one, and every two neighbours, that
        none before held. None when it has nothing new.

        An issue of sixty stories is a shape of its own, made of sections that were looked at long ago.
        """
        kept: list[str] = []
        kinds = [drawn.template.path]
        places: dict[str, int] = {}
        newest = 0
        for section in drawn.sections:
            kind = _kind(section)
            pair = (kinds[-1], kind)
            kept.append(section)
            kinds.append(kind)
            if pair not in self._neighbours:
                self._neighbours.add(pair)
                newest = len(kept)
            before = places.get(kind, 0)
            if newest <= before < len(kinds) and kinds[before] == kind:  # nothing was new since it stood here before
                del kept[before:], kinds[before + 1 :]
            places[kind] = len(kept)
        return kept if newest else ()

    def _document(self, html: str, is_shape: bool) -> Document:
        return Document(html, is_shape=is_shape, host=host(self.chosen.settings.url), known_pairs=self._pairs)

    def take(self, artefact: Artefact) -> None:
        """A file, as it is made."""
        stem, _, kind = artefact.path.rpartition(".")
        if artefact.path.startswith("email/"):
            parts = self._parts.setdefault(stem, {})
            parts[kind] = artefact.data
            if parts.keys() >= _PARTS:
                self._mail(stem, self._parts.pop(stem))
        elif artefact.path.startswith("site/") and self.thorough:
            is_read = kind == "html" or artefact.path.startswith("site/feeds/")
            self._site[artefact.path.removeprefix("site/")] = artefact if is_read else Artefact(artefact.path, b"", "")

    def _mail(self, stem: str, parts: Mapping[str, bytes]) -> None:
        of = self._of[stem]
        source = of.source if isinstance(of, Announcement) else of.file.source if of.file else None
        place = Place(source.path, source.body_line) if source else self.chosen.place("cadence", "title")
        kind = "announcement" if isinstance(of, Announcement) else "issue"
        if kind not in self._paths:
            self._paths[kind] = tuple(self.templates.read(f"email/{kind}.{end}")[0] for end in ("mjml", "txt"))
        template, text_template = self._paths[kind]
        html = parts["html"]
        mail = Mail(of, self.chosen.settings, place, template, text_template, html, parts["txt"], parts["eml"])
        if _has_slot(html):
            self.problems.error(place, "leftover-slot", "a slot of this mail was not filled in", "report this fault")
        for family in (mails.HEADERS, mails.LISTS, mails.SIZES, mails.TEXTS) if self.thorough else (mails.HEADERS,):
            for rule, finding in family.find(mail):
                where = finding.where if isinstance(finding.where, Place) else self.chosen.place(finding.where, "title")
                rule.report(self.problems, where, finding)

    def finish(self) -> None:
        """What can be said only when everything is made."""
        if not self.thorough:
            return
        self._report(project.FAMILY, self.chosen)
        own = tuple(
            sheets.Sheet(path, source)
            for name, (path, source) in self.templates.sources().items()
            if name.startswith("email/") and name.endswith((".css", ".mjml"))
        )
        for sheet in own:
            self._report(sheets.FAMILY, sheet)
        audience = clients.audience_of(self.chosen.settings.check.audience)
        self._report(clients.FAMILY, clients.Themes(own, _baseline(), audience))
        known = frozenset(self._site)
        for path, artefact in self._site.items():
            if path.endswith(".html"):
                self._page(path, artefact, known)
            elif artefact.data and path.endswith((".xml", ".json")):
                for rule, finding in pages.FEEDS.find(artefact):
                    rule.report(self.problems, self.chosen.place("feeds", "title"), finding)

    def _report(self, family: Family, subject: Any) -> None:
        for rule, finding in family.find(subject):
            rule.report(self.problems, finding.where, finding)

    def _page(self, path: str, artefact: Artefact, known: frozenset[str]) -> None:
        document = Document(artefact.data.decode(), is_mail=False, is_shape=False, host=host(self.chosen.settings.url))
        page = pages.PageContext(path, document, known)
        found = [*pages.SITE.find(page)]
        for family in SHAPES:
            found += family.find(document)
        for rule, finding in found:
            rule.report(self.problems, self._in_templates(document, finding), finding)

    def _in_templates(self, document: Document, finding: Finding) -> Place:
        """The line of a page's template that holds the tag, or one that begins like it."""
        offset = document.offset(finding.where) if finding.where is not None else 0
        written = document.text[offset : offset + 80]
        for end in range(len(written), 3, -1):
            for name, (path, source) in self.templates.sources().items():
                if name.startswith("site/") and (at := source.find(written[:end])) >= 0:
                    start = source.rfind("\n", 0, at)
                    return Place(path, source.count("\n", 0, at) + 1, at - start)
        return Place(self.templates.get("site/layout.html").path)


def _has_slot(html: bytes) -> bool:
    """Whether a token stands there still. Its first letter is a rare one: to look for that is a tenth of the work."""
    at = html.find(_FIRST)
    while at >= 0:
        if _SLOT.match(html, at):
            return True
        at = html.find(_FIRST, at + 1)
    return False


@lru_cache(maxsize=4096)
def _kind(section: str) -> str:
    """A section in which nothing stands between slots more than twice in a row: a list of three is like a longer one."""
    runs = (list(run)[:2] for _, run in groupby(section.split(SLOT)))
    return SLOT.join(piece for run in runs for piece in run)


@cache
def _baseline() -> frozenset[str]:
    """What the themes that come with the package use: known to do no harm."""
    files = (path for path in sorted(default_theme.folder().rglob("email/*")) if path.suffix in (".css", ".mjml"))
    return clients.features_of(sheets.Sheet(str(path), path.read_text(encoding="utf-8")) for path in files)


def _origin(found: Any, mjml: str) -> int:
    """The offset in the MJML of an element, or of the nearest one around it that has a mark."""
    element = found
    while element is not None:
        marks = f"at-{element.get('data-at')} {element.get('class')}"  # a theme may have attributes of these names
        if match := re.search(r"(?:^|\s)at-([0-9]{1,9})(?!\S)", marks):
            return int(match[1])
        if element.tag in ("head", "html", "body"):
            break
        element = element.getparent()
    tag = "<mj-style" if found.tag == "style" else "<mjml"
    return max(mjml.find(tag), 0)
