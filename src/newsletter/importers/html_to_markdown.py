"""Convert HTML, from a page or an office document, to the Markdown of an announcement."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from newsletter import text
from newsletter.importers import markdown_escape
from newsletter.importers.draft import MAX_BROUGHT, MAX_FILES, MAX_TEXT, Doubt, ImportedPicture, Unreadable, picture
from newsletter.importers.markdown_escape import EM, EM_END, STRONG, STRONG_END
from newsletter.importers.trees import BLOCKS, block_holders, parse
from newsletter.text.urls import Unsafe, judge

__all__ = ["Find", "MarkdownConverter", "find_nothing", "parse"]

_MAX_CELLS = 20_000  # of a table, counting each row as wide as the widest
# Elements that are dropped without a report, and elements whose loss is reported.
_SILENT = frozenset(
    "script style template noscript head nav header footer aside button input select textarea label meta link".split()
)
_LOST = frozenset("video audio iframe object embed svg math canvas form map".split())
_KEPT = frozenset("sup sub small kbd mark q cite s".split())
_EMPHASIS = {
    "strong": (STRONG, STRONG_END), "b": (STRONG, STRONG_END),
    "em": (EM, EM_END), "i": (EM, EM_END),
}  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

Find = Callable[[str], tuple[str, bytes] | None]


def find_nothing(source: str) -> None:
    """Return None for every image: the default `find` of MarkdownConverter."""


@dataclass(slots=True)
class MarkdownConverter:
    """Converts HTML to Markdown, and collects its images in `pictures` and losses in `doubts`.

    `find` returns the name and the bytes of the image at an address, or None.
    """

    find: Find = find_nothing
    pictures: dict[str, ImportedPicture] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    _holders: set[etree._Element] | None = None
    _cache: dict[str, tuple[ImportedPicture | None, str | None]] = field(default_factory=dict)
    _weight: int = 0  # bytes of images

    def markdown(self, element: etree._Element) -> str:
        """Return the content of an element. Raises Unreadable if it is longer than MAX_TEXT."""
        return _bounded("\n\n".join(self.blocks(element)))

    def blocks(self, element: etree._Element) -> Iterator[str]:
        """Yield the blocks in an element; text between blocks becomes a paragraph."""
        line: list[str] = [markdown_escape.escape(_collapse_spaces(element.text))]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in BLOCKS or self._holds_blocks(child):
                yield from self._paragraph("".join(line))
                line = []
                yield from self._block(tag, child)
            else:
                line.append(self._inline(child))
            line.append(markdown_escape.escape(_collapse_spaces(child.tail)))
        yield from self._paragraph("".join(line))

    def _holds_blocks(self, element: etree._Element) -> bool:
        if self._holders is None:
            self._holders = block_holders(element.getroottree().getroot())
        return element in self._holders and element.tag not in _SILENT | _LOST

    def _paragraph(self, line: str) -> Iterator[str]:
        line = markdown_escape.without_breaks(re.sub(r"(?<![ \t])[ \t]*+\n[ \t]*+", "\n", line))
        if line.strip():
            yield markdown_escape.guard(markdown_escape.resolve_emphasis(line))

    def _block(self, tag: str, element: etree._Element) -> Iterator[str]:
        if tag in _HEADINGS:
            if title := self.line(element):
                # An image alone is not a heading.
                is_heading = re.sub(r"!\[[^\[\]]*+\]\([^()]*+\)", "", title).strip()
                yield f"{'#' * int(tag[1])} {title}" if is_heading else title
        elif tag in ("ul", "ol"):
            yield from self._list(element, ordered=tag == "ol")
        elif tag == "blockquote":
            if inner := self.markdown(element):
                yield _bounded("\n".join(f"> {line}".rstrip(" ") for line in inner.split("\n")))
        elif tag == "pre":
            code = "".join(map(str, element.itertext())).strip("\n")
            fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
            yield f"{fence}\n{code}\n{fence}"
        elif tag == "table":
            yield from self._table(element)
        elif tag == "hr":
            yield "---"
        elif tag == "figcaption":
            if caption := self.line(element):
                is_plain = "*" not in caption
                yield markdown_escape.resolve_emphasis(f"{EM}{caption}{EM_END}") if is_plain else caption
        else:
            yield from self.blocks(element)

    def line(self, element: etree._Element) -> str:
        """Return the content of an element as one line."""
        return markdown_escape.resolve_emphasis(text.one_line(self._inlines(element).replace("\\\n", " ")))

    def _inlines(self, element: etree._Element) -> str:
        parts = [markdown_escape.escape(_collapse_spaces(element.text))]
        for child in element:
            parts += [self._inline(child), markdown_escape.escape(_collapse_spaces(child.tail))]
        return "".join(parts)

    def _inline(self, element: etree._Element) -> str:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _SILENT:
            return ""
        if tag in _LOST:
            self._lose(f"a <{tag}> was left out", "write a link to it, if readers need it")
            return ""
        if tag == "br":
            return "\\\n"
        if tag == "img":
            return self._image(element)
        if tag == "code":
            return _code("".join(map(str, element.itertext())))
        inner = self._inlines(element)
        if tag == "a":
            return self._link(element, inner)
        return _mark_up(tag, inner)

    def _link(self, element: etree._Element, inner: str) -> str:
        target = (element.get("href") or "").strip()
        # mammoth writes footnotes as a link to the note and a link back.
        if note := re.fullmatch(r"#((?:foot|end)note)-(ref-)?(\d+)", target):
            return "" if note[2] else f"[^{_note(note[1], note[3])}]"
        if not target or target.startswith("#") or not inner.strip():
            return inner
        label = text.one_line(re.sub("[\ue000-\ue003]", "", inner))
        try:
            kind = judge(target).kind
        except Unsafe as fault:
            message = f"a link was left out: {fault.message}"
            self._doubt("import-link", message, "add a correct one, if readers need it", label)
            return inner
        if kind in ("file", "announcement"):
            message = f"the link to '{target}' was left out: its file was not imported"
            self._doubt("import-link", message, "add it by hand, if readers need it", label)
            return inner
        return markdown_escape.wrap("[", inner, f"]({_target(target)})")

    def _image(self, element: etree._Element) -> str:
        source = (element.get("src") or "").strip()
        alt = text.one_line(element.get("alt") or "")
        image, name = self._load_image(source)
        if name is None:
            shown = "an image" if source.startswith("data:") else f"the image '{source[:200]}'"
            message = f"{shown} was left out: its file was not found"
            self._lose(message, "put it into announcements/images", "import-image")
            return ""
        if image is None:
            message = f"an image ('{name}') was left out: mail programs do not show its format"
            self._lose(message, "save it as PNG or JPEG", "import-image")
            return ""
        self.pictures[image.name] = image
        link = f"![{markdown_escape.escape(alt)}](images/{image.name})"
        if not alt:
            self._doubt("import-image", "an image has no alternative text", "describe it between [ and ]", link)
        return link

    def _load_image(self, source: str) -> tuple[ImportedPicture | None, str | None]:
        """Return the image at an address and its file name.

        The image is None if its format cannot be used; the name is None if no file is found. Reads
        each image once.
        """
        if source in self._cache or len(self._cache) >= MAX_FILES:
            return self._cache.get(source, (None, None))
        file = _embedded(source) if source.startswith("data:") else self.find(source)
        self._weight += len(file[1]) if file else 0
        if self._weight > MAX_BROUGHT:
            raise Unreadable(f"its images are larger than {MAX_BROUGHT // 2**20} MB in total")
        result = picture(*file) if file else None, file[0] if file else None
        if not source.startswith("data:"):
            self._cache[source] = result
        return result

    def _list(self, element: etree._Element, ordered: bool) -> Iterator[str]:
        items = [child for child in element if isinstance(child.tag, str) and child.tag not in _SILENT]
        notes = [re.fullmatch(r"((?:foot|end)note)-(\d+)", item.get("id") or "") for item in items]
        for note, item in zip(notes, items, strict=True):
            if note:
                yield f"[^{_note(note[1], note[2])}]: {self.line(item)}"
        items = [item for note, item in zip(notes, items, strict=True) if not note]
        lines: list[str] = []
        for number, item in enumerate(items, 1):
            mark = f"{number}. " if ordered else "- "
            blocks = list(self.blocks(item) if item.tag == "li" else self._block(item.tag, item))
            # A list may follow a paragraph directly. Other blocks need a blank line before them.
            spaced = blocks[:1] + [block if _is_list(block) else f"\n{block}" for block in blocks[1:]]
            inner = "\n".join(spaced)
            if inner.strip():
                lines.append(mark + inner.replace("\n", f"\n{' ' * len(mark)}"))
        if lines:
            yield _bounded(re.sub(r"(?m)(?<![ \t])[ \t]++$", "", "\n".join(lines)))

    def _table(self, element: etree._Element) -> Iterator[str]:
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in _rows(element)]
        if max(map(len, cells), default=0) < 2 and next(element.iterdescendants("table"), None) is not None:
            yield from (block for row in cells for cell in row for block in self.blocks(cell))
            return
        lines = ([self.line(cell).replace("|", "\\|") for cell in row] for row in cells)
        rows = [row for row in lines if any(row)]
        width = max(map(len, rows), default=0)
        if width < 2:  # used for layout, not as a table
            yield from (cell for row in rows for cell in row if cell)
            return
        if len(rows) * width > _MAX_CELLS:
            message = f"a table of {len(rows)} rows and {width} columns was split into paragraphs"
            self._lose(message, "leave it out, or attach it")
            yield from (cell for row in rows for cell in row if cell)
            return
        if any(cell.get(span, "1") != "1" for row in cells for cell in row for span in ("colspan", "rowspan")):
            self._lose("a table had merged cells, which Markdown does not support", "check the table")
        rows = [row + [""] * (width - len(row)) for row in rows]
        shown = [f"| {' | '.join(row)} |" for row in rows]
        yield "\n".join([shown[0], "|" + "---|" * width, *shown[1:]])

    def _lose(self, message: str, fix: str, code: str = "import-lost") -> None:
        self.doubts.append(Doubt(code, message, fix))

    def _doubt(self, code: str, message: str, fix: str, at: str) -> None:
        self.doubts.append(Doubt(code, message, fix, at))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the rows of a table, but not those of tables inside its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag != "table":
            yield from _rows(child)


def _bounded(markdown: str) -> str:
    """Return the text unchanged. Raises Unreadable if it is longer than MAX_TEXT.

    Nested lists and quotations repeat their markers on each line, so their text grows with their
    depth.
    """
    if len(markdown) > MAX_TEXT:
        raise Unreadable(f"its text is longer than {MAX_TEXT:,} characters; shorten it, or split it")
    return markdown


def _mark_up(tag: str, inner: str) -> str:
    if tag in _EMPHASIS:
        begin, end = _EMPHASIS[tag]
        return markdown_escape.wrap(begin, inner.replace(begin, "").replace(end, ""), end)
    if tag in ("del", "strike"):
        return markdown_escape.wrap("~~", inner, "~~")
    if inner.startswith("[^") or tag not in _KEPT:
        return inner
    return markdown_escape.wrap(f"<{tag}>", inner, f"</{tag}>")


def _note(kind: str, number: str) -> str:
    return number if kind == "footnote" else f"e{number}"


def _code(code: str) -> str:
    if "`" in code or not code.strip():
        return markdown_escape.wrap("<kbd>", markdown_escape.escape(code), "</kbd>")
    return f"`{code}`"


def _collapse_spaces(content: str | None) -> str:
    """Replace each run of white space with one space, as browsers do; keep no-break spaces."""
    return re.sub(r"[ \t\r\n\f]+", " ", content or "")


def _is_list(block: str) -> bool:
    return bool(re.match(r"- |\d+\. ", block))


def _target(address: str) -> str:
    return f"<{address}>" if re.search(r"[ ()]", address) else address


def _embedded(source: str) -> tuple[str, bytes] | None:
    match = re.match(r"data:image/([a-z]+);base64,", source)
    try:
        return (f"image.{match[1]}", base64.b64decode(source[match.end() :], validate=False)) if match else None
    except (binascii.Error, ValueError):
        return None
