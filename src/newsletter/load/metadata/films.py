"""Detect the recording location in video and audio files (MP4, QuickTime, 3GP).

The location is stored in the `moov` box: in user data or an item list (Apple's `©xyz`, 3GPP's `loci`), under a key
whose name contains "location", or in a GPS track, which action cameras write. Some programs write XMP as well.
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

_MAX_BOX = 50_000_000  # maximum size in bytes of a box, which is read at once
_MAX_BOXES = 10_000  # top-level boxes read per file
_MAX_DEPTH = 8


def has_position(stream: BinaryIO) -> bool:
    """Return whether a video or audio file contains its recording location; False for all other files.

    Raises OSError if reading from `stream` fails.
    """
    return any(_box_has_position(content, Box(kind, 0, 0, len(content))) for kind, content in _candidates(stream))


def _candidates(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and content of each box that may contain a location."""
    end = stream.seek(0, 2)
    start = 0
    for _ in range(_MAX_BOXES):
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
        if kind in (b"moov", b"uuid") and length <= _MAX_BOX:
            stream.seek(start + size)
            yield kind, stream.read(length - size)
        start += length


def _box_has_position(content: bytes, box: Box, depth: int = 0) -> bool:
    """Return whether a box, or a box inside it, contains a location."""
    if box.kind == b"uuid":
        return content.startswith(_XMP, box.content) and content.find(b"GPSLatitude", box.content, box.end) >= 0
    if box.kind == b"keys":
        return b"location" in content[box.content : box.end].lower()
    if box.kind == b"stsd":
        return content[box.content + 12 : box.content + 16] in _TRACKS
    if box.kind not in _CONTAINERS or depth == _MAX_DEPTH:
        return box.kind in _PLACES
    # In QuickTime, `meta` is a plain box; elsewhere, it begins with a version and flags.
    skip = 4 if box.kind == b"meta" and content[box.content + 4 : box.content + 8] != b"hdlr" else 0
    with suppress(Malformed):  # QuickTime terminates user data with a zero
        return any(_box_has_position(content, each, depth + 1) for each in boxes(content, box.content + skip, box.end))
    return False
