"""Read bytes and integers with bounds checks, and define the exception for malformed pictures."""

import struct


class Malformed(ValueError):
    """The picture violates its format, so its metadata cannot be identified. The message says what is wrong."""


def part(content: bytes, start: int, length: int) -> bytes:
    """Return `length` bytes of `content` from `start`. Raises Malformed if there are fewer."""
    if start < 0 or length < 0 or start + length > len(content):
        raise Malformed("it is cut short")
    return content[start : start + length]


def number(content: bytes, start: int, layout: str) -> int:
    """Return the integer at `start`. `layout` is a `struct` format with one field, such as `>I`. Raises Malformed."""
    return int(struct.unpack(layout, part(content, start, struct.calcsize(layout)))[0])
