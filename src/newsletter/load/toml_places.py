"""toml_places: where a key of a TOML file stands, and where the file is no TOML. tomllib tells neither."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress

from newsletter.model.problems import Place

Key = tuple[str, ...]

_LEVELS = 24  # of a key; what is deeper has no place of its own
# Strings go on to their end, or to that of the line or file: nothing in them is a key or a bracket.
_TOKEN = re.compile(
    r"""
    "{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:"{3,5}|\Z) | '{3}(?:[^']|'{1,2}(?!'))*+(?:'{3,5}|\Z)
    | "(?:[^"\\\n]|\\[^\n])*+"? | '[^'\n]*+'? | \#[^\n]*+ | [A-Za-z0-9_-]++ | [\[\]{},=.\n]
    """,
    re.VERBOSE | re.DOTALL,
)
_AT = re.compile(r"at line (\d+), column (\d+)")


def syntax_place(fault: Exception, path: str) -> Place:
    """Where tomllib met what is no TOML. Before Python 3.14 only the text of its exception says so."""
    found = _AT.search(str(fault)) if isinstance(fault, tomllib.TOMLDecodeError) else None
    return Place(path, int(found[1]), int(found[2])) if found else Place(path)


def key_places(content: str) -> Mapping[Key, tuple[int, int]]:
    """Line and column of every key of TOML, whether in a table, dotted, quoted or inline.

    A key's place is that of its last part, where it gets a value or is the name of a table; else where a longer key
    goes through it: `check` and `ignore` have places of their own in `check.ignore = []`.
    """
    scan = _Scan()
    for match in _TOKEN.finditer(content):
        scan.take(match[0], match.start())
    starts = [0, *(match.end() for match in re.finditer("\n", content))]
    places = {}
    for key, offset in (scan.passed | scan.named).items():
        line = bisect_right(starts, offset)
        places[key] = line, offset - starts[line - 1] + 1
    return places


class _Scan:
    """Goes through the tokens of a file once, and keeps the offsets of keys."""

    def __init__(self) -> None:
        self.named: dict[Key, int] = {}  # what has a value or is a table
        self.passed: dict[Key, int] = {}  # what longer keys go through
        self._table: Key = ()
        self._key: Key = ()  # whose value is read
        self._parts: list[tuple[str, int]] = []  # of the key that is read
        self._open: list[tuple[str, Key]] = []  # brackets of a value, and the key that they belong to
        self._reads_key, self._is_header = True, False

    def take(self, token: str, offset: int) -> None:
        """Go on by one token."""
        if token == "\n":
            if not self._open:
                self._parts, self._reads_key, self._is_header = [], True, False
        elif token[0] != "#":
            (self._in_key if self._reads_key else self._in_value)(token, offset)

    def _in_key(self, token: str, offset: int) -> None:
        if token == "[":
            self._is_header = True
        elif token in ("]", "="):
            self._key = self._name(() if self._is_header else self._open[-1][1] if self._open else self._table)
            self._table = self._key if self._is_header else self._table
            self._parts, self._reads_key = [], False
        elif token == "}":
            self._in_value(token, offset)
            self._reads_key = False
        elif token not in (".", ",", "{") and len(self._parts) < _LEVELS:
            self._parts.append((_unquoted(token), offset))

    def _in_value(self, token: str, offset: int) -> None:
        inside = self._open[-1] if self._open else ("", ())
        if token in ("[", "{"):
            self._open.append((token, inside[1] if inside[0] == "[" else self._key))
            self._parts, self._reads_key = [], token == "{"
        elif token in ("]", "}"):
            del self._open[-1:]
        elif token == "," and inside[0] == "{":
            self._parts, self._reads_key = [], True

    def _name(self, base: Key) -> Key:
        """The key of the parts that were read, under another one; its offsets are kept."""
        key = base
        for number, (name, offset) in enumerate(self._parts, 1):
            if len(key) == _LEVELS:
                break
            key = (*key, name)
            (self.named if number == len(self._parts) else self.passed).setdefault(key, offset)
        return key


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    with suppress(tomllib.TOMLDecodeError):
        return str(tomllib.loads(f"key = {part}")["key"])
    return part
