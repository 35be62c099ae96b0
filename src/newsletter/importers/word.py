"""Convert .docx documents to an HTML tree with mammoth, and read their images."""

import io
import zipfile
from typing import Any

from lxml import etree

from newsletter.importers import html_to_markdown
from newsletter.importers.draft import MAX_BROUGHT, Unreadable, picture
from newsletter.importers.safe_files import Archive
from newsletter.importers.word_hidden import HidingStyles, remove_hidden

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""


def word(content: bytes) -> tuple[etree._Element, html_to_markdown.Find, int]:
    """Convert a .docx document to HTML.

    Returns the HTML tree, a function that finds the document's images, and the number of hidden
    pieces left out. Raises Unreadable, and ModuleNotFoundError if the extra `import` is not
    installed.
    """
    import mammoth  # noqa: PLC0415 (optional, and importing it takes 180 ms)

    harmless, hidden = _harmless(Archive(content))
    extracted: list[tuple[str, bytes]] = []
    weight = 0

    def keep(image: Any) -> dict[str, str]:
        nonlocal weight
        with image.open() as stream:
            extracted.append((f"image.{image.content_type.rpartition('/')[2]}", stream.read()))
        weight += len(extracted[-1][1])
        if weight > MAX_BROUGHT:
            raise Unreadable(f"its images are larger than {MAX_BROUGHT // 2**20} MB in total")
        return {"src": f"part:{len(extracted) - 1}"}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(harmless), style_map=_STYLES, convert_image=mammoth.images.img_element(keep),
            include_embedded_style_map=False, external_file_access=False,
        )  # fmt: skip
    except Unreadable:
        raise
    except Exception as fault:  # mammoth defines no exceptions of its own
        raise Unreadable(f"it cannot be read as a Word document ({type(fault).__name__})") from None
    images = {f"part:{number}": each for number, each in enumerate(extracted)}
    return html_to_markdown.parse(result.value or "<p></p>"), images.get, hidden


def _harmless(archive: Archive) -> tuple[bytes, int]:
    """Return the document as a new archive without hidden text, and the number of hidden pieces.

    mammoth's parser has no limits, so it receives only XML that our parser has accepted.
    """
    names = archive.names()
    if "[Content_Types].xml" not in names or "word/document.xml" not in names:
        raise Unreadable("it is not a Word document; save it as .docx")
    parts: dict[str, bytes] = {}
    trees: dict[str, etree._Element] = {}
    for name in names:
        parts[name] = archive.read(name)
        if name.endswith((".xml", ".rels")):
            trees[name] = archive.parse(parts[name])
        elif picture(name, parts[name]) is None:
            parts[name] = b""
    hiding = HidingStyles(trees.values())
    hidden = 0
    for name, tree in trees.items():
        if removed := remove_hidden(tree, hiding):
            hidden += removed
            parts[name] = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as result:
        for name, content in parts.items():
            result.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue(), hidden
