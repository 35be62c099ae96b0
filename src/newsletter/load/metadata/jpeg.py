"""Remove metadata from JPEG files.

Only the segments needed to decode the picture are kept. Exif and XMP (APP1), lists of further pictures (APP2 "MPF"),
IPTC (APP13), comments, thumbnails and vendor segments are removed. So is everything that phones append after the end:
videos, depth maps, second pictures. Bytes between segments are skipped in the same way as in libjpeg, so the pixels
stay the same. See ITU-T T.81, annex B.
"""

import re
import struct

from newsletter.load.metadata import exif
from newsletter.load.metadata.malformed import Malformed, number, part

MAGIC = b"\xff\xd8\xff"

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
# Frames and tables: SOF0 to SOF15, including DHT and DAC (C8 is reserved), SOS, DQT, DNL, DRI.
_DECODING = frozenset({*range(0xC0, 0xD0), _SOS, 0xDB, 0xDC, 0xDD} - {0xC8})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM and RST, which are meaningless between segments
_METADATA = frozenset({*range(_APP0, 0xF0), 0xFE})  # APP0 to APP15, COM

_MARKER = re.compile(rb"\xff[^\x00\xff]")
# In compressed data, FF00 encodes the byte FF, and FFD0 to FFD7 are restart markers.
_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_EXIF = b"Exif\0\0"


def strip(content: bytes) -> bytes:
    """Return the picture without metadata. Raises Malformed if it is damaged."""
    kept = [content[:2]]
    position, orientation, after_scan = 2, 0, False
    while True:
        match = _MARKER.search(content, position)
        if match is None:
            raise Malformed("the end of the picture is missing")
        marker, start = content[match.end() - 1], match.end()
        if marker == _EOI:
            kept.append(b"\xff\xd9")
            return b"".join(kept)
        if marker in _WITHOUT_LENGTH:
            position = start
            continue
        end = _end_of_segment(content, start, marker)
        if marker == _SOS:
            after_scan, end = True, _end_of_scan(content, end)
        if marker in _DECODING:
            fill = content[position : start - 2]
            kept += [b"" if fill.strip(b"\xff") else fill, content[start - 2 : end]]
        elif marker == _APP1 and not orientation and content.startswith(_EXIF, start + 2, end):
            orientation = 1 if after_scan else exif.orientation(content[start + 2 + len(_EXIF) : end])
            kept.append(_segment(_APP1, _EXIF + exif.minimal(orientation)) if orientation > 1 else b"")
        else:
            kept.append(_rewritten(marker, content[start + 2 : end]))
        position = end


def has_position(head: bytes) -> bool:
    """Return whether the Exif block in the first bytes of a JPEG file has a GPS directory; False for other formats."""
    position = 2 if head.startswith(MAGIC) else len(head)
    while match := _MARKER.search(head, position):
        marker, start = head[match.end() - 1], match.end()
        length = int.from_bytes(head[start : start + 2], "big")
        if marker == _APP1 and head.startswith(_EXIF, start + 2):
            return exif.has_position(head[start + 2 + len(_EXIF) : start + length])
        if marker == _SOS:
            break
        position = start + length
    return False


def _end_of_segment(content: bytes, start: int, marker: int) -> int:
    """Return the end of the segment whose length field is at `start`. Raises Malformed."""
    if marker not in _DECODING | _METADATA:
        raise Malformed("a second picture begins inside it" if marker == _SOI else f"its segment {marker:X} is unknown")
    length = number(content, start, ">H")
    if length < 2:
        raise Malformed("a segment has no length")
    part(content, start, length)
    return start + length


def _end_of_scan(content: bytes, start: int) -> int:
    """Return the end of the compressed data that begins at `start`. Raises Malformed."""
    match = _MARKER_AFTER_SCAN.search(content, start)
    if match is None:
        raise Malformed("the end of the picture is missing")
    if content[match.end() - 1] < 0xC0:
        # Some decoders continue after such a marker; others stop.
        raise Malformed("its compressed data is damaged")
    return match.start()


def _rewritten(marker: int, payload: bytes) -> bytes:
    """Return the parts of an APP segment or comment that affect how the pixels are displayed."""
    if marker == _APP0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return _segment(marker, payload[:12] + b"\0\0")  # no thumbnail
    if marker == _APP2 and payload.startswith(b"ICC_PROFILE\0"):
        return _segment(marker, payload)
    if marker == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
        return _segment(marker, payload[:12])
    return b""


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
