"""blocks: paragraphs, headings, lists, quotations, tables, code, rules, footnotes."""

import re
from typing import Any

from newsletter import text
from newsletter.markdown.inlines import ALLOWED, Inlines
from newsletter.model import Address, Block, Element, Part

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Blocks(Inlines):
    """The events that begin and end blocks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.counters: list[int | None] = []  # numbers of the open lists
        self.html: list[str] | None = None
        self.rows: list[list[list[str]]] = []
        self.alignments: tuple[str, ...] = ()
        self.outside: list[tuple[str, list[Part], list[Block], str, list[tuple[str, str]]]] = []

    def on_StartParagraph(self, details: None, start: int) -> None:
        self.flush()
        self.label = []
        self.enter("p")

    def on_EndParagraph(self, details: None, start: int) -> None:
        self.close_raw(start)
        self.leave()
        self.block("paragraph")
        if not self.open and not self.outside:
            self.paragraphs.append(text.one_line("".join(self.label)))

    def on_StartHeading(self, details: dict[str, Any], start: int) -> None:
        self.flush()
        self.label = []
        self.enter(f"h{next(self.levels)}")
        self.heading = len(self.parts) - 1

    def on_EndHeading(self, details: str, start: int) -> None:
        self.close_raw(start)
        title = text.one_line("".join(self.label))
        if not title.strip("\u00a0\u202f"):
            self.fault("empty-heading", start, "this heading has no text", "write one, or delete it")
        anchor = stem = text.fold_or_hex(title, "s-") or "section"
        count = 1
        while anchor in self.anchors:
            count += 1
            anchor = f"{stem}-{count}"
        self.anchors.add(anchor)
        self.parts[self.heading] = Element(self.chain, page=f' id="{anchor}"')
        level = int(self.chain[-1])
        self.leave()
        self.block("heading", level)

    def on_StartBlockQuote(self, details: Any, start: int) -> None:
        self.flush()
        self.enter("blockquote")
        self.lines.append(("> ", "> "))

    def on_EndBlockQuote(self, details: Any, start: int) -> None:
        self.lines.pop()
        self.leave()

    def on_StartList(self, first: int | None, start: int) -> None:
        self.flush()
        self.counters.append(first)
        number = f' start="{first}"' if first not in (None, 1) else ""
        self.enter("ul" if first is None else "ol", number)

    def on_EndList(self, ordered: bool, start: int) -> None:
        self.counters.pop()
        self.leave()
        self.tight = self.tight and bool(self.counters)

    def on_StartItem(self, details: None, start: int) -> None:
        number = self.counters[-1]
        sign = "- " if number is None else f"{number}. "
        if number is not None:
            self.counters[-1] = number + 1
        self.lines.append((sign, " " * len(sign)))
        self.label = []
        self.enter("li")

    def on_EndItem(self, details: None, start: int) -> None:
        self.close_raw(start)
        self.flush()
        self.lines.pop()
        self.leave()

    def on_StartCodeBlock(self, details: Any, start: int) -> None:
        self.flush()
        self.enter("pre")
        self.enter("code")

    def on_EndCodeBlock(self, details: None, start: int) -> None:
        self.leave()
        self.leave()
        self.lines.append(("    ", "    "))
        self.block("verbatim")
        self.lines.pop()

    def on_Rule(self, details: None, start: int) -> None:
        self.flush()
        self.enter("hr")
        _, self.chain = self.open.pop()
        self.block("rule")

    def on_StartHtmlBlock(self, details: None, start: int) -> None:
        self.html = []

    def on_Html(self, value: str, start: int) -> None:
        assert self.html is not None
        self.html.append(value)

    def on_EndHtmlBlock(self, details: None, start: int) -> None:
        raw, self.html = "".join(self.html or ()), None
        self.comment(raw)
        # Comments become blanks of equal length, so that what is left keeps its offset.
        rest = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), raw)
        if rest.strip():
            before = len(rest) - len(rest.lstrip())
            line = rest.strip().split("\n")[0]
            self.fault("raw-html", start + len(raw[:before].encode()), f"raw HTML '{line[:60]}'", ALLOWED)

    # --- tables -------------------------------------------------------------------------------

    def on_StartTable(self, alignments: tuple[str, ...], start: int) -> None:
        self.flush()
        self.alignments = alignments
        self.rows = []
        self.enter("table")

    def on_StartTableHead(self, details: None, start: int) -> None:
        self.enter("thead")
        self.on_StartTableRow(details, start)

    def on_StartTableRow(self, details: None, start: int) -> None:
        if len(self.rows) == 1:
            self.enter("tbody")
        self.rows.append([])
        self.enter("tr")

    def on_StartTableCell(self, details: None, start: int) -> None:
        column = len(self.rows[-1])
        alignment = self.alignments[column].lower() if column < len(self.alignments) else "none"
        align = "" if alignment == "none" else f' align="{alignment}"'
        head = len(self.rows) == 1
        self.enter("th" if head else "td", (' scope="col"' if head else "") + align)

    def on_EndTableCell(self, details: None, start: int) -> None:
        self.close_raw(start)
        self.leave()
        self.rows[-1].append(self.pieces)
        self.pieces = []

    def on_EndTableRow(self, details: None, start: int) -> None:
        self.leave()

    def on_EndTableHead(self, details: None, start: int) -> None:
        self.leave()
        self.leave()

    def on_EndTable(self, details: None, start: int) -> None:
        if len(self.rows) > 1:
            self.leave()
        self.leave()
        cells = [[_cell(pieces) for pieces in row] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        if sum(widths) + 3 * len(widths) <= 72:
            lines = [" | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
            lines.insert(1, "-+-".join("-" * width for width in widths))
        else:  # too wide for a letter: one line a cell
            lines = [
                f"{name}: {cell}" if name else cell
                for row in cells[1:]
                for name, cell in [*zip(cells[0], row, strict=True), ("", "")]
            ]
        self.pieces = ["\n".join(lines)]
        self.block("verbatim")
        for row in self.rows:
            for pieces in row:
                if any(isinstance(piece, Address) for piece in pieces):
                    self.pieces = pieces
                    self.block("paragraph")

    # --- footnotes ----------------------------------------------------------------------------

    def on_StartFootnoteDefinition(self, name: str, start: int) -> None:
        self.flush()
        self.outside.append((name, self.parts, self.blocks, self.chain, self.lines))
        self.parts, self.blocks, self.chain, self.lines = [], [], "ol li", []

    def on_EndFootnoteDefinition(self, details: None, start: int) -> None:
        name, parts, blocks, chain, lines = self.outside.pop()
        self.notes[name] = (self.parts, self.blocks)
        self.parts, self.blocks, self.chain, self.lines = parts, blocks, chain, lines


def _cell(pieces: list[str]) -> str:
    return text.one_line("".join(piece for piece in pieces if not isinstance(piece, Address)))
