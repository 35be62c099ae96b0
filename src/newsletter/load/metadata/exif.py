"""Read the orientation of a picture from Exif, and write an Exif block that contains nothing else.

Exif is a TIFF structure; its first directory is a list of 12-byte entries. See Exif 2.32 (CIPA DC-008), section 4.6.
"""

import struct

from newsletter.load.metadata.malformed import Malformed, number

MAGICS = (b"II*\0", b"MM\0*")

_ORIENTATION = 0x0112
_GPS = 0x8825
_SHORT = 3
_ENTRY = 12  # bytes


def orientation(tiff: bytes) -> int:
    """Return the orientation of the picture, from 1 (upright) to 8, or 1 if the block has no valid entry for it."""
    for tag, entry, order in _entries(tiff):
        if tag == _ORIENTATION:
            kind, count, value = struct.unpack(f"{order}HIH", entry[2:10])
            return int(value) if (kind, count) == (_SHORT, 1) and 1 <= value <= 8 else 1
    return 1


def has_position(tiff: bytes) -> bool:
    """Return whether the block has a GPS directory."""
    return any(tag == _GPS for tag, _, _ in _entries(tiff))


def minimal(orientation: int) -> bytes:
    """Return an Exif block with the orientation as its only entry."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, _SHORT, 1, orientation, 0, 0)


def _entries(tiff: bytes) -> list[tuple[int, bytes, str]]:
    """Return the tag, the bytes and the byte order of each entry in the first directory.

    Returns an empty list if the directory cannot be read.
    """
    if not tiff.startswith(MAGICS):
        return []
    order = "<" if tiff.startswith(b"II") else ">"
    try:
        start = number(tiff, 4, f"{order}I")
        count = number(tiff, start, f"{order}H")
    except Malformed:
        return []
    block = tiff[start + 2 : start + 2 + count * _ENTRY]
    entries = (block[start : start + _ENTRY] for start in range(0, len(block) - _ENTRY + 1, _ENTRY))
    return [(int(struct.unpack(f"{order}H", entry[:2])[0]), entry, order) for entry in entries]
