"""Copy owner, group, mode and extended attributes to the file or folder that replaces another."""

import os
import stat
from contextlib import suppress


def copy_attributes(status: os.stat_result, source: str, handle: int, *, more: int = 0) -> bool:
    """Copy the attributes of `source` to the open file or folder `handle`, as far as the system permits.

    `status` is the status of `source`; `more` are additional bits of the mode. Returns whether owner and group are the
    same. Raises OSError if the mode cannot be set.
    """
    own = os.fstat(handle)
    same_owner = (own.st_uid, own.st_gid) == (status.st_uid, status.st_gid)
    if not same_owner:
        with suppress(OSError):  # other users than root can only set their own groups
            os.fchown(handle, -1, status.st_gid)
            os.fchown(handle, status.st_uid, -1)
            same_owner = True
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(source, follow_symlinks=False):
                with suppress(OSError):  # some attributes belong to the system
                    os.setxattr(handle, name, os.getxattr(source, name, follow_symlinks=False))
    os.fchmod(handle, stat.S_IMODE(status.st_mode) | more)  # last: changing the owner clears bits of the mode
    return same_owner
