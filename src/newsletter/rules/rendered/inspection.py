"""Apply the rules to all files that a build renders, as soon as they are rendered.

Rules that depend on a mail's shape run once for each shape, and report the line of the template. Headers and bytes are
checked in every run, the rest only if the inspection is `thorough`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from newsletter.channels.email.compiler import CompiledMail
from newsletter.channels.email.fastpath.sections import SLOT
from newsletter.model import Announcement, Artefact, Issue, Publication
from newsletter.model.problems import Place, Problems
from newsletter.rules.rendered import accessibility, clients, layout, mails, pages, safety, sheets
from newsletter.rules.rendered.document import Document
from newsletter.rules.rendered.mails import Mail
from newsletter.rules.rendered.project import FAMILY as SETTINGS
from newsletter.rules.rendered.project import ProjectSettings, weak_pairs
from newsletter.rules.rule import Family
from newsletter.text.urls import host
from newsletter.theme import default as default_theme
from newsletter.theme.branding import colours
from newsletter.theme.content import HEAD
from newsletter.theme.templates import Templates

_SLOT = re.compile(rb"%s\d+" % HEAD.encode())
_FIRST_LETTER = HEAD[:1].encode()

_PARTS = frozenset(("html", "txt", "eml"))

SHAPES = (safety.FAMILY, accessibility.FAMILY, layout.FAMILY)


class PartOfSite(NamedTuple):
    """What is known about the files that one job rendered.

    `paths` contains their paths. `links` contains the path and the tag of each link to another file. `templates`
    contains the names of the theme files that the process has used so far.
    """

    paths: frozenset[str]
    links: frozenset[tuple[str, str]]
    templates: frozenset[str]


@dataclass(slots=True)
class Inspection:
    """Checks each artefact that is added, and reports to `problems`.

    If `thorough` is true, the rules that run in `check` but not in a build are applied as well.
    """

    project: ProjectSettings
    publication: Publication
    templates: Templates
    problems: Problems
    thorough: bool = False
    _parts: dict[str, dict[str, bytes]] = field(default_factory=dict)  # of incomplete mails, by path and extension
    _site: dict[str, Artefact] = field(default_factory=dict)
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _neighbours: set[tuple[str, str]] = field(default_factory=set)  # pairs of adjacent sections already checked
    _items: Mapping[str, Announcement | Issue] = field(init=False)
    _known_pairs: frozenset[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        publication, settings = self.publication, self.project.settings
        self._items = {f"email/announcements/{each.stem}": each for each in publication.announcements}
        self._items |= {f"email/issues/{each.stem}": each for each in publication.issues}
        brand = colours(settings)
        self._known_pairs = frozenset((brand[text], brand[background]) for text, background, _ in weak_pairs(settings))
        self.templates.watch = self.check_shape

    def check_shape(self, mail: CompiledMail) -> None:
        """Check the HTML of a mail's shape. Lines of the template are looked up only if a rule finds a fault."""
        sections = mail.sections if self.thorough else self._new_sections(mail)
        if mail.is_shape and not sections:
            return
        document = self._document(mail.html_of(sections), mail.is_shape)
        if not any(True for family in SHAPES for _ in family.find(document)):
            return
        source_map, marked = mail.source_map(), self._document(mail.marked(), mail.is_shape)
        for family in SHAPES:
            for rule, finding in family.find(marked):
                rule.report(self.problems, source_map.place(_origin(finding.where, mail.mjml)), finding)

    def _new_sections(self, mail: CompiledMail) -> Sequence[str]:
        """Return the sections of a shape that have to be checked, or none if nothing is new.

        Every kind of section, and every pair of adjacent kinds, is checked at least once. Repetitions are omitted: an
        issue of sixty stories is a separate shape, but consists of sections that were checked in other shapes.
        """
        kept: list[str] = []
        kinds = [mail.template.path]
        counts: dict[str, int] = {}  # number of sections kept up to the last one of each kind
        newest = 0  # number of sections kept up to the last new pair
        for section in mail.sections:
            kind = _kind(section)
            pair = (kinds[-1], kind)
            kept.append(section)
            kinds.append(kind)
            if pair not in self._neighbours:
                self._neighbours.add(pair)
                newest = len(kept)
            before = counts.get(kind, 0)
            if newest <= before < len(kinds) and kinds[before] == kind:  # nothing new since the last one of this kind
                del kept[before:], kinds[before + 1 :]
            counts[kind] = len(kept)
        return kept if newest else ()

    def _document(self, html: str, is_shape: bool) -> Document:
        return Document(html, is_shape=is_shape, host=host(self.project.settings.url), known_pairs=self._known_pairs)

    def add(self, artefact: Artefact) -> None:
        """Check an artefact, or store it until the other parts of the mail or site have been added."""
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
        item = self._items[stem]
        source = item.source if isinstance(item, Announcement) else item.file.source if item.file else None
        place = Place(source.path, source.body_line) if source else self.project.place("cadence", "title")
        kind = "announcement" if isinstance(item, Announcement) else "issue"
        if kind not in self._paths:
            self._paths[kind] = tuple(self.templates.read(f"email/{kind}.{end}")[0] for end in ("mjml", "txt"))
        template, text_template = self._paths[kind]
        html = parts["html"]
        mail = Mail(item, self.project.settings, place, template, text_template, html, parts["txt"], parts["eml"])
        if _has_slot(html):
            self.problems.error(place, "leftover-slot", "a slot of this mail was not filled in", "report this fault")
        for family in (mails.HEADERS, mails.LISTS, mails.SIZES, mails.TEXTS) if self.thorough else (mails.HEADERS,):
            for rule, finding in family.find(mail):
                where = (
                    finding.where if isinstance(finding.where, Place) else self.project.place(finding.where, "title")
                )
                rule.report(self.problems, where, finding)

    def finish(self) -> PartOfSite:
        """Check the pages and feeds added since the last call. Return the data for finish_all(), which runs last."""
        known = frozenset(self._site)
        links: set[tuple[str, str]] = set()
        for path, artefact in self._site.items():
            if path.endswith(".html"):
                links.update(self._page(path, artefact, known))
            elif artefact.data and path.endswith((".xml", ".json")):
                for rule, finding in pages.FEEDS.find(artefact):
                    rule.report(self.problems, self.project.place("feeds", "title"), finding)
        self._site.clear()
        return PartOfSite(known, frozenset(links), frozenset(self.templates.sources()))

    def finish_all(self, parts: Sequence[PartOfSite]) -> None:
        """Apply the rules that depend on the whole build. `parts` are the results of finish() for all jobs."""
        for name in sorted({name for part in parts for name in part.templates}.difference(self.templates.sources())):
            self.templates.get(name)
        self._report(SETTINGS, self.project)
        own_sheets = tuple(
            sheets.Sheet(path, source)
            for name, (path, source) in sorted(self.templates.sources().items())
            if name.startswith("email/") and name.endswith((".css", ".mjml"))
        )
        for sheet in own_sheets:
            self._report(sheets.FAMILY, sheet)
        audience = clients.audience_of(self.project.settings.check.audience)
        self._report(clients.FAMILY, clients.Themes(own_sheets, _baseline(), audience))
        known = frozenset(path for part in parts for path in part.paths)
        has_feeds = any(path.startswith("feeds/") for path in known)
        for path, tag in sorted({link for part in parts for link in part.links}):
            # Pages link to feeds even in a run that does not write feeds.
            if path not in known and (has_feeds or not path.startswith("feeds/")):
                message = f"there is no page '{path}'"
                self.problems.warning(self._template_place(tag), "broken-page-link", message, "correct the link")

    def _report(self, family: Family, subject: Any) -> None:
        for rule, finding in family.find(subject):
            rule.report(self.problems, finding.where, finding)

    def _page(self, path: str, artefact: Artefact, known: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Check a page. Yield the path and the tag of each link to a file that is not in `known`."""
        document = Document(artefact.data.decode(), is_mail=False, is_shape=False, host=host(self.project.settings.url))
        for family in (pages.SITE, *SHAPES):
            for rule, finding in family.find(document):
                rule.report(self.problems, self._template_place(_tag(document, finding.where)), finding)
        for element, target in pages.links(path, document):
            if target not in known:
                yield target, _tag(document, element)

    def _template_place(self, tag: str) -> Place:
        """Return the place of a tag in the site's templates, or of the tag that has the longest prefix in common."""
        sources = [each for name, each in sorted(self.templates.sources().items()) if name.startswith("site/")]
        for end in range(len(tag), 3, -1):
            for path, source in sources:
                if (start := source.find(tag[:end])) >= 0:
                    line_break = source.rfind("\n", 0, start)
                    return Place(path, source.count("\n", 0, start) + 1, start - line_break)
        return Place(self.templates.get("site/layout.html").path)


def _tag(document: Document, element: Any) -> str:
    """Return the first 80 characters of an element's tag, or of the document if `element` is None."""
    offset = document.offset(element) if element is not None else 0
    return document.text[offset : offset + 80]


def _has_slot(html: bytes) -> bool:
    """Return whether a slot is left. Looking for its rare first letter takes a tenth of the time of a pattern search."""
    start = html.find(_FIRST_LETTER)
    while start >= 0:
        if _SLOT.match(html, start):
            return True
        start = html.find(_FIRST_LETTER, start + 1)
    return False


@lru_cache(maxsize=4096)
def _kind(section: str) -> str:
    """Return a section with at most two of any equal pieces in a row, so that lists of any length give the same kind."""
    runs = (list(run)[:2] for _, run in groupby(section.split(SLOT)))
    return SLOT.join(piece for run in runs for piece in run)


@cache
def _baseline() -> frozenset[str]:
    """Return the features that the package's own themes use. These are known to be harmless."""
    files = (path for path in sorted(default_theme.folder().rglob("email/*")) if path.suffix in (".css", ".mjml"))
    return clients.features_of(sheets.Sheet(str(path), path.read_text(encoding="utf-8")) for path in files)


def _origin(element: Any, mjml: str) -> int:
    """Return the offset in the MJML of an element, or of its nearest ancestor with a mark."""
    tag = "<mj-style" if element.tag == "style" else "<mjml"
    while element is not None:
        marks = f"at-{element.get('data-at')} {element.get('class')}"  # a theme may use these attributes as well
        if match := re.search(r"(?:^|\s)at-([0-9]{1,9})(?!\S)", marks):
            return int(match[1])
        if element.tag in ("head", "html", "body"):
            break
        element = element.getparent()
    return max(mjml.find(tag), 0)
