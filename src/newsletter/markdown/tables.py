"""tables: a table as lines of text; and whether a body's tables would grow far beyond what was typed."""

from collections.abc import Sequence

from newsletter import text
from newsletter.markdown.builder import Fault

WIDEST = 72  # columns of a letter
MAX_MISSING = 1_000  # cells that the rows of a body's tables may lack
_REPEATED = 100_000  # characters of column names, repeated for each row, up to which they stay whole
_NAME = 30  # characters of such a name, where they would not

_DELIMITER = "|:- \t>*+0123456789.)"  # all that may stand in a line below a header, and before it


def lines_of(cells: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table whose first row names its columns; all rows are equally long."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if sum(widths) + 3 * len(widths) <= WIDEST:
        lines = [" | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
        lines.insert(1, "-+-".join("-" * width for width in widths))
        return lines
    # Too wide for a letter: one line a cell.
    names, rows = cells[0], cells[1:]
    if sum(map(len, names)) * len(rows) > _REPEATED:
        names = [text.shorten(name, _NAME) for name in names]
    return [
        f"{name}: {cell}" if name else cell
        for row in rows
        for name, cell in [*zip(names, row, strict=True), ("", "")]
    ]  # fmt: skip


def missing_cells(body: str) -> Fault | None:
    """The fault of a body whose tables lack more than MAX_MISSING cells.

    The parser adds what a row lacks. A header of 500 columns above 500 rows of one cell, 4 KB, would become 250,000
    cells; so this is found before it parses anything. Cells are counted by their signs, one too many at worst.
    """
    if "|" not in body:
        return None
    columns = missing = start = 0  # columns: those of the table that may stand here
    for line in body.split("\n"):
        if not line.strip(" \t>"):
            columns = 0
        elif "|" in line or columns:
            signs = line.count("|")
            missing += max(columns - signs - 1, 0)
            if signs > columns and "-" in line and not line.strip(_DELIMITER):
                columns = signs
            if missing > MAX_MISSING:
                told = f"rows of the tables lack more than {MAX_MISSING:,} cells"
                return Fault("too-long", len(body[:start].encode()), told, "write as many cells as the header has")
        start += len(line) + 1
    return None
