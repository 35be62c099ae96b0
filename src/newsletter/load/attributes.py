"""Copy owner, group, mode and extended attributes from a file or folder to its replacement."""

import os
import stat
from contextlib import suppress


def copy_attributes(status: os.stat_result, source: str, handle: int, *, more: int = 0) -> bool:
    """Copy the attributes of the path `source` to the open file or folder `handle`, as far as the system permits.

    `status` is the stat result of `source`, and `more` contains mode bits to set in addition. Returns whether owner and
    group could be copied. Raises OSError if the mode cannot be set.
    """
    own = os.fstat(handle)
    same_owner = (own.st_uid, own.st_gid) == (status.st_uid, status.st_gid)
    if not same_owner:
        with suppress(OSError):  # only root can set any owner; other users can set only groups they belong to
            os.fchown(handle, -1, status.st_gid)
            os.fchown(handle, status.st_uid, -1)
            same_owner = True
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(source, follow_symlinks=False):
                with suppress(OSError):  # some attributes are reserved for the system
                    os.setxattr(handle, name, os.getxattr(source, name, follow_symlinks=False))
    os.fchmod(handle, stat.S_IMODE(status.st_mode) | more)  # last: changing the owner clears bits of the mode
    return same_owner
