"""attributes: owner, group, mode and extended attributes, carried over to the file or folder that replaces another."""

import os
import stat
from contextlib import suppress


def copy_attributes(seen: os.stat_result, source: str, handle: int, *, more: int = 0) -> bool:
    """Give the open file or folder `handle` the attributes of `source`, which was `seen`; `more` are bits of its mode.

    Each is copied as far as the system permits; False when that did not hold for owner or group. Raises OSError.
    """
    own = os.fstat(handle)
    same = (own.st_uid, own.st_gid) == (seen.st_uid, seen.st_gid)
    if not same:
        with suppress(OSError):  # who is not root may still choose among their own groups
            os.fchown(handle, -1, seen.st_gid)
            os.fchown(handle, seen.st_uid, -1)
            same = True
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(source, follow_symlinks=False):
                with suppress(OSError):  # some belong to the system
                    os.setxattr(handle, name, os.getxattr(source, name, follow_symlinks=False))
    os.fchmod(handle, stat.S_IMODE(seen.st_mode) | more)  # last: a change of owner clears bits
    return same
