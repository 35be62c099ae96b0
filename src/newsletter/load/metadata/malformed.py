"""The one exception of this package, and reading that never leaves the bytes at hand."""

import struct


class Malformed(ValueError):
    """A picture breaks the rules of its format, so nobody can say where its metadata ends; the text says how."""


def part(content: bytes, start: int, length: int) -> bytes:
    """`length` bytes of `content` from `start` on. Raises Malformed when there are fewer."""
    if start < 0 or length < 0 or start + length > len(content):
        raise Malformed("it is cut short")
    return content[start : start + length]


def number(content: bytes, start: int, layout: str) -> int:
    """An integer of `content`; `layout` is a format of `struct` with one field, such as `>I`."""
    return int(struct.unpack(layout, part(content, start, struct.calcsize(layout)))[0])
