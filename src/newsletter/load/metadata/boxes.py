"""Read the boxes of ISO base media files (AVIF, HEIC, MP4, QuickTime)."""

from collections.abc import Iterator
from typing import NamedTuple

from newsletter.load.metadata.malformed import Malformed, number, part


class Box(NamedTuple):
    """A box of a file: its type, and the offsets of its header, its content and its end."""

    kind: bytes
    start: int
    content: int
    end: int


def boxes(content: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes from `start` to `end`. Raises Malformed."""
    while start < end:
        length, header = number(content, start, ">I"), 8
        kind = part(content, start + 4, 4)
        if length == 1:
            length, header = number(content, start + 8, ">Q"), 16
        elif length == 0:
            length = end - start
        if length < header or length > end - start:
            raise Malformed("its boxes do not fit into each other")
        yield Box(kind, start, start + header, start + length)
        start += length
