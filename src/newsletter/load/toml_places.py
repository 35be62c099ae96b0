"""Find the line and column of keys and syntax errors in TOML, because tomllib does not report them."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress

from newsletter.model.problems import Place

Key = tuple[str, ...]

_MAX_PARTS = 24  # parts of a dotted key; longer keys have no place
# Strings are tokens so that their contents are not taken for keys or brackets. An unclosed string ends at the end of
# its line or of the file.
_TOKEN = re.compile(
    r"""
    "{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:"{3,5}|\Z) | '{3}(?:[^']|'{1,2}(?!'))*+(?:'{3,5}|\Z)
    | "(?:[^"\\\n]|\\[^\n])*+"? | '[^'\n]*+'? | \#[^\n]*+ | [A-Za-z0-9_-]++ | [\[\]{},=.\n]
    """,
    re.VERBOSE | re.DOTALL,
)
_SYNTAX_PLACE = re.compile(r"at line (\d+), column (\d+)")


def syntax_place(fault: Exception, path: str) -> Place:
    """Return the place of a syntax error.

    The place is extracted from the message of tomllib's exception: before Python 3.14, the exception has no attribute
    for it.
    """
    match = _SYNTAX_PLACE.search(str(fault)) if isinstance(fault, tomllib.TOMLDecodeError) else None
    return Place(path, int(match[1]), int(match[2])) if match else Place(path)


def key_places(content: str) -> Mapping[Key, tuple[int, int]]:
    """Return the line and column of every key, including dotted, quoted and inline keys and table names.

    The place of a key is where it gets a value or names a table. A key that occurs only as the beginning of longer keys
    has a place, too: in `check.ignore = []`, both `check` and `check.ignore` have one.
    """
    scanner = _Scanner()
    for match in _TOKEN.finditer(content):
        scanner.scan(match[0], match.start())
    line_starts = [0, *(match.end() for match in re.finditer("\n", content))]
    places = {}
    for key, offset in (scanner.prefixes | scanner.keys).items():
        line = bisect_right(line_starts, offset)
        places[key] = line, offset - line_starts[line - 1] + 1
    return places


class _Scanner:
    """Records the offsets of keys in a single pass over the tokens of a file."""

    def __init__(self) -> None:
        self.keys: dict[Key, int] = {}  # keys that get a value or name a table
        self.prefixes: dict[Key, int] = {}  # beginnings of longer keys
        self._table: Key = ()
        self._key: Key = ()  # the key whose value is being read
        self._parts: list[tuple[str, int]] = []  # parts read so far of the current key
        self._open: list[tuple[str, Key]] = []  # open brackets, each with the key of its value
        self._expects_key, self._is_header = True, False

    def scan(self, token: str, offset: int) -> None:
        """Process the next token."""
        if token == "\n":
            if not self._open:
                self._parts, self._expects_key, self._is_header = [], True, False
        elif token[0] != "#":
            (self._scan_key if self._expects_key else self._scan_value)(token, offset)

    def _scan_key(self, token: str, offset: int) -> None:
        if token == "[":
            self._is_header = True
        elif token in ("]", "="):
            self._key = self._name(() if self._is_header else self._open[-1][1] if self._open else self._table)
            self._table = self._key if self._is_header else self._table
            self._parts, self._expects_key = [], False
        elif token == "}":
            self._scan_value(token, offset)
            self._expects_key = False
        elif token not in (".", ",", "{") and len(self._parts) < _MAX_PARTS:
            self._parts.append((_unquoted(token), offset))

    def _scan_value(self, token: str, offset: int) -> None:
        bracket, key = self._open[-1] if self._open else ("", ())
        if token in ("[", "{"):
            self._open.append((token, key if bracket == "[" else self._key))
            self._parts, self._expects_key = [], token == "{"
        elif token in ("]", "}"):
            del self._open[-1:]
        elif token == "," and bracket == "{":
            self._parts, self._expects_key = [], True

    def _name(self, base: Key) -> Key:
        """Return the key that consists of `base` and the parts read so far, and record its offsets."""
        key = base
        for number, (name, offset) in enumerate(self._parts, 1):
            if len(key) == _MAX_PARTS:
                break
            key = (*key, name)
            (self.keys if number == len(self._parts) else self.prefixes).setdefault(key, offset)
        return key


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    with suppress(tomllib.TOMLDecodeError):
        return str(tomllib.loads(f"key = {part}")["key"])
    return part
