"""Check the lines of a mail (RFC 5322, section 2.1.1) and its parts (RFC 2046, section 5.1.4)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from newsletter.theme.slots import Joined

WIDEST = 998  # characters; the maximum for a line
TYPES = (b"multipart/alternative", b"text/plain", b"text/html")
_CR, _LF = (bytes(octet == end for octet in range(256)) for end in b"\r\n")
_LINE_ENDS = frozenset((b"\r\n", b""))  # possible last two bytes of a piece that consists of complete lines


def is_valid_by_pieces(eml: Joined) -> bool:
    """Return True if a check of the pieces shows that a mail is valid.

    Pieces that many mails share are checked only once. False means that the whole mail has to be checked, for example
    because a piece does not consist of complete lines.
    """
    own = eml.pieces[1::2]
    if _shared_types(eml.pieces[::2]) != TYPES or not _LINE_ENDS.issuperset({piece[-2:] for piece in own}):
        return False
    joined = b"".join(own)
    return (
        (b"Content-Type:" not in joined or next(types_of(b"\n" + joined), None) is None)
        and not eml.startswith(b"Content-Type: ")  # types_of() finds the header only after a line end
        and has_valid_lines(joined)
    )


@lru_cache(maxsize=1024)
def _shared_types(pieces: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
    """Return the content types in pieces that many mails share, or None if a piece contains an invalid line."""
    types = [_piece_types(piece) for piece in pieces if piece]
    return None if None in types else tuple(name for names in types if names for name in names)


@lru_cache(maxsize=4096)
def _piece_types(piece: bytes) -> tuple[bytes, ...] | None:
    """Return the content types in a piece, or None if it contains an invalid line."""
    return tuple(types_of(b"\n" + piece)) if piece.endswith(b"\r\n") and has_valid_lines(piece) else None


def has_valid_lines(lines: bytes) -> bool:
    """Return whether all lines are ASCII, end in CRLF, and have at most 998 characters."""
    return lines.isascii() and b"\0" not in lines and has_only_crlf(lines) and not has_long_line(lines)


def has_only_crlf(eml: bytes) -> bool:
    """Return whether CR and LF occur only as the pair CRLF."""
    # The map of all LFs must be the map of all CRs, shifted by one. Counting the pairs takes twice as long.
    return b"\0" + eml.translate(_CR) == eml.translate(_LF) + b"\0"


def has_long_line(eml: bytes) -> bool:
    """Return whether any line has more than 998 characters."""
    # Search backwards from the last allowed position, because reading all bytes takes ten times as long.
    start = 0
    while len(eml) - start > WIDEST:
        end = eml.rfind(b"\r\n", start, start + WIDEST + 2)
        if end < 0:
            return True
        start = end + 2
    return False


def part_types(eml: bytes) -> Iterator[bytes]:
    """Yield the content type of a mail and of each of its parts.

    Only headers are searched, because a text may also contain lines that begin with Content-Type.
    """
    headers, _, body = eml.partition(b"\r\n\r\n")
    yield from types_of(b"\n" + headers)
    if boundary := re.search(rb'boundary="([^"]+)"', headers):
        for part in body.split(b"--" + boundary[1])[1:]:
            yield from types_of(part.partition(b"\r\n\r\n")[0])


def types_of(eml: bytes) -> Iterator[bytes]:
    """Yield the content type of each line that begins with Content-Type."""
    header, offset = b"\nContent-Type: ", -1
    while (offset := eml.find(header, offset + 1)) >= 0:
        match = re.match(rb"[a-z/]+", eml[offset + len(header) : offset + 99])
        yield match[0] if match else b""
