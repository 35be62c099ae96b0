"""Remove metadata from WebP files.

Only the chunks of the RIFF file that contain the picture are kept. Exif (except the orientation), XMP, unknown chunks
and data after the end of the RIFF file are removed. See RFC 9649, section 2.
"""

import struct
from collections.abc import Iterator

from newsletter.load.metadata import exif
from newsletter.load.metadata.malformed import Malformed, number, part

_PICTURE = frozenset({b"VP8 ", b"VP8L"})
_KEPT = _PICTURE | {b"VP8X", b"ICCP", b"ANIM", b"ALPH"}
_FLAG_EXIF, _FLAG_XMP = 0x08, 0x04
_FRAME = 16  # bytes at the beginning of ANMF: the position, duration and mode of the frame


def matches(head: bytes) -> bool:
    """Return whether a file is WebP, by its first bytes `head`."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def strip(content: bytes) -> bytes:
    """Return the picture without metadata. Raises Malformed if it is damaged."""
    body = part(content, 12, number(content, 4, "<I") - 4)
    chunks = list(_chunks(body))
    if not chunks or chunks[0][0] not in _PICTURE | {b"VP8X"}:
        raise Malformed("it does not begin with a picture")
    if chunks[0][0] != b"VP8X":  # the simple format has a single chunk; readers ignore all others
        return _riff(_chunk(*chunks[0]))
    header = part(chunks[0][1], 0, 10)
    orientation = _orientation(chunks) if header[0] & _FLAG_EXIF else 1
    flags = header[0] & ~(_FLAG_EXIF | _FLAG_XMP) | (_FLAG_EXIF if orientation > 1 else 0)
    kept = [_chunk(b"VP8X", bytes([flags]) + header[1:])]
    for kind, payload in chunks[1:]:
        if kind == b"VP8X":
            raise Malformed("it has two headers")
        if kind == b"ANMF":
            kept.append(_chunk(kind, _frame(payload)))
        elif kind in _KEPT:
            kept.append(_chunk(kind, payload))
    if orientation > 1:
        kept.append(_chunk(b"EXIF", exif.minimal(orientation)))
    return _riff(b"".join(kept))


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and payload of each chunk. The last chunk may lack its padding."""
    position = 0
    while position < len(body):
        length = number(body, position + 4, "<I")
        yield body[position : position + 4], part(body, position + 8, length)
        position += 8 + length + length % 2


def _orientation(chunks: list[tuple[bytes, bytes]]) -> int:
    block = next((payload for kind, payload in chunks if kind == b"EXIF"), b"")
    return exif.orientation(block.removeprefix(b"Exif\0\0"))


def _frame(payload: bytes) -> bytes:
    """Return an animation frame without metadata."""
    chunks = _chunks(payload[_FRAME:])
    return part(payload, 0, _FRAME) + b"".join(_chunk(*each) for each in chunks if each[0] in _PICTURE | {b"ALPH"})


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def _riff(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
