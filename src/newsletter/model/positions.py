"""positions: line and column of any place in a text, in the same short time however long the text is."""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

_STEP = 512  # bytes between two places whose character is known
_CONTINUATION = bytes(range(0x80, 0xC0))  # bytes of UTF-8 that begin no character


class Positions:
    """Places in a text, whose first line has the number `first_line`.

    Counting lines up to a place takes as long as the text is. Files with thousands of problems would need that
    time for each of them, so it is done once.
    """

    __slots__ = ("__dict__", "_first_line", "_utf8")

    def __init__(self, utf8: bytes, first_line: int = 1) -> None:
        self._utf8 = utf8
        self._first_line = first_line

    def character(self, offset: int) -> int:
        """The number of characters before a byte offset."""
        if self._is_ascii:
            return min(offset, len(self._utf8))
        step = min(offset, len(self._utf8)) // _STEP
        return self._known[step] + _characters(self._utf8[step * _STEP : offset])

    def line_and_column(self, character: int) -> tuple[int, int]:
        """Line and column of the character with this number, counted from 0; columns count characters from 1."""
        line = bisect_right(self._starts, character) - 1
        return self._first_line + line, character - self._starts[line] + 1

    @cached_property
    def _is_ascii(self) -> bool:
        return self._utf8.isascii()

    @cached_property
    def _known(self) -> list[int]:
        """The number of characters before each step."""
        steps = (_characters(self._utf8[at : at + _STEP]) for at in range(0, len(self._utf8), _STEP))
        return [0, *accumulate(steps)]

    @cached_property
    def _starts(self) -> list[int]:
        """The characters that lines begin with."""
        return [0, *(match.end() for match in re.finditer("\n", self._utf8.decode("utf-8", "replace")))]


def _characters(utf8: bytes) -> int:
    return len(utf8.translate(None, _CONTINUATION))
