"""Convert offsets to line and column numbers, quickly even for long text."""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

_STEP = 512  # bytes between two entries in the index of characters
_CONTINUATION = bytes(range(0x80, 0xC0))  # UTF-8 continuation bytes


class Positions:
    """An index of the lines and characters of a text, which is passed as UTF-8.

    `first_line` is the number of the first line. Counting the lines before a place takes linear time. A file may have
    thousands of problems, so the lines are counted only once.
    """

    __slots__ = ("__dict__", "_first_line", "_utf8")

    def __init__(self, utf8: bytes, first_line: int = 1) -> None:
        self._utf8 = utf8
        self._first_line = first_line

    def character(self, offset: int) -> int:
        """Return the number of characters before a byte offset."""
        if self._is_ascii:
            return min(offset, len(self._utf8))
        step = min(offset, len(self._utf8)) // _STEP
        return self._characters_before[step] + _count_characters(self._utf8[step * _STEP : offset])

    def line_and_column(self, character: int) -> tuple[int, int]:
        """Return the line and column of a character, given its number from 0. Columns count characters from 1."""
        line = bisect_right(self._line_starts, character) - 1
        return self._first_line + line, character - self._line_starts[line] + 1

    @cached_property
    def _is_ascii(self) -> bool:
        return self._utf8.isascii()

    @cached_property
    def _characters_before(self) -> list[int]:
        """The number of characters before each multiple of _STEP bytes."""
        steps = (_count_characters(self._utf8[start : start + _STEP]) for start in range(0, len(self._utf8), _STEP))
        return [0, *accumulate(steps)]

    @cached_property
    def _line_starts(self) -> list[int]:
        """The number of the first character in each line."""
        return [0, *(match.end() for match in re.finditer("\n", self._utf8.decode("utf-8", "replace")))]


def _count_characters(utf8: bytes) -> int:
    return len(utf8.translate(None, _CONTINUATION))
