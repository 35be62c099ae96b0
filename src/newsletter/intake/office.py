"""office: .docx (by mammoth) and .odt documents as a tree of HTML, and the images in them."""

import io
import re
from typing import Any

from lxml import etree

from newsletter.intake import markup
from newsletter.intake.archive import Archive
from newsletter.intake.draft import Unreadable

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""


def word(content: bytes) -> tuple[etree._Element, markup.Find]:
    """A .docx document. Raises Unreadable; ModuleNotFoundError without the extra `import`."""
    import mammoth  # noqa: PLC0415 (optional, and it costs 180 ms)

    archive = Archive(content)
    # mammoth's own parser has no bounds: it gets only what ours has read.
    for name in archive.names():
        if name.endswith((".xml", ".rels")):
            archive.tree(name)
    if "[Content_Types].xml" not in archive.names() or "word/document.xml" not in archive.names():
        raise Unreadable("it is no Word document; save it as .docx")
    found: list[tuple[str, bytes]] = []

    def keep(image: Any) -> dict[str, str]:
        with image.open() as stream:
            found.append((f"image.{image.content_type.rpartition('/')[2]}", stream.read()))
        return {"src": f"part:{len(found) - 1}"}

    try:
        made = mammoth.convert_to_html(
            io.BytesIO(content), style_map=_STYLES, convert_image=mammoth.images.img_element(keep),
            include_embedded_style_map=False, external_file_access=False,
        )  # fmt: skip
    except Exception as fault:  # mammoth has no errors of its own
        raise Unreadable(f"it cannot be read as a Word document ({type(fault).__name__})") from None

    def find(source: str) -> tuple[str, bytes] | None:
        number = source.removeprefix("part:")
        return found[int(number)] if source.startswith("part:") and _NUMBER.fullmatch(number) else None

    return markup.parse(made.value or "<p></p>"), find


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
_TAGS = {
    "text:p": "p", "text:list": "ul", "text:list-item": "li", "text:list-header": "li", "text:line-break": "br",
    "table:table": "table", "table:table-row": "tr", "table:table-cell": "td",
}  # fmt: skip
_DROPPED = frozenset(
    "text:tracked-changes office:annotation text:note-citation text:sequence-decls office:forms svg:desc svg:title "
    "text:table-of-content text:bookmark text:soft-page-break".split()
)


def _name(name: Any) -> str:
    space, _, local = str(name).removeprefix("{").rpartition("}")
    return f"{_NS.get(space, '?')}:{local}"


def _attribute(element: etree._Element, wanted: str) -> str:
    return next((str(value) for name, value in element.attrib.items() if _name(name) == wanted), "")


def open_document(content: bytes) -> tuple[etree._Element, markup.Find]:
    """An .odt document. Raises Unreadable."""
    archive = Archive(content)
    tree = archive.tree("content.xml")
    body = None if tree is None else next((each for each in tree.iter() if _name(each.tag) == "office:text"), None)
    if tree is None or body is None:
        raise Unreadable("it is no text document; save it as .odt")
    styles = [each for part in (archive.tree("styles.xml"), tree) if part is not None for each in part.iter()]
    made = etree.Element("body")
    _Odt(styles).convert(body, made)

    def find(source: str) -> tuple[str, bytes] | None:
        inside = source.removeprefix("./")
        return (inside, archive.read(inside)) if inside.startswith("Pictures/") and inside in archive.names() else None

    return made, find


class _Odt:
    """OpenDocument elements as HTML; depth is bounded by the parser."""

    def __init__(self, styles: list[etree._Element]) -> None:
        self.parents: dict[str, str] = {}
        self.looks: dict[str, set[str]] = {}
        self.ordered: set[str] = set()
        for each in styles:
            name, kind = _attribute(each, "style:name"), _name(each.tag)
            if kind == "style:style":
                self.parents[name] = _attribute(each, "style:parent-style-name")
                for look in each:
                    bold = _attribute(look, "fo:font-weight") in ("bold", "600", "700", "800", "900")
                    italic = _attribute(look, "fo:font-style") in ("italic", "oblique")
                    raised = _attribute(look, "style:text-position").split(" ")[0]
                    up = "sup" if raised == "super" or re.match(r"[1-9]", raised) else ""
                    down = "sub" if raised == "sub" or raised.startswith("-") else ""
                    self.looks.setdefault(name, set()).update(
                        filter(None, ("strong" if bold else "", "em" if italic else "", up, down))
                    )
            elif kind == "text:list-style" and len(each) and _name(each[0].tag) == "text:list-level-style-number":
                self.ordered.add(name)

    def convert(self, source: etree._Element, into: etree._Element) -> None:
        self.add(into, source.text)
        for child in source:
            if isinstance(child.tag, str):
                self.element(_name(child.tag), child, into)
            self.add(into, child.tail)

    @staticmethod
    def add(into: etree._Element, content: str | None) -> None:
        """Text behind all that stands in an element."""
        if content and len(into):
            into[-1].tail = (into[-1].tail or "") + content
        elif content:
            into.text = (into.text or "") + content

    def element(self, kind: str, source: etree._Element, into: etree._Element) -> None:
        style = _attribute(source, "text:style-name")
        if kind in _DROPPED:
            return
        if kind == "text:h" or (kind == "text:p" and self.is_title(style)):
            into = etree.SubElement(into, f"h{_level(_attribute(source, 'text:outline-level'))}")
        elif kind == "text:list":
            into = etree.SubElement(into, "ol" if style in self.ordered else "ul")
        elif kind in ("text:s", "text:tab"):
            self.add(into, " ")
        elif kind == "text:a":
            into = etree.SubElement(into, "a", href=_attribute(source, "xlink:href"))
        elif kind == "draw:image":
            frame = source.getparent()
            told = {_name(each.tag): each.text or "" for each in frame} if frame is not None else {}
            alt = told.get("svg:desc") or told.get("svg:title") or ""
            etree.SubElement(into, "img", src=_attribute(source, "xlink:href"), alt=alt)
            return
        elif kind == "text:span":
            for tag in sorted(self.looks.get(style, ())):
                into = etree.SubElement(into, tag)
        elif kind in _TAGS:
            into = etree.SubElement(into, _TAGS[kind])
            bold = kind == "text:p" and "strong" in self.looks.get(style, ())
            into = etree.SubElement(into, "strong") if bold else into
        self.convert(source, into)

    def is_title(self, style: str) -> bool:
        """Whether a style is that of the document's title, or made from it."""
        for _ in range(5):
            if style in ("Title", "Titre"):
                return True
            style = self.parents.get(style, "")
        return False
