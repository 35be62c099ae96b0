"""Swap two directory trees in one system call, under a lock."""

import errno
import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from newsletter.load.safe_open import is_link
from newsletter.model.refusals import sentence

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE in linux/fs.h, and RENAME_SWAP in sys/stdio.h of macOS
_PAUSE = 0.05  # seconds between two attempts to take the lock
_TRIES = 10  # attempts to remove a tree
_BUILD_FIXES = {  # fixes that apply only to building
    errno.EACCES: "allow it, or choose another folder with --out",
    errno.ENOSPC: "free some space, or choose another folder with --out",
    errno.EPERM: "allow it, or choose another folder with --out",
    errno.EROFS: "choose another folder with --out",
}
_held: set[int] = set()


class Busy(Exception):
    """Another build holds the lock."""


class DiskFault(Exception):
    """The system refuses to read or write a file.

    The message names the path and says what to do.
    """


@contextmanager
def refusals(path: str) -> Iterator[None]:
    """Turn OSError into DiskFault.

    The message names `path`, unless the error itself names an absolute path.
    """
    try:
        yield
    except OSError as fault:
        raise as_disk_fault(fault, path) from None


def as_disk_fault(fault: OSError, path: str) -> DiskFault:
    """Return the DiskFault for an OSError.

    The message names `path`, unless the error names an absolute path. (Relative ones, from calls
    with `dir_fd`, would not help.)
    """
    if isinstance(fault.filename, str) and os.path.isabs(fault.filename):
        path = fault.filename
    return DiskFault(f"{sentence(fault, path, _BUILD_FIXES.get(fault.errno or 0, ''))}; nothing was changed")


@contextmanager
def locked(path: str, wait: float) -> Iterator[None]:
    """Lock the file `path`, which is created if absent.

    Raises Busy after `wait` seconds, and DiskFault.
    """
    with refusals(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    _held.add(handle)
    try:
        _acquire(handle, path, wait)
        yield
    finally:
        if handle in _held:
            _held.remove(handle)
            os.close(handle)


def _acquire(handle: int, path: str, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        with refusals(path), suppress(BlockingIOError):
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.monotonic() >= end:
            raise Busy(f"another build is running (it holds {path}); try again later")
        time.sleep(_PAUSE)


def _release() -> None:
    while _held:
        os.close(_held.pop())


# A lock belongs to the open file, which forked workers share. If they did not close it, they would keep the lock after
# their parent is killed.
os.register_at_fork(after_in_child=_release)


@dataclass(slots=True)
class FileReader:
    """Iterates over pieces of bytes, and hashes and counts the bytes read so far.

    Raises whatever `pieces` raises.
    """

    pieces: Iterable[bytes]
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the bytes so far."""
        return bytes(self._digest.digest())

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    def whole(self) -> "FileReader":
        """Read to the end, and return the reader itself."""
        for _ in self:
            pass
        return self


def settle(next_tree: str, target: str) -> None:
    """Restore `target` if a run was killed, and remove its leftovers.

    Call this only under the lock. Raises DiskFault.
    """
    aside = f"{next_tree}.old"
    with refusals(next_tree):
        # A symbolic link with that name is not ours. It came with a checkout and may lead anywhere.
        if os.path.isdir(aside) and not is_link(aside) and not os.path.lexists(target):
            os.rename(aside, target)
        remove(aside)
        remove(next_tree)


def remove(tree: str) -> None:
    """Delete a tree, or the file or link at its path. Raises OSError."""
    if not os.path.isdir(tree) or is_link(tree):
        with suppress(FileNotFoundError):
            os.unlink(tree)
        return
    for tries_left in reversed(range(_TRIES)):
        try:
            return shutil.rmtree(tree)
        except OSError as fault:
            # A worker whose parent was killed may still be writing its last file.
            if fault.errno not in (errno.ENOTEMPTY, errno.EACCES) or not tries_left:
                raise
            if fault.errno == errno.EACCES:
                _make_writable(tree)


def _make_writable(tree: str) -> None:
    """Give the owner of a tree permission to empty its folders."""
    with suppress(OSError):
        os.chmod(tree, 0o700)
        for folder, names, _ in os.walk(tree):
            for name in names:
                if not is_link(f"{folder}/{name}"):
                    os.chmod(f"{folder}/{name}", 0o700)


def swap(next_tree: str, target: str) -> None:
    """Swap the trees `next_tree` and `target`; `target` may be absent. Raises DiskFault.

    This takes one system call on Linux and macOS. Elsewhere, and on file systems without that call,
    it takes several renames, and `target` does not exist between them. If the run is killed at that
    point, settle() restores it in the next run.
    """
    with refusals(target):
        if not os.path.lexists(target):
            os.rename(next_tree, target)
        elif not exchange(next_tree, target):
            _rename_twice(next_tree, target)


def _rename_twice(next_tree: str, target: str) -> None:
    aside = f"{next_tree}.old"
    os.rename(target, aside)
    try:
        os.rename(next_tree, target)
    except OSError:
        os.rename(aside, target)
        raise
    os.rename(aside, next_tree)


def exchange(one: str, other: str) -> bool:
    """Exchange two trees in one system call; return False if the system does not support it."""
    import ctypes  # noqa: PLC0415 (importing it takes 10 ms, and many builds change nothing)

    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        done = library.renamex_np(first, second, _EXCHANGE)
    elif hasattr(library, "renameat2"):
        done = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)
    else:
        return False
    code = ctypes.get_errno()
    if done != 0 and code not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(code, os.strerror(code), other)
    return bool(done == 0)
