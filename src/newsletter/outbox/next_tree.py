"""Write the next outbox as a separate tree beside the current one."""

import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from newsletter.load.attributes import copy_attributes
from newsletter.outbox.tree import as_disk_fault, refusals


@dataclass(slots=True)
class NextTree:
    """The tree at `root`, which becomes the next outbox. Its methods raise DiskFault.

    Worker processes forked from the process that created this object may also write into the tree.
    If that process is killed, its workers must not write into the tree of a later build. So each
    worker opens the tree while its parent is alive, and writes through that handle.

    A folder gets the owner, mode and attributes of the folder with the same name in the tree `old`.
    Until finish() is called, its owner can always write into it.
    """

    root: str
    old: str = ""
    _owner: int = field(default_factory=os.getpid)
    _handles: dict[int, int] = field(default_factory=dict)  # of `root`, by process ID
    _folders: set[str] = field(default_factory=set)  # known to exist

    def make_folder(self, folder: str) -> None:
        """Create a folder and its parents if they do not exist; "" is the tree itself."""
        if folder in self._folders:
            return
        try:
            root = self._handle()
            for end, character in enumerate(f"{folder}/" if folder else ""):
                if character == "/":
                    with suppress(FileExistsError):
                        os.mkdir(folder[:end], dir_fd=root)
                        self._copy_attributes(folder[:end], root, 0o700)
        except OSError as fault:
            raise as_disk_fault(fault, f"{self.root}/{folder}") from None
        self._folders.add(folder)

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a new file from pieces of its content.

        Raises FileExistsError or NotADirectoryError if another file is in the way.
        """
        self.make_folder(path.rpartition("/")[0])
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=self._handle())
            try:
                for piece in pieces:
                    while piece:
                        piece = piece[os.write(handle, piece) :]  # noqa: PLW2901 (near a limit, a write may be partial)
            finally:
                os.close(handle)
        except (BrokenPipeError, FileExistsError, NotADirectoryError):
            raise
        except OSError as fault:
            raise as_disk_fault(fault, f"{self.root}/{path}") from None

    def _handle(self) -> int:
        """Return this process's handle for the tree.

        Raises BrokenPipeError in a worker whose parent is gone.
        """
        process = os.getpid()
        handle = self._handles.get(process)
        if handle is None:
            is_new = self._make_root()
            handle = self._handles[process] = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            if is_new:
                self._copy_attributes("", handle, 0o700)
            if process != self._owner and os.getppid() != self._owner:
                raise BrokenPipeError
        return handle

    def _make_root(self) -> bool:
        with suppress(FileExistsError):
            os.mkdir(self.root)
            return True
        return False

    def _copy_attributes(self, folder: str, root: int, more: int = 0) -> None:
        """Copy a folder's attributes from the old tree, and add the mode bits `more`."""
        source = f"{self.old}/{folder}" if folder else self.old
        with suppress(OSError):  # usually because the old folder does not exist
            status = os.lstat(source) if self.old else None
            if status is None or not stat.S_ISDIR(status.st_mode):
                return
            handle = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
            try:
                copy_attributes(status, source, handle, more=more)
            finally:
                os.close(handle)

    def finish(self, folders: Iterable[str]) -> None:
        """Give these folders their permissions from the old tree, once everything is written."""
        for folder in folders:
            self._copy_attributes(folder, self._handle())

    def move_in(self, path: str, source: str, *, over: bool) -> None:
        """Move the file `source` to `path`, which may exist only if `over` is true.

        Raises OSError and DiskFault.
        """
        self.make_folder(path.rpartition("/")[0])
        root = self._handle()
        if over:
            return os.replace(source, path, dst_dir_fd=root)
        try:
            os.link(source, path, dst_dir_fd=root, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:  # this file system has no hard links
            os.rename(source, path, dst_dir_fd=root)

    def close(self) -> None:
        """Close this process's handle."""
        if (handle := self._handles.pop(os.getpid(), None)) is not None:
            os.close(handle)

    def adopt(self, path: str, old: str, *, may_be_gone: bool = False) -> None:
        """Take over a file from the tree `old`: as a hard link, or a copy if links are impossible.

        Set `may_be_gone` for files of other programs, which may have deleted them since. A missing
        file is then skipped.
        """
        if may_be_gone and not os.path.lexists(f"{old}/{path}"):
            return
        self.make_folder(path.rpartition("/")[0])
        source, full = f"{old}/{path}", f"{self.root}/{path}"
        with refusals(full):
            try:
                os.link(source, full, follow_symlinks=False)
            except OSError:
                shutil.copy2(source, full, follow_symlinks=False)
