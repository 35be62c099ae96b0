"""office: .odt documents as a tree of HTML, and the images in them."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from newsletter.importers import html_to_markdown
from newsletter.importers.draft import Unreadable
from newsletter.importers.safe_files import Archive
from newsletter.importers.trees import shallow

_NUMBER = re.compile(r"[0-9]{1,9}")


def _level(written: str) -> int:
    """The level of a heading, 1 to 6, of a number that any program may have written; 1 for what is not one."""
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
    "text:table-of-content text:bookmark text:soft-page-break text:script table:table-column".split()
)


_HIDDEN = "hidden"  # among the elements that stand for a style


def _name(name: Any) -> str:
    space, _, local = str(name).removeprefix("{").rpartition("}")
    return f"{_NS.get(space, '?')}:{local}"


def _attribute(element: etree._Element, wanted: str) -> str:
    # Asked for by name: a list of all attributes takes time that grows with the square of their number.
    space, _, local = wanted.partition(":")
    return str(element.get(f"{{{_SPACES[space]}}}{local}") or "")


def open_document(content: bytes) -> tuple[etree._Element, html_to_markdown.Find, int]:
    """An .odt document, its images, and how many hidden pieces were left out. Raises Unreadable."""
    archive = Archive(content)
    tree = archive.tree("content.xml")
    body = None if tree is None else next((each for each in tree.iter() if _name(each.tag) == "office:text"), None)
    if tree is None or body is None:
        raise Unreadable("it is no text document; save it as .odt")
    styles = [each for part in (archive.tree("styles.xml"), tree) if part is not None for each in part.iter()]
    made = etree.Element("body")
    odt = _Odt(styles)
    odt.convert(body, made)
    odt.flush()

    def find(source: str) -> tuple[str, bytes] | None:
        inside = source.removeprefix("./")
        return (inside, archive.read(inside)) if inside.startswith("Pictures/") and inside in archive.names() else None

    return shallow(made), find, odt.hidden


class _Odt:
    """OpenDocument elements as HTML; depth is bounded by the parser."""

    def __init__(self, styles: list[etree._Element]) -> None:
        # Paragraphs and parts of lines may have styles of one name: none may undo what the other one hides.
        self.children: dict[str, list[str]] = {}
        self.looks: dict[str, set[str]] = {}
        self.ordered: set[str] = set()
        self.coloured: dict[str, bool] = {}  # styles that give a colour, and whether it is as white as paper
        self.grounds: set[str] = set()  # styles with a coloured ground
        self.grounded: dict[etree._Element, bool] = {}
        self.pale = False  # whether text that comes now is white
        self.gone: set[etree._Element] = set()  # cells that are not shown
        self.hidden = 0
        # Text that goes behind all that stands in an element; it is put there at once, for each time costs its length.
        self.pending: list[str] = []
        self.where: etree._Element | None = None
        # A frame may hold any number of images, and has one description.
        self.frame: etree._Element | None = None
        self.alt = ""
        for each in styles:
            name, kind = _attribute(each, "style:name"), _name(each.tag)
            if kind == "style:style":
                self.children.setdefault(_attribute(each, "style:parent-style-name"), []).append(name)
                for look in each:
                    self.looks.setdefault(name, set()).update(_looks(look))
                    if colour := _attribute(look, "fo:color"):
                        self.coloured[name] = _is_white(colour)
                    ground = _attribute(look, "fo:background-color")
                    if ground not in ("", "transparent") and not _is_white(ground):
                        self.grounds.add(name)
            elif kind == "text:list-style" and len(each) and _name(each[0].tag) == "text:list-level-style-number":
                self.ordered.add(name)
        self.hiding = set(self.made_from({name: True for name, looks in self.looks.items() if _HIDDEN in looks}))
        self.titles = set(self.made_from({"Title": True, "Titre": True}))
        self.coloured = self.made_from(self.coloured)
        self.grounds = set(self.made_from(dict.fromkeys(self.grounds, True)))

    def made_from(self, known: dict[str, bool]) -> dict[str, bool]:
        """What is known of some styles, for those as well that are made from them and say nothing else."""
        found, ahead = dict(known), list(known)
        while ahead:
            name = ahead.pop()
            for child in self.children.get(name, ()):
                if child not in found:
                    found[child] = found[name]
                    ahead.append(child)
        return found

    def convert(self, source: etree._Element, into: etree._Element) -> None:
        pale = self.pale
        if (own := self.is_pale(source)) is not None:
            self.pale = own and not self.is_on_ground(source)
        if self.pale and not pale:
            self.hidden += 1
        self.add(into, source.text)
        for child in source:
            if isinstance(child.tag, str):
                self.element(_name(child.tag), child, into)
            self.add(into, child.tail)
        self.pale = pale

    def add(self, into: etree._Element, content: str | None) -> None:
        """Text behind all that stands in an element."""
        if not content or (self.pale and content.strip()):
            return
        if into is not self.where:
            self.flush()
            self.where = into
        self.pending.append(content)

    def flush(self) -> None:
        """Put the text where it belongs."""
        if self.pending and self.where is not None:
            content = "".join(self.pending)
            last = next(self.where.iterchildren(reversed=True), None)
            if last is None:
                self.where.text = (self.where.text or "") + content
            else:
                last.tail = (last.tail or "") + content
            self.pending.clear()

    def child(self, into: etree._Element, tag: str, **attributes: str) -> etree._Element:
        """A new element behind all that stands in another."""
        self.flush()
        return etree.SubElement(into, tag, attributes)

    def element(self, kind: str, source: etree._Element, into: etree._Element) -> None:
        style = _attribute(source, "text:style-name")
        if kind in _DROPPED:
            return
        if self.is_hidden(kind, source, style):
            self.hidden += 1
            return
        if kind == "text:h" or (kind == "text:p" and style in self.titles):
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
            told = {_name(each.tag): each.text or "" for each in frame}
            self.frame, self.alt = frame, told.get("svg:desc") or told.get("svg:title") or ""
        self.child(into, "img", src=_attribute(source, "xlink:href"), alt=self.alt)

    def is_hidden(self, kind: str, source: etree._Element, style: str) -> bool:
        """Whether a word processor would not show an element."""
        if kind in ("text:hidden-text", "text:hidden-paragraph"):
            return True
        if kind == "text:section":
            is_shown = _attribute(source, "text:is-hidden") == "false"
            return _attribute(source, "text:display") in ("none", "condition") and not is_shown
        if "none" in (_attribute(source, "text:display"), _attribute(source, "draw:display")):
            return True
        if kind == "table:table":
            self.gone.update(_hidden_cells(source))
        if kind.startswith("table:"):
            return (
                _attribute(source, "table:visibility") in ("collapse", "filter")
                or _attribute(source, "table:display") == "false"
                or source in self.gone
                or _attribute(source, "table:style-name") in self.hiding
            )
        if kind in ("text:p", "text:h"):
            marks = (each for each in source if _name(each.tag) == "text:hidden-paragraph")
            if any(_attribute(mark, "text:is-hidden") != "false" for mark in marks):
                return True
        return kind in ("text:p", "text:h", "text:span") and style in self.hiding

    def is_pale(self, source: etree._Element) -> bool | None:
        """Whether an element makes its text as white as paper; None when it says nothing of that."""
        return self.coloured.get(_attribute(source, "text:style-name"))

    def is_on_ground(self, source: etree._Element) -> bool:
        """Whether a coloured ground is behind an element, or may be, as in shapes."""
        here: etree._Element | None = source
        passed: list[etree._Element] = []
        while here is not None and here not in self.grounded:
            passed.append(here)
            styles = (_attribute(here, "text:style-name"), _attribute(here, "table:style-name"))
            if _name(here.tag).startswith("draw:") or not self.grounds.isdisjoint(styles):
                self.grounded[here] = True
                break
            here = here.getparent()
        answer = here is not None and self.grounded[here]
        self.grounded.update(dict.fromkeys(passed, answer))
        return answer


def _is_white(colour: str) -> bool:
    return bool(re.fullmatch(r"#f[0-9a-f]f[0-9a-f]f[0-9a-f]", colour.lower()))


def _hidden_cells(table: etree._Element) -> Iterator[etree._Element]:
    """Cells that another one covers, and those of collapsed columns."""
    columns: list[tuple[int, bool]] = []  # how many, and whether they are collapsed
    for each in _rows_and_columns(table):
        kind = _name(each.tag)
        if kind == "table:table-column":
            state = _attribute(each, "table:visibility") in ("collapse", "filter")
            columns.append((_times(each, "table:number-columns-repeated"), state))
        elif kind == "table:table-row":
            yield from _hidden_in_row(each, columns if any(state for _, state in columns) else [])


def _rows_and_columns(table: etree._Element) -> Iterator[etree._Element]:
    for each in table:
        if _name(each.tag).endswith(("-rows", "-row-group", "-columns", "-column-group")):
            yield from _rows_and_columns(each)
        else:
            yield each


def _hidden_in_row(row: etree._Element, columns: list[tuple[int, bool]]) -> Iterator[etree._Element]:
    ahead = iter(columns)
    left, state = next(ahead, (0, False))
    for cell in row:
        kind = _name(cell.tag)
        if kind not in ("table:table-cell", "table:covered-table-cell"):
            continue
        if state or kind == "table:covered-table-cell":
            yield cell
        count = _times(cell, "table:number-columns-repeated")
        while count >= left > 0:
            count -= left
            left, state = next(ahead, (0, False))
        left -= min(count, left)


def _times(element: etree._Element, name: str) -> int:
    written = _attribute(element, name)
    return max(int(written), 1) if _NUMBER.fullmatch(written) else 1


def _looks(properties: etree._Element) -> Iterator[str]:
    """The HTML elements that stand for a style's properties, and whether it hides."""
    if _attribute(properties, "fo:font-weight") in ("bold", "600", "700", "800", "900"):
        yield "strong"
    if _attribute(properties, "fo:font-style") in ("italic", "oblique"):
        yield "em"
    raised = _attribute(properties, "style:text-position").split(" ")[0]
    if raised == "super" or re.match(r"[1-9]", raised):
        yield "sup"
    if raised == "sub" or raised.startswith("-"):
        yield "sub"
    if _attribute(properties, "text:display") == "none" or _attribute(properties, "table:display") == "false":
        yield _HIDDEN
