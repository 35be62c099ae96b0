"""exchange: a tree grows beside another and takes its place in one system call; a lock guards both."""

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

from newsletter.refusals import sentence

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE in linux/fs.h, and RENAME_SWAP in sys/stdio.h of macOS
_PAUSE = 0.05  # seconds between two looks at the lock
_PIECE = 1 << 20  # bytes of a file that are held at once
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
        raise _refused(fault, path) from None


def _refused(fault: OSError, path: str) -> DiskFault:
    """`path` is where, unless the system names a whole path (those within a handle's folder say little)."""
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


def pieces(file: str) -> Iterator[bytes]:
    """A file's bytes. Raises OSError; for a symbolic link, one with ELOOP."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            while piece := os.read(handle, _PIECE):
                yield piece
        finally:
            os.close(handle)
    except OSError as fault:
        fault.filename = file  # a failed read does not name it
        raise


@dataclass(slots=True)
class Reading:
    """A file as it is read, in pieces: its hash and its size in bytes so far. Raises OSError, also for a link."""

    file: str
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> bytes:
        """The hash."""
        return bytes(self._digest.digest())

    def __iter__(self) -> Iterator[bytes]:
        for piece in pieces(self.file):
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    def whole(self) -> "Reading":
        """Itself, read to the end."""
        for _ in self:
            pass
        return self


@dataclass(frozen=True, slots=True)
class Standing:
    """A tree as it stands: the size of every file, in bytes (-1: no regular file), and its empty folders."""

    root: str
    sizes: dict[str, int]
    empty: tuple[str, ...]


def look(root: str) -> Standing:
    """The tree at `root`, which may be absent; symbolic links are not followed. Raises DiskFault."""
    sizes: dict[str, int] = {}
    empty: list[str] = []
    folders = [""] if os.path.lexists(root) else []
    with refusals(root):
        while folders:
            folder = folders.pop()
            with os.scandir(f"{root}/{folder}") as entries:
                found = list(entries)
            if folder and not found:
                empty.append(folder[:-1])
            for each in found:
                if each.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{each.name}/")
                else:
                    regular = each.is_file(follow_symlinks=False)
                    sizes[folder + each.name] = each.stat(follow_symlinks=False).st_size if regular else -1
    return Standing(root, sizes, tuple(empty))


@dataclass(slots=True)
class Growing:
    """The next tree; each of its folders is made once. Its methods raise DiskFault.

    Workers, forks of the process that made this object, may write into the tree as well. One whose parent was
    killed must not write into the tree of a later build: it writes through a handle of the tree that was there while
    its parent lived.
    """

    root: str
    _owner: int = field(default_factory=os.getpid)
    _handles: dict[int, int] = field(default_factory=dict)  # of the root, by process
    _made: set[str] = field(default_factory=set)

    def make(self, folder: str) -> None:
        """A folder; "" is the tree itself."""
        if folder in self._made:
            return
        try:
            within = self._handle()
            for end, sign in enumerate(f"{folder}/" if folder else ""):
                if sign == "/":
                    with suppress(FileExistsError):
                        os.mkdir(folder[:end], dir_fd=within)
        except OSError as fault:
            raise _refused(fault, f"{self.root}/{folder}") from None
        self._made.add(folder)

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """A new file. Raises FileExistsError and NotADirectoryError when the tree holds what is in its way."""
        self.make(path.rpartition("/")[0])
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=self._handle())
            try:
                for piece in pieces:
                    while piece:
                        piece = piece[os.write(handle, piece) :]  # noqa: PLW2901 (less is written near a limit)
            finally:
                os.close(handle)
        except (BrokenPipeError, FileExistsError, NotADirectoryError):
            raise
        except OSError as fault:
            raise _refused(fault, f"{self.root}/{path}") from None

    def _handle(self) -> int:
        """This process's handle of the tree, got while its parent lived. Raises BrokenPipeError if that is no more."""
        process = os.getpid()
        handle = self._handles.get(process)
        if handle is None:
            os.makedirs(self.root, exist_ok=True)
            handle = self._handles[process] = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            if process != self._owner and os.getppid() != self._owner:
                raise BrokenPipeError
        return handle

    def close(self) -> None:
        """Give the handle back."""
        if (handle := self._handles.pop(os.getpid(), None)) is not None:
            os.close(handle)

    def adopt(self, path: str, old: str) -> None:
        """The file that stands in the tree `old`: a hard link, or a copy where links are impossible."""
        self.make(path.rpartition("/")[0])
        source, full = f"{old}/{path}", f"{self.root}/{path}"
        with refusals(full):
            try:
                os.link(source, full, follow_symlinks=False)
            except OSError:
                shutil.copy2(source, full, follow_symlinks=False)


def settle(following: str, target: str) -> None:
    """Put right what a killed run left beside `target`. Only under the lock. Raises DiskFault."""
    aside = f"{following}.old"
    with refusals(following):
        if os.path.lexists(aside) and not os.path.lexists(target):
            os.rename(aside, target)
        remove(aside)
        remove(following)


def remove(tree: str) -> None:
    """Delete a tree, or whatever stands there. Raises OSError."""
    if not os.path.isdir(tree) or os.path.islink(tree):
        with suppress(FileNotFoundError):
            os.unlink(tree)
        return
    for left in reversed(range(_TRIES)):
        try:
            return shutil.rmtree(tree)
        except OSError as fault:
            # A worker whose parent was killed may just be writing its last file.
            if fault.errno != errno.ENOTEMPTY or not left:
                raise


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
