"""Remove metadata from pictures before they are published.

Metadata segments are cut out without decoding the picture, so its pixels, colour profile and animation stay identical
byte for byte. The orientation is kept, in a new minimal Exif block. A file without metadata does not change. All
functions are pure, read each byte a bounded number of times, and raise no exception other than Malformed.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from newsletter.load.metadata import gif, heif, jpeg, png, webp
from newsletter.load.metadata.attachments import CHANGES, COMMENTS, POSITION, hidden_in
from newsletter.load.metadata.malformed import Malformed

__all__ = ["CHANGES", "COMMENTS", "LARGEST", "POSITION", "Malformed", "find_hidden", "kind", "published", "strip"]

LARGEST = 100_000_000  # maximum size of a picture in bytes
_HEAD = 1 << 16  # bytes needed to identify the format of a file
_STRIP = {"jpeg": jpeg.strip, "png": png.strip, "gif": gif.strip, "webp": webp.strip, "avif": heif.strip}


def kind(head: bytes) -> str:
    """Return the format of a file: "jpeg", "png", "gif", "webp", "avif" (for HEIC, too), or "" for all others.

    `head` is the beginning of the file.
    """
    if head.startswith(jpeg.MAGIC):
        return "jpeg"
    if head.startswith(png.MAGIC):
        return "png"
    if head.startswith(gif.MAGICS):
        return "gif"
    if webp.matches(head):
        return "webp"
    return "avif" if heif.matches(head) else ""


def strip(content: bytes) -> bytes:
    """Return `content` without metadata if it is a picture, else unchanged.

    Raises Malformed for a damaged picture.
    """
    clean = _STRIP.get(kind(content))
    return clean(content) if clean else content


def published(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Like strip(), but read and yield the file in pieces. Only pictures are loaded into memory as a whole.

    Raises Malformed for a picture that is damaged or larger than LARGEST.
    """
    source = iter(pieces)
    head = _gather(source, _HEAD)
    if not kind(head):
        yield head
        yield from source
        return
    picture = head + _gather(source, LARGEST)
    if len(picture) > LARGEST:
        raise Malformed(f"it is larger than {LARGEST // 1_000_000} MB")
    yield strip(picture)


def _gather(pieces: Iterator[bytes], limit: int) -> bytes:
    """Join the next pieces until there are more than `limit` bytes or no pieces are left."""
    gathered, size = [], 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size > limit:
            break
    return b"".join(gathered)


def find_hidden(stream: BinaryIO) -> tuple[str, ...]:
    """Return the kinds of hidden data found in an attachment: any of CHANGES, COMMENTS and POSITION.

    `stream` must be seekable; its format is detected from its content. The result is empty for pictures, because their
    metadata is removed, and for damaged or enormous files, because reads and memory are limited. Raises OSError if
    reading from `stream` fails, and no other exception.
    """
    stream.seek(0)
    return () if kind(stream.read(_HEAD)) else hidden_in(stream)
