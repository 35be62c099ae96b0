"""Convert .odt documents to an HTML tree, and read their images."""

import re
from collections.abc import Iterator

from lxml import etree

from newsletter.importers import html_to_markdown
from newsletter.importers.draft import Unreadable
from newsletter.importers.odf import NUMBER, attribute, hidden_cells, prefixed_name
from newsletter.importers.safe_files import Archive
from newsletter.importers.trees import any_ancestor_or_self, require_shallow


def heading_level(written: str) -> int:
    """Return a heading level from 1 to 6.

    `written` may be anything; if it is not a valid number, the level is 1.
    """
    return min(int(written), 6) if NUMBER.fullmatch(written) and int(written) else 1


_TAGS = {
    "text:p": "p", "text:list": "ul", "text:list-item": "li", "text:list-header": "li", "text:line-break": "br",
    "table:table": "table", "table:table-row": "tr", "table:table-cell": "td",
}  # fmt: skip
_DROPPED = frozenset(
    "text:tracked-changes office:annotation text:note-citation text:sequence-decls office:forms svg:desc svg:title "
    "text:table-of-content text:bookmark text:soft-page-break text:script table:table-column".split()
)


_TINY = re.compile(r"0*[01]?(?:\.[0-9]*)?pt|0*[0-9](?:\.[0-9]*)?%")  # below 2 points, or 10 % of the text around it
_HIDDEN = "hidden"  # pseudo-element of styles that hide text


def open_document(content: bytes) -> tuple[etree._Element, html_to_markdown.Find, int]:
    """Convert an .odt document to HTML.

    Returns the HTML tree, a function that finds the document's images, and the number of hidden
    pieces left out. Raises Unreadable.
    """
    archive = Archive(content)
    tree = archive.tree("content.xml")
    body = (
        None if tree is None else next((each for each in tree.iter() if prefixed_name(each.tag) == "office:text"), None)
    )
    if tree is None or body is None:
        raise Unreadable("it is not a text document; save it as .odt")
    styles = [each for part in (archive.tree("styles.xml"), tree) if part is not None for each in part.iter()]
    html_body = etree.Element("body")
    odt = _Odt(styles)
    odt.convert(body, html_body)
    odt.flush()

    def find(source: str) -> tuple[str, bytes] | None:
        inside = source.removeprefix("./")
        return (inside, archive.read(inside)) if inside.startswith("Pictures/") and inside in archive.names() else None

    return require_shallow(html_body), find, odt.hidden


class _Odt:
    """Converts OpenDocument elements to HTML, recursively. The parser limits their depth."""

    def __init__(self, styles: list[etree._Element]) -> None:
        # A paragraph style and a text style may share a name. Text is hidden if either hides it.
        self.children: dict[str, list[str]] = {}
        self.looks: dict[str, set[str]] = {}
        self.ordered: set[str] = set()
        self.coloured: dict[str, bool] = {}  # whether the text colour of a style is white
        self.backgrounds: set[str] = set()  # styles with a coloured background
        self.on_background: dict[etree._Element, bool] = {}  # cache for any_ancestor_or_self()
        self.pale = False  # whether the text of the current element is white
        self.hidden_cells: set[etree._Element] = set()
        self.hidden = 0
        # Text to append to the element `where`. It is appended in one step, because lxml copies the text each time.
        self.pending: list[str] = []
        self.where: etree._Element | None = None
        # A frame has one description, but may contain several images.
        self.frame: etree._Element | None = None
        self.alt = ""
        for each in styles:
            name, kind = attribute(each, "style:name"), prefixed_name(each.tag)
            if kind == "style:style":
                self.children.setdefault(attribute(each, "style:parent-style-name"), []).append(name)
                for look in each:
                    self.looks.setdefault(name, set()).update(_looks(look))
                    if colour := attribute(look, "fo:color"):
                        self.coloured[name] = _is_white(colour)
                    background = attribute(look, "fo:background-color")
                    if background not in ("", "transparent") and not _is_white(background):
                        self.backgrounds.add(name)
            elif (
                kind == "text:list-style" and len(each) and prefixed_name(each[0].tag) == "text:list-level-style-number"
            ):
                self.ordered.add(name)
        self.hiding = set(self.inherited({name: True for name, looks in self.looks.items() if _HIDDEN in looks}))
        self.titles = set(self.inherited({"Title": True, "Titre": True}))
        self.coloured = self.inherited(self.coloured)
        self.backgrounds = set(self.inherited(dict.fromkeys(self.backgrounds, True)))

    def inherited(self, own: dict[str, bool]) -> dict[str, bool]:
        """Return the property `own` of some styles, and of all styles that inherit it."""
        result, waiting = dict(own), list(own)
        while waiting:
            name = waiting.pop()
            for child in self.children.get(name, ()):
                if child not in result:
                    result[child] = result[name]
                    waiting.append(child)
        return result

    def convert(self, source: etree._Element, into: etree._Element) -> None:
        pale = self.pale
        if (own := self.is_pale(source)) is not None:
            self.pale = own and not any_ancestor_or_self(source, self.has_background, self.on_background)
        if self.pale and not pale:
            self.hidden += 1
        self.add(into, source.text)
        for child in source:
            if isinstance(child.tag, str):
                self.element(prefixed_name(child.tag), child, into)
            self.add(into, child.tail)
        self.pale = pale

    def add(self, into: etree._Element, content: str | None) -> None:
        """Append text to an element, unless the text is white."""
        if not content or (self.pale and content.strip()):
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
        """Append a new child to an element, and return the child."""
        self.flush()
        return etree.SubElement(into, tag, attributes)

    def element(self, kind: str, source: etree._Element, into: etree._Element) -> None:
        style = attribute(source, "text:style-name")
        if kind in _DROPPED:
            return
        if self.is_hidden(kind, source, style):
            self.hidden += 1
            return
        if kind == "text:h" or (kind == "text:p" and style in self.titles):
            into = self.child(into, f"h{heading_level(attribute(source, 'text:outline-level'))}")
        elif kind == "text:list":
            into = self.child(into, "ol" if style in self.ordered else "ul")
        elif kind in ("text:s", "text:tab"):
            self.add(into, " ")
        elif kind == "text:a":
            into = self.child(into, "a", href=attribute(source, "xlink:href"))
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
            texts = {prefixed_name(each.tag): each.text or "" for each in frame}
            self.frame, self.alt = frame, texts.get("svg:desc") or texts.get("svg:title") or ""
        self.child(into, "img", src=attribute(source, "xlink:href"), alt=self.alt)

    def is_hidden(self, kind: str, source: etree._Element, style: str) -> bool:
        """Return whether a word processor would not show an element."""
        if kind in ("text:hidden-text", "text:hidden-paragraph"):
            return True
        if kind == "text:section":
            is_shown = attribute(source, "text:is-hidden") == "false"
            return attribute(source, "text:display") in ("none", "condition") and not is_shown
        if "none" in (attribute(source, "text:display"), attribute(source, "draw:display")):
            return True
        if kind == "table:table":
            self.hidden_cells.update(hidden_cells(source))
        if kind.startswith("table:"):
            return (
                attribute(source, "table:visibility") in ("collapse", "filter")
                or attribute(source, "table:display") == "false"
                or source in self.hidden_cells
                or attribute(source, "table:style-name") in self.hiding
            )
        if kind in ("text:p", "text:h"):
            marks = (each for each in source if prefixed_name(each.tag) == "text:hidden-paragraph")
            if any(attribute(mark, "text:is-hidden") != "false" for mark in marks):
                return True
        return kind in ("text:p", "text:h", "text:span") and style in self.hiding

    def is_pale(self, source: etree._Element) -> bool | None:
        """Return whether an element makes its text white, or None if it does not set a colour."""
        return self.coloured.get(attribute(source, "text:style-name"))

    def has_background(self, source: etree._Element) -> bool:
        """Return whether an element has a coloured background, or may have one, as shapes do."""
        styles = (attribute(source, "text:style-name"), attribute(source, "table:style-name"))
        return prefixed_name(source.tag).startswith("draw:") or not self.backgrounds.isdisjoint(styles)


def _is_white(colour: str) -> bool:
    return bool(re.fullmatch(r"#f[0-9a-f]f[0-9a-f]f[0-9a-f]", colour.lower()))


def _looks(properties: etree._Element) -> Iterator[str]:
    """Yield the HTML elements for a style's properties, and _HIDDEN if the style hides text."""
    if _TINY.fullmatch(attribute(properties, "fo:font-size")):
        yield _HIDDEN
    if attribute(properties, "fo:font-weight") in ("bold", "600", "700", "800", "900"):
        yield "strong"
    if attribute(properties, "fo:font-style") in ("italic", "oblique"):
        yield "em"
    raised = attribute(properties, "style:text-position").split(" ")[0]
    if raised == "super" or re.match(r"[1-9]", raised):
        yield "sup"
    if raised == "sub" or raised.startswith("-"):
        yield "sub"
    if attribute(properties, "text:display") == "none" or attribute(properties, "table:display") == "false":
        yield _HIDDEN
