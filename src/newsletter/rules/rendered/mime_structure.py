"""Check the lines of a mail (RFC 5322, section 2.1.1) and its parts (RFC 2046, section 5.1.4)."""

import re
from collections.abc import Iterator

WIDEST = 998  # characters; the maximum for a line
TYPES = (b"multipart/alternative", b"text/plain", b"text/html")


def has_only_crlf(eml: bytes) -> bool:
    """Return whether CR and LF occur only as the pair CRLF."""
    return eml.count(b"\r\n") == eml.count(b"\r") == eml.count(b"\n")


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
