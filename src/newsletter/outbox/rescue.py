"""Rescue files that other programs wrote into an outbox during a build.

The next outbox takes over the files that existed when the build began. After the swap, the old tree
is compared with the new one, and files that arrived during the build are moved into the new one.
"""

import os
import stat
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from newsletter.load.safe_open import pieces
from newsletter.model import MANIFEST
from newsletter.outbox.next_tree import NextTree
from newsletter.outbox.previous import PreviousBuild
from newsletter.outbox.tree import DiskFault, FileReader


def clock() -> int:
    """Return the time that the file system gives a new file, in nanoseconds."""
    with suppress(OSError), tempfile.TemporaryFile() as file:
        return os.fstat(file.fileno()).st_mtime_ns
    return 1 << 63  # unknown: nothing is newer


@dataclass(frozen=True, slots=True)
class Rescue:
    """Moves files from the old outbox to the new one, after the swap.

    `old` is the outbox as it was at the time `started` (see clock()), and `tree` is the next one.
    The swap has put the new tree at `old.root` and the old one at `tree.root`. `is_free` returns
    whether a path collides with no artefact. `edited` contains the paths of files whose loss was
    already reported.
    """

    old: PreviousBuild
    tree: NextTree
    started: int
    is_free: Callable[[str], bool]
    edited: Collection[str]

    def move(self) -> Iterator[str]:
        """Move files that arrived during the build, and yield the paths of files that are lost.

        A file is lost if an artefact needs its path, or if it cannot be moved.
        """
        self.tree.old = self.tree.root  # for the attributes of folders
        known = frozenset((*self.old.foreign, *self.old.empty))
        reported = frozenset((MANIFEST, *self.edited, *(path for path, _ in self.old.edited)))
        for path, entry in _differing(self.tree.root, self.old.root):
            if path in reported:
                continue
            if self.old.hashes.get(path):
                if self._is_changed(path, entry):
                    yield path
            elif not self._move(path, entry, is_known=path in known):
                yield path

    def _is_changed(self, path: str, entry: "os.DirEntry[str]") -> bool:
        """Return whether one of our own files was changed since the build began."""
        with suppress(OSError):
            if entry.stat(follow_symlinks=False).st_ctime_ns < self.started:
                return False
            return FileReader(pieces(entry.path)).whole().digest != self.old.hashes.get(path)
        return True

    def _move(self, path: str, entry: "os.DirEntry[str]", *, is_known: bool) -> bool:
        """Move a file or empty folder that is not ours; return False if that is impossible."""
        try:
            if is_known and _is_same(entry, f"{self.old.root}/{path}"):
                return True  # it was copied: the file system has no hard links
            if not self.is_free(path):
                return is_known  # with a damaged manifest, our own files count as foreign and are replaced
            if entry.is_dir(follow_symlinks=False):
                self.tree.make_folder(path)
            else:
                self.tree.move_in(path, entry.path, over=is_known)
        except (OSError, DiskFault):  # the outbox is complete without this file
            return False
        return True


def _is_same(entry: "os.DirEntry[str]", path: str) -> bool:
    with suppress(OSError):
        one, other = entry.stat(follow_symlinks=False), os.lstat(path)
        is_one_kind = stat.S_IFMT(one.st_mode) == stat.S_IFMT(other.st_mode)
        return is_one_kind and (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
    return False


def _differing(one: str, other: str) -> "Iterator[tuple[str, os.DirEntry[str]]]":
    """Yield the path and entry of each file or empty folder of `one` that differs in `other`."""
    folders: list[tuple[str, os.DirEntry[str] | None]] = [("", None)]
    while folders:
        folder, folder_entry = folders.pop()
        entries = _list(f"{one}/{folder}")
        inodes = {entry.name: entry.inode() for entry in _list(f"{other}/{folder}")}
        if folder_entry and not entries and not os.path.lexists(f"{other}/{folder}"):
            yield folder[:-1], folder_entry
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append((f"{folder}{entry.name}/", entry))
            elif inodes.get(entry.name) != entry.inode():
                yield folder + entry.name, entry


def _list(folder: str) -> "list[os.DirEntry[str]]":
    with suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []
