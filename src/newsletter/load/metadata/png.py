"""PNG: chunks that decode and colour the picture are kept; texts, dates, Exif and private chunks are cut.

PNG, third edition (W3C 2025), sections 5 and 11; what follows the chunk IEND is cut, too.
"""

import struct
import zlib

from newsletter.load.metadata import exif
from newsletter.load.metadata.malformed import Malformed, number, part

MAGIC = b"\x89PNG\r\n\x1a\n"

# The chunks that are kept, and the most bytes each may hold, so that none carries anything else along.
_ANY = 1 << 31
_KEPT = {
    b"IHDR": 13, b"PLTE": 768, b"IDAT": _ANY, b"IEND": 0, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1,
    b"iCCP": _ANY, b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"sBIT": 4, b"bKGD": 6, b"pHYs": 9, b"hIST": 512,
    b"acTL": 8, b"fcTL": 26, b"fdAT": _ANY,
}  # fmt: skip
_AROUND = 12  # bytes of a chunk around its content: length, type, checksum


def strip(content: bytes) -> bytes:
    """The picture without metadata. Raises Malformed."""
    kept = [content[: len(MAGIC)]]
    position, turned = len(MAGIC), 0
    while True:
        length = number(content, position, ">I")
        chunk = part(content, position, length + _AROUND)
        kind = chunk[4:8]
        if kind in _KEPT:
            if length > _KEPT[kind]:
                raise Malformed(f"its chunk {kind.decode()} is too long")
            kept.append(chunk)
        elif kind == b"eXIf" and not turned:
            turned = exif.orientation(chunk[8:-4])
            kept.append(_chunk(b"eXIf", exif.minimal(turned)) if turned > 1 else b"")
        elif not kind[0] & 0x20:  # a capital letter: who does not know this chunk cannot show the picture
            raise Malformed("it holds an unknown chunk that is necessary to show it")
        if kind == b"IEND":
            return b"".join(kept)
        position += len(chunk)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
