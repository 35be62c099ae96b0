"""Render tables as plain text, and reject tables that would become far larger than their source."""

from collections.abc import Sequence

from newsletter import text
from newsletter.markdown.builder import Fault

WIDEST = 72  # columns of plain text
MAX_MISSING = 1_000  # missing cells allowed in all tables of a body together
_MAX_REPEATED = 100_000  # characters that repeated column names may take in total before they are shortened
_SHORT_NAME = 30  # characters of a shortened column name

_DELIMITER = "|:- \t>*+0123456789.)"  # characters in a delimiter row and in list and quotation markers before it


def lines_of(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table as plain text.

    The first row of `cells` contains the column names; all rows have the same length. A table wider than WIDEST columns
    is written with one line per cell.
    """
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if sum(widths) + 3 * len(widths) <= WIDEST:
        padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells)
        lines = [" | ".join(row).rstrip() for row in padded]
        lines.insert(1, "-+-".join("-" * width for width in widths))
        return lines
    names, rows = cells[0], cells[1:]
    if sum(map(len, names)) * len(rows) > _MAX_REPEATED:
        names = [text.shorten(name, _SHORT_NAME) for name in names]
    return [
        f"{name}: {cell}" if name else cell
        for row in rows
        for name, cell in [*zip(names, row, strict=True), ("", "")]
    ]  # fmt: skip


def missing_cells(body: str) -> Fault | None:
    """Return a fault if more than MAX_MISSING cells are missing from a body's tables.

    The parser adds missing cells: a header of 500 columns above 500 rows of one cell, 4 KB in all, would become
    250,000 cells. Call this function before parsing. It estimates the number of cells from the number of `|`, and may
    be off by one in each row.
    """
    if "|" not in body:
        return None
    columns = missing = start = 0  # `columns` is 0 outside tables
    for line in body.split("\n"):
        if not line.strip(" \t>"):
            columns = 0
        elif "|" in line or columns:
            bars = line.count("|")
            missing += max(columns - bars - 1, 0)
            if bars > columns and "-" in line and not line.strip(_DELIMITER):
                columns = bars
            if missing > MAX_MISSING:
                message = f"more than {MAX_MISSING:,} cells are missing from table rows"
                return Fault(
                    "too-long", len(body[:start].encode()), message, "give each row as many cells as the header"
                )
        start += len(line) + 1
    return None
