"""exchange: two directories swap places in one system call; a lock that dies with its process."""

import ctypes
import errno
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_AT_FDCWD = -100
_LINUX_EXCHANGE = 2  # RENAME_EXCHANGE, linux/fs.h
_MACOS_SWAP = 2  # RENAME_SWAP, sys/stdio.h
_PAUSE = 0.05  # seconds between two looks at the lock


class Busy(Exception):
    """Another build holds the lock."""


@contextmanager
def locked(path: str, wait: float) -> Iterator[None]:
    """Hold the lock file `path`. Raises Busy after `wait` seconds."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        tries = max(1, round(wait / _PAUSE))
        for left in range(tries, 0, -1):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if left == 1:
                    raise Busy(f"another build is running (it holds {path}); try again later") from None
                time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def exchange(following: str, target: str) -> None:
    """Put the directory `following` where `target` stands, and what stood there in its place.

    One system call on Linux and macOS. Elsewhere, and on file systems without that call, two
    renames: between them, for some microseconds, there is no outbox.
    """
    if not os.path.lexists(target):
        os.rename(following, target)
        return
    if _swap(following, target):
        return
    aside = f"{following}.old"
    os.rename(target, aside)
    os.rename(following, target)
    os.rename(aside, following)


def _swap(one: str, other: str) -> bool:
    """True when the system swapped them, False when it cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        done = library.renamex_np(os.fsencode(one), os.fsencode(other), _MACOS_SWAP)
    elif hasattr(library, "renameat2"):
        done = library.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _LINUX_EXCHANGE)
    else:
        return False
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), other)
