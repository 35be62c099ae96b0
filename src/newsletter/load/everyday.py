"""everyday: front matter as nearly everybody writes it, read by one expression in half of libyaml's time.

A mapping of texts, lists of texts, mappings of texts, and lists of such mappings; each text bare or
quoted on one line, or indented lines behind `>-` or the like. Nodes and places are those that libyaml
gives; at the first doubt all is left to libyaml.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from newsletter.model import Fields, Items, Node, Scalar

# What cannot begin a bare text: YAML's indicators; `~`, which is nothing; white space.
_FIRST = r"[^\s~?:,\[\]{}#&*!|>'\"%@`-]"
# A colon before a blank would end a key; # behind a blank begins a comment; a blank at the end does not count.
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

# Indent, dash, key, blanks behind its colon, value, indent of the value's lines.
Row: TypeAlias = tuple[str, str, str, str, str, str]
Pairs: TypeAlias = list[tuple[Scalar, Node]]

_EMPTY = ("", "", "", "", "", "")


def read(front: str) -> Fields | None:
    """The nodes of front matter (which begins with a line feed); None when it is not of this kind."""
    rows: list[Row] = _ROW.findall(front)
    if ">" in front or "|" in front:
        rows = list(_one_a_line(rows))
    if len(rows) != front.count("\n") + 1:
        return None
    pairs: Pairs = []
    line = 0
    while line < len(rows):
        row = rows[line]
        line += 1
        if row == _EMPTY:
            continue
        indent, dash, key, blanks, value, _ = row
        if indent or dash or not key:
            return None
        name = Scalar(key, line, 1)
        if value:
            pairs.append((name, _value(value, line, len(key) + len(blanks) + 2)))
            continue
        block, line = _block(rows, line)
        if block is None or blanks:
            return None
        pairs.append((name, block))
    return _fields(pairs)


def _one_a_line(rows: list[Row]) -> Iterator[Row]:
    """The rows, with empty ones for the further lines of a value; without those whose value stands no deeper."""
    for row in rows:
        indent, dash, _, _, value, inner = row
        if not inner:
            yield row
        elif len(inner) > len(indent + dash):
            yield row
            yield from [_EMPTY] * value.count("\n")


def _block(rows: list[Row], line: int) -> tuple[Node | None, int]:
    """What stands indented, or as a list, from `line` on; and the line behind it."""
    if line == len(rows):
        return None, line
    indent, dash, key, *_ = rows[line]
    if dash:
        return _sequence(rows, line, indent)
    if not indent or not key:
        return None, line
    pairs: Pairs = []
    line = _mapping(rows, line, indent, pairs)
    return _fields(pairs), line


def _mapping(rows: list[Row], line: int, indent: str, pairs: Pairs) -> int:
    """Add the pairs that stand `indent` deep, one a line; gives the line behind them."""
    column = len(indent) + 1
    while line < len(rows):
        deep, dash, key, blanks, value, _ = rows[line]
        if deep != indent or dash or not key or not value:
            break
        line += 1
        pairs.append((Scalar(key, line, column), _value(value, line, column + len(key) + 1 + len(blanks))))
    return line


def _sequence(rows: list[Row], line: int, indent: str) -> tuple[Node | None, int]:
    items: list[Node] = []
    first, column = line + 1, len(indent) + 1
    while line < len(rows):
        deep, dash, key, blanks, value, _ = rows[line]
        if deep != indent or not dash:
            break
        line += 1
        if not value:
            return None, line
        if not key:
            items.append(_value(value, line, column + 2))
            continue
        pairs: Pairs = [(Scalar(key, line, column + 2), _value(value, line, column + 3 + len(key) + len(blanks)))]
        line = _mapping(rows, line, indent + "  ", pairs)
        fields = _fields(pairs)
        if fields is None:
            return None, line
        items.append(fields)
    return Items(tuple(items), first, column), line


def _value(value: str, line: int, column: int) -> Node:
    sign = value[0]
    if sign == "[":
        parts = _PARTS.finditer(value)
        return Items(tuple(_value(part[0], line, column + part.start()) for part in parts), line, column)
    if sign in "\"'":
        return Scalar(value[1:-1], line, column, True)
    if "\n" in value:
        head, *lines = value.split("\n")
        joined = ("\n" if sign == "|" else " ").join(each.lstrip(" ") for each in lines)
        return Scalar(joined if head.endswith("-") else joined + "\n", line, column, True)
    return Scalar(value, line, column)


def _fields(pairs: Pairs) -> Fields | None:
    """A mapping; None when it is empty or has a key twice."""
    if not pairs or len({name.value for name, _ in pairs}) < len(pairs):
        return None
    first = pairs[0][0]
    return Fields(tuple(pairs), first.line, first.column)
