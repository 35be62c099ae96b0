"""Read project files for publication.

All code that writes or serves an asset reads it with published(), which ensures that only checked content is published.
"""

import errno
import hashlib
from collections.abc import Iterator

from newsletter.load import metadata
from newsletter.load.safe_open import pieces_beneath
from newsletter.model import Asset

_REPLACED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO})


class Changed(Exception):
    """The file has changed since it was checked. The message says how."""


def published(asset: Asset) -> Iterator[bytes]:
    """Yield the bytes to publish for `asset` in pieces: a picture without its metadata, other files unchanged.

    Raises Changed after the last piece if the content differs from what was checked, or at once if the file is gone or
    a part of its path was replaced by a symbolic link. If Changed is raised, no piece may be published. Raises OSError
    if the file cannot be read.
    """
    try:
        yield from metadata.published(_checked(asset))
    except metadata.Malformed as fault:  # it was valid when it was checked
        raise Changed(f"this file changed during the build ({fault})") from None


def _checked(asset: Asset) -> Iterator[bytes]:
    """Yield the bytes of the file. Raises the same exceptions as published()."""
    digest = hashlib.sha256()
    try:
        for piece in pieces_beneath(asset.root, asset.source):
            digest.update(piece)
            yield piece
    except OSError as fault:
        if fault.errno in _REPLACED:
            raise Changed(f"this file was removed or replaced during the build ({fault.strerror})") from None
        raise
    if digest.hexdigest() != asset.sha256:
        raise Changed("this file changed during the build")
