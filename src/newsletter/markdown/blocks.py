"""Handle parser events for blocks: paragraphs, headings, lists, quotations, tables, code, rules and footnotes."""

import re
from typing import Any

from newsletter import text
from newsletter.markdown.builder import TOP, page_only
from newsletter.markdown.inlines import ALLOWED, Inlines
from newsletter.markdown.tables import lines_of
from newsletter.model import SLOT


class Blocks(Inlines):
    """Handlers for the events at the start and end of blocks."""

    __slots__ = (
        "alignments",
        "anchor_counts",
        "counters",
        "heading",
        "level",
        "outer_levels",
        "raw_html",
        "rows",
        "suspended",
    )

    def __init__(self, top: int, *, signs: bool) -> None:
        super().__init__(top, signs=signs)
        self.heading = 0  # index in `parts` of the open heading's start tag
        self.outer_levels: list[int] = []  # levels of the last heading and of those above it in the outline
        self.level = 0  # level of the last heading, as written
        self.anchor_counts: dict[str, int] = {}  # the last number appended to each stem of an anchor
        self.counters: list[int | None] = []  # next item number of each open list; None for unordered lists
        self.raw_html: list[str] = []
        self.rows: list[list[list[str]]] = []
        self.alignments: tuple[str, ...] = ()
        self.suspended: list[tuple[Any, ...]] = []  # state saved at the start of each open footnote

    def on_StartParagraph(self, details: None) -> None:
        if self.pieces:
            self.flush()
        self.enter("p")

    def on_EndParagraph(self, details: None) -> None:
        if self.inlines:
            self.close_raw()
        self.leave()
        if self.path is TOP:
            self.paragraphs.append(self.label() if self.has_hidden_text else len(self.blocks))
        self.block("paragraph", "".join(self.pieces))

    def on_StartHeading(self, details: dict[str, Any]) -> None:
        """Renumber levels so that the highest is `top`, without gaps: with top=2, `[1, 3, 2]` becomes `[2, 3, 3]`."""
        if self.pieces:
            self.flush()
        level = int(details["level"][1])
        if self.level and level > self.level + 1:
            self.fault("skipped-heading", "this heading skips a level", "go down one level at a time", "warning")
        self.level = level
        while self.outer_levels and self.outer_levels[-1] >= level:
            self.outer_levels.pop()
        self.outer_levels.append(level)
        self.enter(f"h{min(self.top + len(self.outer_levels) - 1, 6)}")
        self.heading = len(self.parts) - 1

    def on_EndHeading(self, details: str) -> None:
        if self.inlines:
            self.close_raw()
        title = text.one_line(self.label())
        if not title.strip("\u00a0\u202f"):
            self.fault("empty-heading", "this heading has no text", "write one, or delete it")
        anchor = self.anchor(text.fold_or_hex(title, "s-") or "section")
        level, id_attribute = int(self.path.chain[-1]), page_only(f' id="{anchor}"')
        self.parts[self.heading] = f"<h{level}{id_attribute}{self.path.rest}"
        self.leave()
        self.block("heading", "".join(self.pieces), level)

    def anchor(self, stem: str) -> str:
        """Return a unique anchor: `stem`, followed by a number if it is already in use."""
        anchor, count = stem, self.anchor_counts.get(stem, 1)
        while anchor in self.anchors:
            count += 1
            anchor = f"{stem}-{count}"
        self.anchor_counts[stem] = count
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
        self.raw_html = []

    def on_Html(self, value: str) -> None:
        self.raw_html.append(value)

    def on_EndHtmlBlock(self, details: None) -> None:
        raw = "".join(self.raw_html)
        self.comment(raw)
        # Replace comments with blanks of equal length, so that offsets stay valid.
        rest = _blank_comments(raw)
        if rest.strip():
            indent = len(rest) - len(rest.lstrip())
            line = rest.strip().split("\n")[0]
            self.fault("raw-html", f"raw HTML '{line[:60]}'", ALLOWED, shift=len(raw[:indent].encode()))

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
        is_header = len(self.rows) == 1
        self.enter("th" if is_header else "td", (' scope="col"' if is_header else "") + align)

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
        cells = [[_cell_text(pieces) for pieces in row] for row in self.rows]
        self.block("verbatim", "\n".join(lines_of(cells)))
        for row in self.rows:
            for pieces in row:
                if any(piece.startswith(SLOT) for piece in pieces):
                    self.block("paragraph", "".join(pieces))

    # --- footnotes ----------------------------------------------------------------------------

    def on_StartFootnoteDefinition(self, name: str) -> None:
        if self.pieces:
            self.flush()
        self.suspended.append(
            (name, self.parts, self.blocks, self.chains, self.path, self.first, self.rest, self.indents)
        )
        self.parts, self.blocks, self.chains, self.path = [], [], set(), TOP["ol"]["li"]
        self.first = self.rest = ""
        self.indents = []

    def on_EndFootnoteDefinition(self, details: None) -> None:
        note = self.parts, self.blocks, self.chains
        (name, self.parts, self.blocks, self.chains, self.path, self.first, self.rest, self.indents) = (
            self.suspended.pop()
        )
        self.notes[name] = note


def _blank_comments(html: str) -> str:
    """Replace each comment in `html` with blanks. Keep an unclosed comment.

    The search ends at the first unclosed comment, so it takes linear time.
    """
    pieces: list[str] = []
    position = 0
    while (start := html.find("<!--", position)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        pieces += html[position:start], re.sub(r"[^\n]", " ", html[start : end + 3])
        position = end + 3
    return "".join((*pieces, html[position:]))


def _cell_text(pieces: list[str]) -> str:
    return text.one_line("".join(piece for piece in pieces if not piece.startswith(SLOT)))
