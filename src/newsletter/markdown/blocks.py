"""blocks: paragraphs, headings, lists, quotations, tables, code, rules, footnotes."""

import re
from typing import Any

from newsletter import text
from newsletter.markdown.builder import TOP, page_only
from newsletter.markdown.inlines import ALLOWED, Inlines
from newsletter.markdown.tables import lines_of
from newsletter.model import SLOT


class Blocks(Inlines):
    """The events that begin and end blocks."""

    __slots__ = ("above", "alignments", "counters", "heading", "html", "level", "namesakes", "outside", "rows")

    def __init__(self, top: int, *, signs: bool) -> None:
        super().__init__(top, signs=signs)
        self.heading = 0  # its place among the parts
        self.above: list[int] = []  # levels of the headings that the last one stands under, and its own
        self.level = 0  # of the last heading, as written
        self.namesakes: dict[str, int] = {}  # the last number that an anchor of this stem was given
        self.counters: list[int | None] = []  # numbers of the open lists
        self.html: list[str] = []
        self.rows: list[list[list[str]]] = []
        self.alignments: tuple[str, ...] = ()
        self.outside: list[tuple[Any, ...]] = []  # what was being written when a footnote began

    def on_StartParagraph(self, details: None) -> None:
        if self.pieces:
            self.flush()
        self.enter("p")

    def on_EndParagraph(self, details: None) -> None:
        if self.inlines:
            self.close_raw()
        self.leave()
        if self.spot is TOP:
            self.paragraphs.append(self.label() if self.odd else len(self.blocks))
        self.block("paragraph", "".join(self.pieces))

    def on_StartHeading(self, details: dict[str, Any]) -> None:
        """The highest heading becomes `<h{top}>`, the others follow without gaps: `[1, 3, 2]` becomes `[2, 3, 3]`."""
        if self.pieces:
            self.flush()
        level = int(details["level"][1])
        if self.level and level > self.level + 1:
            self.fault("skipped-heading", "this heading skips a level", "go down one level at a time", "warning")
        self.level = level
        while self.above and self.above[-1] >= level:
            self.above.pop()
        self.above.append(level)
        self.enter(f"h{min(self.top + len(self.above) - 1, 6)}")
        self.heading = len(self.parts) - 1

    def on_EndHeading(self, details: str) -> None:
        if self.inlines:
            self.close_raw()
        title = text.one_line(self.label())
        if not title.strip("\u00a0\u202f"):
            self.fault("empty-heading", "this heading has no text", "write one, or delete it")
        anchor = self.anchor(text.fold_or_hex(title, "s-") or "section")
        level, named = int(self.spot.chain[-1]), page_only(f' id="{anchor}"')
        self.parts[self.heading] = f"<h{level}{named}{self.spot.rest}"
        self.leave()
        self.block("heading", "".join(self.pieces), level)

    def anchor(self, stem: str) -> str:
        """An anchor that no heading has yet: the stem, or that with a number."""
        anchor, count = stem, self.namesakes.get(stem, 1)
        while anchor in self.anchors:
            count += 1
            anchor = f"{stem}-{count}"
        self.namesakes[stem] = count
        self.anchors.add(anchor)
        return anchor

    def on_StartBlockQuote(self, details: Any) -> None:
        if self.pieces:
            self.flush()
        self.enter("blockquote")
        self.indent("> ", "> ")

    def on_EndBlockQuote(self, details: Any) -> None:
        self.outdent()
        self.leave()

    def on_StartList(self, first: int | None) -> None:
        if self.pieces:
            self.flush()
        self.counters.append(first)
        number = f' start="{first}"' if first not in (None, 1) else ""
        self.enter("ul" if first is None else "ol", number)

    def on_EndList(self, ordered: bool) -> None:
        self.counters.pop()
        self.leave()
        self.tight = self.tight and bool(self.counters)

    def on_StartItem(self, details: None) -> None:
        number = self.counters[-1]
        sign = "- " if number is None else f"{number}. "
        if number is not None:
            self.counters[-1] = number + 1
        self.indent(sign, " " * len(sign))
        self.enter("li")

    def on_EndItem(self, details: None) -> None:
        if self.inlines:
            self.close_raw()
        if self.pieces:
            self.flush()
        self.outdent()
        self.leave()

    def on_StartCodeBlock(self, details: Any) -> None:
        if self.pieces:
            self.flush()
        self.enter("pre")
        self.enter("code")

    def on_EndCodeBlock(self, details: None) -> None:
        self.leave()
        self.leave()
        self.indent("    ", "    ")
        self.block("verbatim", "".join(self.pieces))
        self.outdent()

    def on_Rule(self, details: None) -> None:
        if self.pieces:
            self.flush()
        self.rule()
        self.block("rule", "")

    def on_StartHtmlBlock(self, details: None) -> None:
        self.html = []

    def on_Html(self, value: str) -> None:
        self.html.append(value)

    def on_EndHtmlBlock(self, details: None) -> None:
        raw = "".join(self.html)
        self.comment(raw)
        # Comments become blanks of equal length, so that what is left keeps its offset.
        rest = _blanked(raw)
        if rest.strip():
            before = len(rest) - len(rest.lstrip())
            line = rest.strip().split("\n")[0]
            self.fault("raw-html", f"raw HTML '{line[:60]}'", ALLOWED, further=len(raw[:before].encode()))

    # --- tables -------------------------------------------------------------------------------

    def on_StartTable(self, alignments: tuple[str, ...]) -> None:
        if self.pieces:
            self.flush()
        self.alignments = alignments
        self.rows = []
        self.enter("table")

    def on_StartTableHead(self, details: None) -> None:
        self.enter("thead")
        self.on_StartTableRow(details)

    def on_StartTableRow(self, details: None) -> None:
        if len(self.rows) == 1:
            self.enter("tbody")
        self.rows.append([])
        self.enter("tr")

    def on_StartTableCell(self, details: None) -> None:
        column = len(self.rows[-1])
        alignment = self.alignments[column].lower() if column < len(self.alignments) else "none"
        align = "" if alignment == "none" else f' align="{alignment}"'
        head = len(self.rows) == 1
        self.enter("th" if head else "td", (' scope="col"' if head else "") + align)

    def on_EndTableCell(self, details: None) -> None:
        if self.inlines:
            self.close_raw()
        self.leave()
        self.rows[-1].append(self.pieces)
        self.clear()

    def on_EndTableRow(self, details: None) -> None:
        self.leave()

    def on_EndTableHead(self, details: None) -> None:
        self.leave()
        self.leave()

    def on_EndTable(self, details: None) -> None:
        if len(self.rows) > 1:
            self.leave()
        self.leave()
        cells = [[_cell(pieces) for pieces in row] for row in self.rows]
        self.block("verbatim", "\n".join(lines_of(cells)))
        for row in self.rows:
            for pieces in row:
                if any(piece.startswith(SLOT) for piece in pieces):
                    self.block("paragraph", "".join(pieces))

    # --- footnotes ----------------------------------------------------------------------------

    def on_StartFootnoteDefinition(self, name: str) -> None:
        if self.pieces:
            self.flush()
        self.outside.append(
            (name, self.parts, self.blocks, self.chains, self.spot, self.first, self.rest, self.indents)
        )
        self.parts, self.blocks, self.chains, self.spot = [], [], set(), TOP["ol"]["li"]
        self.first = self.rest = ""
        self.indents = []

    def on_EndFootnoteDefinition(self, details: None) -> None:
        note = self.parts, self.blocks, self.chains
        (name, self.parts, self.blocks, self.chains, self.spot, self.first, self.rest, self.indents) = (
            self.outside.pop()
        )
        self.notes[name] = note


def _blanked(html: str) -> str:
    """HTML with blanks in place of its comments. One that is never closed stays, and is looked for once."""
    pieces: list[str] = []
    done = 0
    while (start := html.find("<!--", done)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        pieces += html[done:start], re.sub(r"[^\n]", " ", html[start : end + 3])
        done = end + 3
    return "".join((*pieces, html[done:]))


def _cell(pieces: list[str]) -> str:
    return text.one_line("".join(piece for piece in pieces if not piece.startswith(SLOT)))
