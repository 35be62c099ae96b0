"""Read the subset of YAML that nearly all front matter uses, five times as fast as libyaml.

The subset is a mapping of texts, lists of texts, mappings of texts, and lists of such mappings. A text is plain or
quoted on one line, or a block of indented lines after `>`, `|`, `>-` or `|-`. The values are those that libyaml
returns, but without places. Anything outside of the subset is left to libyaml.
"""

import re
from typing import TypeAlias

from newsletter.model import Pairs, Plain

# A plain text does not begin with one of YAML's indicators, with `~`, which is null, or with white space.
_FIRST = r"[^\s~?:,\[\]{}#&*!|>'\"%@`-]"
# A colon before a space ends a key, # after a space begins a comment, and a space at the end is not part of the text.
_BARE = rf"{_FIRST}[^:#\t\n]*(?:(?::(?=[^\s])|(?<=[^ ])#)[^:#\t\n]*)*(?<! )"
_QUOTED = r"\"[^\"\\\t\n]*\"|'[^'\t\n]*'"
_ENTRY = rf"{_QUOTED}|{_FIRST}[^:#,?\[\]{{}}\t\n]*(?<! )"
_LIST = rf"\[(?:(?:{_ENTRY})(?:, *(?:{_ENTRY}))*)?\]"
_LINE = r"[^ \t\n][^\t\n]*(?<! )"
_LINES = rf"[>|]-?\n( +){_LINE}(?:\n\6{_LINE})*"
_ROW = re.compile(
    rf"^( *)(- )?(?:([a-z_][a-z0-9_]*):(?:( +)(?=[^ \n])|$))?({_BARE}|{_QUOTED}|{_LIST}|{_LINES})?$", re.MULTILINE
)
_PARTS = re.compile(_ENTRY)

# Indentation, dash, key, spaces after the colon, value, indentation of the value's lines.
Row: TypeAlias = tuple[str, str, str, str, str, str]

_EMPTY = ("", "", "", "", "", "")
_INDICATORS = frozenset("[\"'|>")  # first character of a value that is not plain


def read(front: str) -> Pairs | None:
    """Return the values of front matter, which begins with a line feed, or None if it is not in the subset."""
    rows: list[Row] = _ROW.findall(front)
    lines = len(rows)
    if ">" in front or "|" in front:
        for indent, dash, _, _, value, inner in rows:
            if inner and len(inner) <= len(indent + dash):
                return None
            lines += value.count("\n")
    if lines != front.count("\n") + 1:
        return None
    pairs: list[tuple[str, Plain]] = []
    line = 0
    while line < len(rows):
        row = rows[line]
        line += 1
        if row == _EMPTY:
            continue
        indent, dash, key, spaces, value, _ = row
        if indent or dash or not key:
            return None
        if value:
            pairs.append((key, _value(value) if value[0] in _INDICATORS else value))
            continue
        block, line = _block(rows, line)
        if block is None or spaces:
            return None
        pairs.append((key, block))
    return _checked(pairs)


def _block(rows: list[Row], line: int) -> tuple[Plain, int]:
    """Return the indented mapping or the list that begins at `line`, or None, and the number of the next line."""
    if line == len(rows):
        return None, line
    indent, dash, key, *_ = rows[line]
    if dash:
        return _sequence(rows, line, indent)
    if not indent or not key:
        return None, line
    pairs: list[tuple[str, Plain]] = []
    line = _mapping(rows, line, indent, pairs)
    return _checked(pairs), line


def _mapping(rows: list[Row], line: int, indent: str, pairs: list[tuple[str, Plain]]) -> int:
    """Add the pairs with the indentation `indent`, one per line, to `pairs`; return the number of the next line."""
    while line < len(rows):
        row_indent, dash, key, _, value, _ = rows[line]
        if row_indent != indent or dash or not key or not value:
            break
        line += 1
        pairs.append((key, _value(value) if value[0] in _INDICATORS else value))
    return line


def _sequence(rows: list[Row], line: int, indent: str) -> tuple[Plain, int]:
    """Return the list with the indentation `indent`, or None, and the number of the next line."""
    items: list[Plain] = []
    while line < len(rows):
        row_indent, dash, key, _, value, _ = rows[line]
        if row_indent != indent or not dash:
            break
        line += 1
        if not value:
            return None, line
        item: Plain = _value(value) if value[0] in _INDICATORS else value
        if key:
            pairs = [(key, item)]
            line = _mapping(rows, line, indent + "  ", pairs)
            item = _checked(pairs)
            if item is None:
                return None, line
        items.append(item)
    return items, line


def _value(value: str) -> Plain:
    """Return the value of a list, a quoted text or a block."""
    indicator = value[0]
    if indicator == "[":
        return [part[1:-1] if part[0] in "\"'" else part for part in _PARTS.findall(value)]
    if indicator in "\"'":
        return value[1:-1]
    header, *lines = value.split("\n")
    joined = ("\n" if indicator == "|" else " ").join(each.lstrip(" ") for each in lines)
    return joined if header.endswith("-") else joined + "\n"


def _checked(pairs: list[tuple[str, Plain]]) -> Pairs | None:
    """Return the pairs of a mapping, or None if it is empty or has duplicate keys."""
    return tuple(pairs) if 0 < len(pairs) == len(dict(pairs)) else None
