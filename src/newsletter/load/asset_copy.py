"""asset_copy: the bytes of a project file as they are published.

Everything that hands out an asset reads it here, so that what is published is what was judged.
"""

import errno
import hashlib
from collections.abc import Iterator

from newsletter.load import metadata
from newsletter.load.safe_open import pieces_beneath
from newsletter.model import Asset

_REPLACED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO})


class Changed(Exception):
    """The file is no longer the one that was judged; the message says how it differs."""


def published(asset: Asset) -> Iterator[bytes]:
    """The bytes to publish for `asset`, in pieces: a picture without its metadata, other files as they are.

    Raises Changed, after the last piece, if the file's content is not what was measured, or at once if the file is
    gone or a symbolic link took the place of a part of its path: then nothing of it may be published. Raises OSError
    when the system cannot read it.
    """
    try:
        yield from metadata.published(_checked(asset))
    except metadata.Malformed as fault:  # it was sound when it was measured
        raise Changed(f"this file changed during the build ({fault})") from None


def _checked(asset: Asset) -> Iterator[bytes]:
    """The bytes of the file itself. Raises as published() does."""
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
