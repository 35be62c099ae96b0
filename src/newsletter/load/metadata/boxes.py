"""Read the boxes of ISO base media files (AVIF, HEIC, MP4, QuickTime)."""

from collections.abc import Iterator
from typing import NamedTuple

from newsletter.load.metadata.malformed import Malformed, number, part


class Box(NamedTuple):
    """The type of a box, and the offsets of its header, its content and its end."""

    kind: bytes
    start: int
    content: int
    end: int


def boxes(content: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between the offsets `start` and `end`.

    Raises Malformed if the boxes do not fill this range exactly.
    """
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
