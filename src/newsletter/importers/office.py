"""Convert .odt documents to a tree of HTML, and read their images."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from newsletter.importers import html_to_markdown
from newsletter.importers.draft import Unreadable
from newsletter.importers.safe_files import Archive
from newsletter.importers.trees import shallow

_NUMBER = re.compile(r"[0-9]{1,9}")


def _level(written: str) -> int:
    """Return a heading's level from 1 to 6; 1 if `written`, which may be anything, is not a valid number."""
    return min(int(written), 6) if _NUMBER.fullmatch(written) and int(written) else 1


_NS = {
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
    "http://www.w3.org/1999/xlink": "xlink",
}
_SPACES = {prefix: space for space, prefix in _NS.items()}
_TAGS = {
    "text:p": "p", "text:list": "ul", "text:list-item": "li", "text:list-header": "li", "text:line-break": "br",
    "table:table": "table", "table:table-row": "tr", "table:table-cell": "td",
}  # fmt: skip
_DROPPED = frozenset(
    "text:tracked-changes office:annotation text:note-citation text:sequence-decls office:forms svg:desc svg:title "
    "text:table-of-content text:bookmark text:soft-page-break".split()
)


_HIDDEN = "hidden"  # marks a hidden style, among its HTML elements


def _name(name: Any) -> str:
    space, _, local = str(name).removeprefix("{").rpartition("}")
    return f"{_NS.get(space, '?')}:{local}"


def _attribute(element: etree._Element, wanted: str) -> str:
    # Looked up by name: with lxml, listing all attributes takes quadratic time.
    space, _, local = wanted.partition(":")
    return str(element.get(f"{{{_SPACES[space]}}}{local}") or "")


def open_document(content: bytes) -> tuple[etree._Element, html_to_markdown.Find, int]:
    """Return an .odt document as HTML, a function that finds its images, and the number of hidden pieces left out.

    Raises Unreadable.
    """
    archive = Archive(content)
    tree = archive.tree("content.xml")
    body = None if tree is None else next((each for each in tree.iter() if _name(each.tag) == "office:text"), None)
    if tree is None or body is None:
        raise Unreadable("it is no text document; save it as .odt")
    styles = [each for part in (archive.tree("styles.xml"), tree) if part is not None for each in part.iter()]
    html_body = etree.Element("body")
    odt = _Odt(styles)
    odt.convert(body, html_body)
    odt.flush()

    def find(source: str) -> tuple[str, bytes] | None:
        inside = source.removeprefix("./")
        return (inside, archive.read(inside)) if inside.startswith("Pictures/") and inside in archive.names() else None

    return shallow(html_body), find, odt.hidden


class _Odt:
    """Converts OpenDocument elements to HTML, recursively; the parser bounds their depth."""

    def __init__(self, styles: list[etree._Element]) -> None:
        self.parents: dict[str, str] = {}
        self.looks: dict[str, set[str]] = {}
        self.ordered: set[str] = set()
        self.hidden = 0
        # Text to append to the element `where`. It is appended in one go, because lxml copies all text each time.
        self.pending: list[str] = []
        self.where: etree._Element | None = None
        # A frame may contain any number of images, and has one description.
        self.frame: etree._Element | None = None
        self.alt = ""
        for each in styles:
            name, kind = _attribute(each, "style:name"), _name(each.tag)
            if kind == "style:style":
                self.parents[name] = _attribute(each, "style:parent-style-name")
                for look in each:
                    self.looks.setdefault(name, set()).update(_looks(look))
            elif kind == "text:list-style" and len(each) and _name(each[0].tag) == "text:list-level-style-number":
                self.ordered.add(name)

    def convert(self, source: etree._Element, into: etree._Element) -> None:
        self.add(into, source.text)
        for child in source:
            if isinstance(child.tag, str):
                self.element(_name(child.tag), child, into)
            self.add(into, child.tail)

    def add(self, into: etree._Element, content: str | None) -> None:
        """Append text to an element."""
        if not content:
            return
        if into is not self.where:
            self.flush()
            self.where = into
        self.pending.append(content)

    def flush(self) -> None:
        """Write the pending text into its element."""
        if self.pending and self.where is not None:
            content = "".join(self.pending)
            last = next(self.where.iterchildren(reversed=True), None)
            if last is None:
                self.where.text = (self.where.text or "") + content
            else:
                last.tail = (last.tail or "") + content
            self.pending.clear()

    def child(self, into: etree._Element, tag: str, **attributes: str) -> etree._Element:
        """Append a new element to another."""
        self.flush()
        return etree.SubElement(into, tag, attributes)

    def element(self, kind: str, source: etree._Element, into: etree._Element) -> None:
        style = _attribute(source, "text:style-name")
        if kind in _DROPPED:
            return
        if self.is_hidden(kind, source, style):
            self.hidden += 1
            return
        if kind == "text:h" or (kind == "text:p" and self.is_title(style)):
            into = self.child(into, f"h{_level(_attribute(source, 'text:outline-level'))}")
        elif kind == "text:list":
            into = self.child(into, "ol" if style in self.ordered else "ul")
        elif kind in ("text:s", "text:tab"):
            self.add(into, " ")
        elif kind == "text:a":
            into = self.child(into, "a", href=_attribute(source, "xlink:href"))
        elif kind == "draw:image":
            self.image(source, into)
            return
        elif kind == "text:span":
            for tag in sorted(self.looks.get(style, set()) - {_HIDDEN}):
                into = self.child(into, tag)
        elif kind in _TAGS:
            into = self.child(into, _TAGS[kind])
            bold = kind == "text:p" and "strong" in self.looks.get(style, ())
            into = self.child(into, "strong") if bold else into
        self.convert(source, into)

    def image(self, source: etree._Element, into: etree._Element) -> None:
        frame = source.getparent()
        if frame is not self.frame and frame is not None:
            texts = {_name(each.tag): each.text or "" for each in frame}
            self.frame, self.alt = frame, texts.get("svg:desc") or texts.get("svg:title") or ""
        self.child(into, "img", src=_attribute(source, "xlink:href"), alt=self.alt)

    def is_hidden(self, kind: str, source: etree._Element, style: str) -> bool:
        """Return whether a word processor would not show an element."""
        if kind in ("text:hidden-text", "text:hidden-paragraph"):
            return True
        if kind == "text:section":
            is_shown = _attribute(source, "text:is-hidden") == "false"
            return _attribute(source, "text:display") in ("none", "condition") and not is_shown
        if kind == "table:table-row":
            return _attribute(source, "table:visibility") in ("collapse", "filter")
        if kind in ("text:p", "text:h"):
            marks = (each for each in source if _name(each.tag) == "text:hidden-paragraph")
            if any(_attribute(mark, "text:is-hidden") != "false" for mark in marks):
                return True
        return kind in ("text:p", "text:h", "text:span") and self.any_style(style, self.is_hiding)

    def is_hiding(self, style: str) -> bool:
        return _HIDDEN in self.looks.get(style, ())

    def is_title(self, style: str) -> bool:
        """Return whether a style is the document title's, or derived from it."""
        return self.any_style(style, ("Title", "Titre").__contains__)

    def any_style(self, style: str, wanted: Callable[[str], bool]) -> bool:
        """Return whether a style, or one that it is derived from, is `wanted`."""
        for _ in range(5):
            if wanted(style):
                return True
            style = self.parents.get(style, "")
        return False


def _looks(properties: etree._Element) -> Iterator[str]:
    """Yield the HTML elements for a style's properties, and _HIDDEN if it hides text."""
    if _attribute(properties, "fo:font-weight") in ("bold", "600", "700", "800", "900"):
        yield "strong"
    if _attribute(properties, "fo:font-style") in ("italic", "oblique"):
        yield "em"
    raised = _attribute(properties, "style:text-position").split(" ")[0]
    if raised == "super" or re.match(r"[1-9]", raised):
        yield "sup"
    if raised == "sub" or raised.startswith("-"):
        yield "sub"
    if _attribute(properties, "text:display") == "none":
        yield _HIDDEN
