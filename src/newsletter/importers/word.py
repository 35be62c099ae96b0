"""word: .docx documents as a tree of HTML (by mammoth), and the images in them."""

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
    """A .docx document, its images, and how many hidden pieces were left out.

    Raises Unreadable; ModuleNotFoundError without the extra `import`.
    """
    import mammoth  # noqa: PLC0415 (optional, and it costs 180 ms)

    harmless, hidden = _harmless(Archive(content))
    found: list[tuple[str, bytes]] = []
    weight = 0

    def keep(image: Any) -> dict[str, str]:
        nonlocal weight
        with image.open() as stream:
            found.append((f"image.{image.content_type.rpartition('/')[2]}", stream.read()))
        weight += len(found[-1][1])
        if weight > MAX_BROUGHT:
            raise Unreadable(f"its images weigh more than {MAX_BROUGHT // 2**20} MB together")
        return {"src": f"part:{len(found) - 1}"}

    try:
        made = mammoth.convert_to_html(
            io.BytesIO(harmless), style_map=_STYLES, convert_image=mammoth.images.img_element(keep),
            include_embedded_style_map=False, external_file_access=False,
        )  # fmt: skip
    except Unreadable:
        raise
    except Exception as fault:  # mammoth has no errors of its own
        raise Unreadable(f"it cannot be read as a Word document ({type(fault).__name__})") from None
    images = {f"part:{number}": each for number, each in enumerate(found)}
    return html_to_markdown.parse(made.value or "<p></p>"), images.get, hidden


def _harmless(archive: Archive) -> tuple[bytes, int]:
    """The document without hidden text, as an archive of its own; how many pieces were hidden.

    mammoth's parser has no bounds: it gets only XML that ours has read, whatever the parts are called.
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
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue(), hidden


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def _value(element: etree._Element) -> str:
    """Its `w:val`, in lower case; switches that have none are on."""
    return (_attribute(element, "val") or "on").lower()


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute in the namespace of the element, of which there are two (transitional and strict)."""
    space, closing, _ = str(element.tag).rpartition("}")
    return str(element.get(f"{space}{closing}{name}") or "")


def _switch(properties: etree._Element | None, *names: str) -> bool | None:
    """Whether one of the switches is on; None when none of them is there."""
    found = [_value(each) not in _OFF for name in names for each in _children(properties, name)]
    return any(found) if found else None


def _style(properties: etree._Element | None, name: str) -> str:
    return next((_value(each) for each in _children(properties, name)), "")


def _first(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _hiding_styles(trees: dict[str, etree._Element]) -> set[str]:
    """The ids, in lower case, of styles that hide, by themselves or by what they are based on."""
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
    """Take out the runs and rows that Word does not show; gives how many."""
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
