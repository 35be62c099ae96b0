"""markup: a tree of HTML, from a page or an office document, as the Markdown of an announcement."""

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

__all__ = ["Find", "Markup", "nothing", "parse"]

_MAX_CELLS = 20_000  # of a table, when all its rows are as wide as the widest
# What is dropped without a word, and what is worth one.
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


def nothing(source: str) -> None:
    """Finds no image."""


@dataclass(slots=True)
class Markup:
    """Turns a tree into Markdown. `find` gives name and bytes of an image; pictures and doubts grow."""

    find: Find = nothing
    pictures: dict[str, ImportedPicture] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    _holders: set[etree._Element] | None = None
    _found: dict[str, tuple[ImportedPicture | None, str | None]] = field(default_factory=dict)
    _brought: int = 0  # bytes of images

    def markdown(self, element: etree._Element) -> str:
        """What stands in an element. Raises Unreadable when it is longer than any announcement."""
        return _bounded("\n\n".join(self.blocks(element)))

    def blocks(self, element: etree._Element) -> Iterator[str]:
        """The blocks in an element, one after the other; text between blocks is a paragraph."""
        line: list[str] = [markdown_escape.escape(_flow(element.text))]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in BLOCKS or self._holds_blocks(child):
                yield from self._paragraph("".join(line))
                line = []
                yield from self._block(tag, child)
            else:
                line.append(self._inline(child))
            line.append(markdown_escape.escape(_flow(child.tail)))
        yield from self._paragraph("".join(line))

    def _holds_blocks(self, element: etree._Element) -> bool:
        if self._holders is None:
            self._holders = block_holders(element.getroottree().getroot())
        return element in self._holders and element.tag not in _SILENT | _LOST

    def _paragraph(self, line: str) -> Iterator[str]:
        line = markdown_escape.without_breaks(re.sub(r"(?<![ \t])[ \t]*+\n[ \t]*+", "\n", line))
        if line.strip():
            yield markdown_escape.guard(markdown_escape.settle(line))

    def _block(self, tag: str, element: etree._Element) -> Iterator[str]:
        if tag in _HEADINGS:
            if title := self.line(element):
                # A picture alone is no heading.
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
                yield (markdown_escape.settle(f"{EM}{caption}{EM_END}") if "*" not in caption else caption)
        else:
            yield from self.blocks(element)

    def line(self, element: etree._Element) -> str:
        """What stands in an element, as one line."""
        return markdown_escape.settle(text.one_line(self._run(element).replace("\\\n", " ")))

    def _run(self, element: etree._Element) -> str:
        parts = [markdown_escape.escape(_flow(element.text))]
        for child in element:
            parts += [self._inline(child), markdown_escape.escape(_flow(child.tail))]
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
        inner = self._run(element)
        if tag == "a":
            return self._link(element, inner)
        return _marked(tag, inner)

    def _link(self, element: etree._Element, inner: str) -> str:
        target = (element.get("href") or "").strip()
        # mammoth's footnotes: a reference, and the way back to it.
        if note := re.fullmatch(r"#((?:foot|end)note)-(ref-)?(\d+)", target):
            return "" if note[2] else f"[^{_note(note[1], note[3])}]"
        if not target or target.startswith("#") or not inner.strip():
            return inner
        label = text.one_line(re.sub("[\ue000-\ue003]", "", inner))
        try:
            found = judge(target)
        except Unsafe as fault:
            self._doubt(
                "import-link", f"a link was left out: {fault.message}", "write it anew, if readers need it", label
            )
            return inner
        if found.kind in ("file", "announcement"):
            self._doubt("import-link", f"the link to '{target}' was left out", "its file is not in what came in", label)
            return inner
        return markdown_escape.wrapped("[", inner, f"]({_target(target)})")

    def _image(self, element: etree._Element) -> str:
        source = (element.get("src") or "").strip()
        alt = text.one_line(element.get("alt") or "")
        made, found = self._picture(source)
        if found is None:
            shown = "an image" if source.startswith("data:") else f"the image '{source[:200]}'"
            self._lose(
                f"{shown} was left out: it is not in what came in", "put it into announcements/images", "import-image"
            )
            return ""
        if made is None:
            self._lose(f"an image ('{found}') was left out", "save it as PNG or JPEG", "import-image")
            return ""
        self.pictures[made.name] = made
        link = f"![{markdown_escape.escape(alt)}](images/{made.name})"
        if not alt:
            self._doubt("import-image", "an image has no alternative text", "write what it shows between [ and ]", link)
        return link

    def _picture(self, source: str) -> tuple[ImportedPicture | None, str | None]:
        """An image, if it is one that can be used, and the name of what was found. Each is read once."""
        if source in self._found or len(self._found) >= MAX_FILES:
            return self._found.get(source, (None, None))
        found = _embedded(source) if source.startswith("data:") else self.find(source)
        self._brought += len(found[1]) if found else 0
        if self._brought > MAX_BROUGHT:
            raise Unreadable(f"its images weigh more than {MAX_BROUGHT // 2**20} MB together")
        answer = picture(*found) if found else None, found[0] if found else None
        if not source.startswith("data:"):
            self._found[source] = answer
        return answer

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
            inner = "\n".join(
                block if _is_list(block) or not index else f"\n{block}" for index, block in enumerate(blocks)
            )
            if inner.strip():
                lines.append(mark + inner.replace("\n", f"\n{' ' * len(mark)}"))
        if lines:
            yield _bounded(re.sub(r"(?m)(?<![ \t])[ \t]++$", "", "\n".join(lines)))

    def _table(self, element: etree._Element) -> Iterator[str]:
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in _rows(element)]
        if max(map(len, cells), default=0) < 2 and next(element.iterdescendants("table"), None) is not None:
            yield from (block for row in cells for cell in row for block in self.blocks(cell))
            return
        rows = [made for row in cells if any(made := [self.line(cell).replace("|", "\\|") for cell in row])]
        width = max(map(len, rows), default=0)
        if width < 2:  # a frame, not a table
            yield from (cell for row in rows for cell in row if cell)
            return
        if len(rows) * width > _MAX_CELLS:
            self._lose(f"a table of {len(rows)} rows and {width} columns was taken apart", "leave it out, or attach it")
            yield from (cell for row in rows for cell in row if cell)
            return
        if any(cell.get(span, "1") != "1" for row in cells for cell in row for span in ("colspan", "rowspan")):
            self._lose("a table had merged cells, which Markdown cannot hold", "look at it")
        rows = [row + [""] * (width - len(row)) for row in rows]
        shown = [f"| {' | '.join(row)} |" for row in rows]
        yield "\n".join([shown[0], "|" + "---|" * width, *shown[1:]])

    def _lose(self, message: str, fix: str, code: str = "import-lost") -> None:
        self.doubts.append(Doubt(code, message, fix))

    def _doubt(self, code: str, message: str, fix: str, at: str) -> None:
        self.doubts.append(Doubt(code, message, fix, at))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, without those of tables inside its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag != "table":
            yield from _rows(child)


def _bounded(markdown: str) -> str:
    """The text itself. Nested lists and quotations repeat their signs in each line: deep ones grow with their depth."""
    if len(markdown) > MAX_TEXT:
        raise Unreadable(f"its text is longer than {MAX_TEXT:,} characters; no announcement may be")
    return markdown


def _marked(tag: str, inner: str) -> str:
    if tag in _EMPHASIS:
        begin, end = _EMPHASIS[tag]
        return markdown_escape.wrapped(begin, inner.replace(begin, "").replace(end, ""), end)
    if tag in ("del", "strike"):
        return markdown_escape.wrapped("~~", inner, "~~")
    if inner.startswith("[^") or tag not in _KEPT:
        return inner
    return markdown_escape.wrapped(f"<{tag}>", inner, f"</{tag}>")


def _note(kind: str, number: str) -> str:
    return number if kind == "footnote" else f"e{number}"


def _code(code: str) -> str:
    if "`" in code or not code.strip():
        return markdown_escape.wrapped("<kbd>", markdown_escape.escape(code), "</kbd>")
    return f"`{code}`"


def _flow(content: str | None) -> str:
    """Runs of white space become one space, as a browser shows them; NBSP stays."""
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
