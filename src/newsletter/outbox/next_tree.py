"""next_tree: the outbox that is being built, beside the one that stands."""

import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from newsletter.load.attributes import copy_attributes
from newsletter.outbox.tree import refusals, refused


@dataclass(slots=True)
class NextTree:
    """The next tree; each of its folders is made once. Its methods raise DiskFault.

    Workers, forks of the process that made this object, may write into the tree as well. One whose parent was
    killed must not write into the tree of a later build: it writes through a handle of the tree that was there while
    its parent lived.

    A folder takes owner, mode and attributes of the one that has its name in the tree `old`, if there is one. While
    the tree grows, its owner may write into it all the same: see `finish`.
    """

    root: str
    old: str = ""
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
                        self._dress(folder[:end], within, 0o700)
        except OSError as fault:
            raise refused(fault, f"{self.root}/{folder}") from None
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
            raise refused(fault, f"{self.root}/{path}") from None

    def _handle(self) -> int:
        """This process's handle of the tree, got while its parent lived. Raises BrokenPipeError if that is no more."""
        process = os.getpid()
        handle = self._handles.get(process)
        if handle is None:
            begun = self._begin()
            handle = self._handles[process] = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            if begun:
                self._dress("", handle, 0o700)
            if process != self._owner and os.getppid() != self._owner:
                raise BrokenPipeError
        return handle

    def _begin(self) -> bool:
        with suppress(FileExistsError):
            os.mkdir(self.root)
            return True
        return False

    def _dress(self, folder: str, within: int, more: int = 0) -> None:
        """Make a folder like the one in the old tree, with `more` rights."""
        source = f"{self.old}/{folder}" if folder else self.old
        with suppress(OSError):  # mostly because there is none
            seen = os.lstat(source) if self.old else None
            if seen is None or not stat.S_ISDIR(seen.st_mode):
                return
            handle = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=within)
            try:
                copy_attributes(seen, source, handle, more=more)
            finally:
                os.close(handle)

    def finish(self, folders: Iterable[str]) -> None:
        """Nothing is written any more: these folders get the rights that they have in the old tree."""
        for folder in folders:
            self._dress(folder, self._handle())

    def move_in(self, path: str, source: str, *, over: bool) -> None:
        """Move the file `source` to `path`, `over` what stands there if anything does. Raises OSError, DiskFault."""
        self.make(path.rpartition("/")[0])
        within = self._handle()
        if over:
            return os.replace(source, path, dst_dir_fd=within)
        try:
            os.link(source, path, dst_dir_fd=within, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:  # no links here
            os.rename(source, path, dst_dir_fd=within)

    def close(self) -> None:
        """Give the handle back."""
        if (handle := self._handles.pop(os.getpid(), None)) is not None:
            os.close(handle)

    def adopt(self, path: str, old: str, *, may_be_gone: bool = False) -> None:
        """The file that stands in the tree `old`: a hard link, or a copy where links are impossible.

        What another program wrote, it may also have deleted since: then there is nothing to adopt.
        """
        if may_be_gone and not os.path.lexists(f"{old}/{path}"):
            return
        self.make(path.rpartition("/")[0])
        source, full = f"{old}/{path}", f"{self.root}/{path}"
        with refusals(full):
            try:
                os.link(source, full, follow_symlinks=False)
            except OSError:
                shutil.copy2(source, full, follow_symlinks=False)
