"""Convert .docx documents to a tree of HTML with mammoth, and read their images."""

import io
import zipfile
from typing import Any

from lxml import etree

from newsletter.importers import html_to_markdown
from newsletter.importers.draft import MAX_BROUGHT, Unreadable, picture
from newsletter.importers.safe_files import Archive

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
_OFF = ("0", "false", "off", "none")


def word(content: bytes) -> tuple[etree._Element, html_to_markdown.Find, int]:
    """Return a .docx document as HTML, a function that finds its images, and the number of hidden pieces left out.

    Raises Unreadable, and ModuleNotFoundError without the extra `import`.
    """
    import mammoth  # noqa: PLC0415 (optional, and it costs 180 ms)

    harmless, hidden = _harmless(Archive(content))
    extracted: list[tuple[str, bytes]] = []
    weight = 0

    def keep(image: Any) -> dict[str, str]:
        nonlocal weight
        with image.open() as stream:
            extracted.append((f"image.{image.content_type.rpartition('/')[2]}", stream.read()))
        weight += len(extracted[-1][1])
        if weight > MAX_BROUGHT:
            raise Unreadable(f"its images weigh more than {MAX_BROUGHT // 2**20} MB together")
        return {"src": f"part:{len(extracted) - 1}"}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(harmless), style_map=_STYLES, convert_image=mammoth.images.img_element(keep),
            include_embedded_style_map=False, external_file_access=False,
        )  # fmt: skip
    except Unreadable:
        raise
    except Exception as fault:  # mammoth does not define its own errors
        raise Unreadable(f"it cannot be read as a Word document ({type(fault).__name__})") from None
    images = {f"part:{number}": each for number, each in enumerate(extracted)}
    return html_to_markdown.parse(result.value or "<p></p>"), images.get, hidden


def _harmless(archive: Archive) -> tuple[bytes, int]:
    """Return the document without hidden text, as a new archive, and the number of hidden pieces.

    mammoth's parser has no limits, so it gets only XML that our parser has accepted.
    """
    names = archive.names()
    if "[Content_Types].xml" not in names or "word/document.xml" not in names:
        raise Unreadable("it is no Word document; save it as .docx")
    parts: dict[str, bytes] = {}
    trees: dict[str, etree._Element] = {}
    for name in names:
        parts[name] = archive.read(name)
        if name.endswith((".xml", ".rels")):
            trees[name] = archive.parse(parts[name])
        elif picture(name, parts[name]) is None:
            parts[name] = b""
    hiding = _hiding_styles(trees)
    hidden = 0
    for name, tree in trees.items():
        if removed := _remove_hidden(tree, hiding):
            hidden += removed
            parts[name] = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as result:
        for name, content in parts.items():
            result.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue(), hidden


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def _value(element: etree._Element) -> str:
    """Return the `w:val` of an element in lower case; a switch without one is on."""
    return (_attribute(element, "val") or "on").lower()


def _attribute(element: etree._Element, name: str) -> str:
    """Return an attribute in the namespace of its element: there are two, transitional and strict."""
    space, closing, _ = str(element.tag).rpartition("}")
    return str(element.get(f"{space}{closing}{name}") or "")


def _switch(properties: etree._Element | None, *names: str) -> bool | None:
    """Return whether one of the switches is on, or None if none is present."""
    extracted = [_value(each) not in _OFF for name in names for each in _children(properties, name)]
    return any(extracted) if extracted else None


def _style(properties: etree._Element | None, name: str) -> str:
    return next((_value(each) for each in _children(properties, name)), "")


def _first(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _hiding_styles(trees: dict[str, etree._Element]) -> set[str]:
    """Return the ids, in lower case, of styles that hide text themselves or through the style they are based on."""
    own: dict[str, bool | None] = {}
    above: dict[str, str] = {}
    for tree in trees.values():
        for each in tree.iterchildren("{*}style") if _local(tree) == "styles" else ():
            name = _attribute(each, "styleId").lower()
            own[name] = _switch(_first(each, "rPr"), "vanish", "webHidden")
            above[name] = _style(each, "basedOn")
    hiding = set()
    for name in own:
        style = name
        for _ in range(10):
            if own.get(style) is not None or style not in above:
                break
            style = above[style]
        if own.get(style):
            hiding.add(name)
    return hiding


def _remove_hidden(tree: etree._Element, hiding: set[str]) -> int:
    """Remove the runs and rows that Word does not show; return their number."""
    hidden: list[etree._Element] = []
    for row in tree.iter("{*}tr"):
        if _switch(_first(row, "trPr"), "hidden"):
            hidden.append(row)
    for paragraph in tree.iter("{*}p"):
        by_paragraph = _style(_first(paragraph, "pPr"), "pStyle") in hiding
        for run in paragraph.iterdescendants("{*}r"):
            properties = _first(run, "rPr")
            switched = _switch(properties, "vanish", "webHidden")
            if switched or (switched is None and (by_paragraph or _style(properties, "rStyle") in hiding)):
                hidden.append(run)
    for each in hidden:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)
    return len(hidden)
