"""Remove metadata from PNG files.

Only the chunks needed to display the picture are kept. Text, dates, Exif, private chunks and data after the IEND chunk
are removed. See PNG, third edition (W3C 2025), sections 5 and 11.
"""

import struct
import zlib

from newsletter.load.metadata import exif
from newsletter.load.metadata.malformed import Malformed, number, part

MAGIC = b"\x89PNG\r\n\x1a\n"

# The chunks to keep, with the maximum size of each in bytes, so that they cannot carry other data.
_ANY = 1 << 31
_KEPT = {
    b"IHDR": 13, b"PLTE": 768, b"IDAT": _ANY, b"IEND": 0, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1,
    b"iCCP": _ANY, b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"sBIT": 4, b"bKGD": 6, b"pHYs": 9, b"hIST": 512,
    b"acTL": 8, b"fcTL": 26, b"fdAT": _ANY,
}  # fmt: skip
_OVERHEAD = 12  # bytes of a chunk in addition to its content: length, type, checksum


def strip(content: bytes) -> bytes:
    """Return the picture without metadata. Raises Malformed if it is damaged."""
    kept = [content[: len(MAGIC)]]
    position, orientation = len(MAGIC), 0
    while True:
        length = number(content, position, ">I")
        chunk = part(content, position, length + _OVERHEAD)
        kind = chunk[4:8]
        if kind in _KEPT:
            if length > _KEPT[kind]:
                raise Malformed(f"its chunk {kind.decode()} is too long")
            kept.append(chunk)
        elif kind == b"eXIf" and not orientation:
            orientation = exif.orientation(chunk[8:-4])
            kept.append(_chunk(b"eXIf", exif.minimal(orientation)) if orientation > 1 else b"")
        elif not kind[0] & 0x20:  # an initial capital marks a chunk as critical
            raise Malformed("it has an unknown chunk that is needed to show it")
        if kind == b"IEND":
            return b"".join(kept)
        position += len(chunk)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
