"""everyday: front matter as nearly everybody writes it, read by one expression in a fifth of libyaml's time.

A mapping of texts, lists of texts, mappings of texts, and lists of such mappings; each text bare or
quoted on one line, or indented lines behind `>-` or the like. The values are those that libyaml gives,
without their places: who wants one asks libyaml. At the first doubt all is left to libyaml.
"""

import re
from typing import TypeAlias

from newsletter.model import Pairs, Plain

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

_EMPTY = ("", "", "", "", "", "")
_SIGNS = frozenset("[\"'|>")  # before a value that is not bare


def read(front: str) -> Pairs | None:
    """The values of front matter (which begins with a line feed); None when it is not of this kind."""
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
        indent, dash, key, blanks, value, _ = row
        if indent or dash or not key:
            return None
        if value:
            pairs.append((key, _value(value) if value[0] in _SIGNS else value))
            continue
        block, line = _block(rows, line)
        if block is None or blanks:
            return None
        pairs.append((key, block))
    return _mapped(pairs)


def _block(rows: list[Row], line: int) -> tuple[Plain, int]:
    """What stands indented, or as a list, from `line` on, None for nothing; and the line behind it."""
    if line == len(rows):
        return None, line
    indent, dash, key, *_ = rows[line]
    if dash:
        return _sequence(rows, line, indent)
    if not indent or not key:
        return None, line
    pairs: list[tuple[str, Plain]] = []
    line = _mapping(rows, line, indent, pairs)
    return _mapped(pairs), line


def _mapping(rows: list[Row], line: int, indent: str, pairs: list[tuple[str, Plain]]) -> int:
    """Add the pairs that stand `indent` deep, one a line; gives the line behind them."""
    while line < len(rows):
        deep, dash, key, _, value, _ = rows[line]
        if deep != indent or dash or not key or not value:
            break
        line += 1
        pairs.append((key, _value(value) if value[0] in _SIGNS else value))
    return line


def _sequence(rows: list[Row], line: int, indent: str) -> tuple[Plain, int]:
    items: list[Plain] = []
    while line < len(rows):
        deep, dash, key, _, value, _ = rows[line]
        if deep != indent or not dash:
            break
        line += 1
        if not value:
            return None, line
        item: Plain = _value(value) if value[0] in _SIGNS else value
        if key:
            pairs = [(key, item)]
            line = _mapping(rows, line, indent + "  ", pairs)
            item = _mapped(pairs)
            if item is None:
                return None, line
        items.append(item)
    return items, line


def _value(value: str) -> Plain:
    """A value that is not bare."""
    sign = value[0]
    if sign == "[":
        return [part[1:-1] if part[0] in "\"'" else part for part in _PARTS.findall(value)]
    if sign in "\"'":
        return value[1:-1]
    head, *lines = value.split("\n")
    joined = ("\n" if sign == "|" else " ").join(each.lstrip(" ") for each in lines)
    return joined if head.endswith("-") else joined + "\n"


def _mapped(pairs: list[tuple[str, Plain]]) -> Pairs | None:
    """A mapping; None when it is empty or has a key twice."""
    return tuple(pairs) if 0 < len(pairs) == len(dict(pairs)) else None
