"""Films and recordings (MP4, QuickTime, 3GP): whether they say where they were recorded.

The box `moov` holds the place: as user data or in a list of items (Apple's `©xyz`, 3GPP's `loci`), under a key whose
name holds "location", or in a track of positions, as action cameras write it. Some programs add XMP.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from newsletter.load.metadata.boxes import Box, boxes
from newsletter.load.metadata.malformed import Malformed

_FIRST = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"meta", b"ilst"})
_PLACES = frozenset({b"\xa9xyz", b"loci"})
_TRACKS = frozenset({b"camm", b"gpmd"})
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")

_LARGEST = 50_000_000  # bytes of a box that is read as a whole
_MANY = 10_000  # boxes in a file
_DEEPEST = 8


def has_position(stream: BinaryIO) -> bool:
    """Whether a film says where it was recorded; False for other files. Raises OSError when `stream` does."""
    return any(_tells(content, Box(kind, 0, 0, len(content))) for kind, content in _candidates(stream))


def _candidates(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of the boxes that may tell a place."""
    end = stream.seek(0, 2)
    start = 0
    for _ in range(_MANY):
        stream.seek(start)
        header = stream.read(16)
        kind, length, size = header[4:8], int.from_bytes(header[:4], "big"), 8
        if len(header) < size or (not start and kind not in _FIRST):
            return
        if length == 1:
            length, size = int.from_bytes(header[8:], "big"), 16
        length = length or end - start
        if not size <= length <= end - start:
            return
        if kind in (b"moov", b"uuid") and length <= _LARGEST:
            stream.seek(start + size)
            yield kind, stream.read(length - size)
        start += length


def _tells(content: bytes, box: Box, depth: int = 0) -> bool:
    """Whether a box, or one inside it, tells a place."""
    if box.kind == b"uuid":
        return content.startswith(_XMP, box.content) and content.find(b"GPSLatitude", box.content, box.end) >= 0
    if box.kind == b"keys":
        return b"location" in content[box.content : box.end].lower()
    if box.kind == b"stsd":
        return content[box.content + 12 : box.content + 16] in _TRACKS
    if box.kind not in _CONTAINERS or depth == _DEEPEST:
        return box.kind in _PLACES
    # In QuickTime, `meta` is a plain box; elsewhere, version and flags come first.
    skip = 4 if box.kind == b"meta" and content[box.content + 4 : box.content + 8] != b"hdlr" else 0
    with suppress(Malformed):  # QuickTime ends user data with a zero
        return any(_tells(content, each, depth + 1) for each in boxes(content, box.content + skip, box.end))
    return False
