"""Remove metadata from pictures before they are published.

Segments are cut out without decoding the picture, so the bytes of its pixels, colour profile and animation stay the
same. The orientation is kept in a block of its own. A file without metadata does not change. All functions are pure,
read each byte a limited number of times, and on any input either return or raise Malformed.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from newsletter.load.metadata import gif, heif, jpeg, png, webp
from newsletter.load.metadata.attachments import CHANGES, COMMENTS, POSITION, hidden_in
from newsletter.load.metadata.malformed import Malformed

__all__ = ["CHANGES", "COMMENTS", "LARGEST", "POSITION", "Malformed", "find_hidden", "kind", "published", "strip"]

LARGEST = 100_000_000  # bytes of a picture
_HEAD = 1 << 16  # bytes that are enough to identify the format of a file
_STRIP = {"jpeg": jpeg.strip, "png": png.strip, "gif": gif.strip, "webp": webp.strip, "avif": heif.strip}


def kind(head: bytes) -> str:
    """Return the format of a file with the first bytes `head`: jpeg, png, gif, webp, avif (also for HEIC), or ""."""
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
    """Return a picture without metadata, and other files unchanged. Raises Malformed."""
    clean = _STRIP.get(kind(content))
    return clean(content) if clean else content


def published(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes to publish of a file that is read in pieces, as strip() would. Only pictures are held in memory.

    Raises Malformed, also for a picture larger than LARGEST.
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
    """Join the next pieces, up to the end or until there are more than `limit` bytes."""
    gathered, size = [], 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size > limit:
            break
    return b"".join(gathered)


def find_hidden(stream: BinaryIO) -> tuple[str, ...]:
    """Return which hidden data an attachment contains for certain: CHANGES, COMMENTS, POSITION.

    The format is identified by the content of `stream`, which must be seekable. The result is empty for pictures, whose
    metadata is removed, and for damaged or enormous files, as reads and memory are limited. Raises OSError if `stream`
    does, and no other exception.
    """
    stream.seek(0)
    return () if kind(stream.read(_HEAD)) else hidden_in(stream)
