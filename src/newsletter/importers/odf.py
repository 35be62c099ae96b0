"""Read OpenDocument XML: names of elements, attributes, and hidden cells of tables."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from lxml import etree

NUMBER = re.compile(r"[0-9]{1,9}")
_NS = {
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
    "http://www.w3.org/1999/xlink": "xlink",
}
_SPACES = {prefix: space for space, prefix in _NS.items()}


def prefixed_name(name: Any) -> str:
    """Return an element's name with its usual prefix, such as `text:p`."""
    space, _, local = str(name).removeprefix("{").rpartition("}")
    return f"{_NS.get(space, '?')}:{local}"


def attribute(element: etree._Element, wanted: str) -> str:
    """Return the attribute with this prefixed name, or "" if there is none."""
    # Look it up by name: in lxml, listing all attributes takes quadratic time.
    space, _, local = wanted.partition(":")
    return str(element.get(f"{{{_SPACES[space]}}}{local}") or "")


def hidden_cells(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the cells that another cell covers, and the cells of collapsed columns."""
    ends: list[int] = []  # for each group of equal columns, the index after its last column
    collapsed: list[bool] = []  # for each group, whether it is collapsed
    for each in _rows_and_columns(table):
        kind = prefixed_name(each.tag)
        if kind == "table:table-column":
            ends.append((ends[-1] if ends else 0) + repetitions(each))
            collapsed.append(attribute(each, "table:visibility") in ("collapse", "filter"))
        elif kind == "table:table-row":
            yield from _hidden_in_row(each, ends, collapsed)


def _rows_and_columns(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the rows and columns of a table, including those in groups."""
    for each in table:
        if prefixed_name(each.tag).endswith(("-rows", "-row-group", "-columns", "-column-group")):
            yield from _rows_and_columns(each)
        else:
            yield each


def _hidden_in_row(row: etree._Element, ends: list[int], collapsed: list[bool]) -> Iterator[etree._Element]:
    column = 0
    for cell in row:
        kind = prefixed_name(cell.tag)
        if kind not in ("table:table-cell", "table:covered-table-cell"):
            continue
        # Use a binary search: one cell may be repeated over all columns.
        group = bisect_right(ends, column)
        if kind == "table:covered-table-cell" or (group < len(collapsed) and collapsed[group]):
            yield cell
        column += repetitions(cell)


def repetitions(element: etree._Element) -> int:
    """Return how many times a cell or column is repeated.

    The attribute may be anything; if it is not valid, the result is 1.
    """
    written = attribute(element, "table:number-columns-repeated")
    return max(int(written), 1) if NUMBER.fullmatch(written) else 1
