"""exchange: a tree takes the place of another in one system call; a lock guards both."""

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
_PAUSE = 0.05  # seconds between two looks at the lock
_TRIES = 10  # to remove a tree
_OUT = {  # remedies that only someone who builds has
    errno.EACCES: "allow it, or choose another folder with --out",
    errno.ENOSPC: "free some space, or choose another folder with --out",
    errno.EPERM: "allow it, or choose another folder with --out",
    errno.EROFS: "choose another folder with --out",
}
_held: set[int] = set()


class Busy(Exception):
    """Another build holds the lock."""


class DiskFault(Exception):
    """The disk refuses; the message names the path and says what to do."""


@contextmanager
def refusals(path: str) -> Iterator[None]:
    """The system's refusals as DiskFault. `path` is where, when they do not say so themselves."""
    try:
        yield
    except OSError as fault:
        raise refused(fault, path) from None


def refused(fault: OSError, path: str) -> DiskFault:
    """A refusal of the system as DiskFault.

    `path` is where, unless the system names a whole path (those within a handle's folder say little).
    """
    if isinstance(fault.filename, str) and os.path.isabs(fault.filename):
        path = fault.filename
    return DiskFault(f"{sentence(fault, path, _OUT.get(fault.errno or 0, ''))}; nothing was changed")


@contextmanager
def locked(path: str, wait: float) -> Iterator[None]:
    """Hold the lock file `path`, made if absent. Raises Busy after `wait` seconds, and DiskFault."""
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


def _let_go() -> None:
    while _held:
        os.close(_held.pop())


# A lock belongs to the open file, which a fork shares: a worker would keep it after its parent was killed.
os.register_at_fork(after_in_child=_let_go)


@dataclass(slots=True)
class FileReader:
    """Bytes as they are read, in pieces: their hash and number so far. Raises what `pieces` raises."""

    pieces: Iterable[bytes]
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> bytes:
        """The hash."""
        return bytes(self._digest.digest())

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    def whole(self) -> "FileReader":
        """Itself, read to the end."""
        for _ in self:
            pass
        return self


def settle(following: str, target: str) -> None:
    """Put right what a killed run left beside `target`. Only under the lock. Raises DiskFault."""
    aside = f"{following}.old"
    with refusals(following):
        # A link of that name was not left by us: it comes with a checkout, and may lead anywhere.
        if os.path.isdir(aside) and not is_link(aside) and not os.path.lexists(target):
            os.rename(aside, target)
        remove(aside)
        remove(following)


def remove(tree: str) -> None:
    """Delete a tree, or whatever stands there. Raises OSError."""
    if not os.path.isdir(tree) or is_link(tree):
        with suppress(FileNotFoundError):
            os.unlink(tree)
        return
    for left in reversed(range(_TRIES)):
        try:
            return shutil.rmtree(tree)
        except OSError as fault:
            # A worker whose parent was killed may just be writing its last file.
            if fault.errno not in (errno.ENOTEMPTY, errno.EACCES) or not left:
                raise
            if fault.errno == errno.EACCES:
                _open_up(tree)


def _open_up(tree: str) -> None:
    """Allow the owner of a tree to empty its folders."""
    with suppress(OSError):
        os.chmod(tree, 0o700)
        for folder, names, _ in os.walk(tree):
            for name in names:
                if not is_link(f"{folder}/{name}"):
                    os.chmod(f"{folder}/{name}", 0o700)


def swap(following: str, target: str) -> None:
    """Put the tree `following` where `target` stands, and what stood there in its place. Raises DiskFault.

    One system call on Linux and macOS. Elsewhere, and on file systems without that call, two
    renames: between them there is no `target`; after a kill there, the next run's `settle` restores it.
    """
    with refusals(target):
        if not os.path.lexists(target):
            os.rename(following, target)
        elif not _exchanged(following, target):
            _rename_twice(following, target)


def _rename_twice(following: str, target: str) -> None:
    aside = f"{following}.old"
    os.rename(target, aside)
    try:
        os.rename(following, target)
    except OSError:
        os.rename(aside, target)
        raise
    os.rename(aside, following)


def _exchanged(one: str, other: str) -> bool:
    """True when the system exchanged them, False when it cannot."""
    import ctypes  # noqa: PLC0415 (it costs 10 ms, and many builds change nothing)

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
