"""Metadata: what pictures carry besides what they show is cut before they are published.

Cut as segments, without decoding: pixels, colour profile and animation stay byte for byte, and so does the orientation,
in a block of its own. What has no metadata stays as it is. Everything here is pure and reads each byte a bounded number
of times; on any bytes whatsoever, it returns or raises Malformed.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from newsletter.load.metadata import gif, heif, jpeg, png, webp
from newsletter.load.metadata.attachments import CHANGES, COMMENTS, POSITION, hidden_in
from newsletter.load.metadata.malformed import Malformed

__all__ = ["CHANGES", "COMMENTS", "LARGEST", "POSITION", "Malformed", "find_hidden", "kind", "published", "strip"]

LARGEST = 100_000_000  # bytes of a picture, which is held in memory as a whole
_HEAD = 1 << 16  # bytes that tell what a file is
_STRIP = {"jpeg": jpeg.strip, "png": png.strip, "gif": gif.strip, "webp": webp.strip, "avif": heif.strip}


def kind(head: bytes) -> str:
    """What a file is whose first bytes are `head`: jpeg, png, gif, webp, avif (HEIC, too), or "" for anything else."""
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
    """A picture without metadata; other files as they are. Raises Malformed."""
    clean = _STRIP.get(kind(content))
    return clean(content) if clean else content


def published(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes to publish of a file that comes in pieces: strip(), without holding what is no picture.

    Raises Malformed, also for a picture of more than LARGEST bytes.
    """
    source = iter(pieces)
    head = _gather(source, _HEAD)
    if not kind(head):
        yield head
        yield from source
        return
    picture = head + _gather(source, LARGEST)
    if len(picture) > LARGEST:
        raise Malformed(f"it weighs more than {LARGEST // 1_000_000} MB")
    yield strip(picture)


def _gather(pieces: Iterator[bytes], enough: int) -> bytes:
    """The next pieces, up to the end or until they hold more than `enough` bytes."""
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > enough:
            break
    return b"".join(held)


def find_hidden(stream: BinaryIO) -> tuple[str, ...]:
    """What a file that is published as it is holds unseen: CHANGES, COMMENTS, POSITION; only what is certain.

    It is judged by its content; in a picture nothing is found, since it is cleaned. `stream` can seek. Reads and memory
    are bounded: in a damaged or enormous file nothing is found. Raises OSError when `stream` does, and nothing else.
    """
    stream.seek(0)
    return () if kind(stream.read(_HEAD)) else hidden_in(stream)
