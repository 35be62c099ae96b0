"""rescue: what other programs wrote into an outbox while it was being built.

The next outbox is put together from what stood there when the build began. Once the two are exchanged, the old tree is
compared with the new one, and what arrived in it meanwhile is moved over.
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
    """The time that the system gives to files now, in nanoseconds."""
    with suppress(OSError), tempfile.TemporaryFile() as file:
        return os.fstat(file.fileno()).st_mtime_ns
    return 1 << 63  # unknown: nothing is newer


@dataclass(frozen=True, slots=True)
class Rescue:
    """The exchange of two trees: `old` is the outbox as it was listed at the time `begin` (see clock).

    `tree` is the next one; after the exchange it stands at `old.root`, and what stood there at `tree.root`.
    `is_free` tells whether the next outbox leaves a path to others; `edited` are files whose loss is told already.
    """

    old: PreviousBuild
    tree: NextTree
    begin: int
    is_free: Callable[[str], bool]
    edited: Collection[str]

    def move(self) -> Iterator[str]:
        """Move what arrived during the build; gives the paths of files that are lost, because the outbox needs them."""
        self.tree.old = self.tree.root  # for the attributes of folders
        known = frozenset((*self.old.foreign, *self.old.empty))
        told = frozenset((MANIFEST, *self.edited, *(path for path, _ in self.old.edited)))
        for path, entry in _differing(self.tree.root, self.old.root):
            if self.old.hashes.get(path):
                if self._is_changed(path, entry) and path not in told:
                    yield path
            elif path not in told and not self._move(path, entry, is_known=path in known):
                yield path

    def _is_changed(self, path: str, entry: "os.DirEntry[str]") -> bool:
        """Whether one of our own files was changed since the build began."""
        with suppress(OSError):
            if entry.stat(follow_symlinks=False).st_ctime_ns < self.begin:
                return False
            return FileReader(pieces(entry.path)).whole().digest != self.old.hashes.get(path)
        return True

    def _move(self, path: str, entry: "os.DirEntry[str]", *, is_known: bool) -> bool:
        """Move a file, or an empty folder, that is not ours; False when that is impossible."""
        try:
            if is_known and _is_same(entry, f"{self.old.root}/{path}"):
                return True  # it was copied, where links are impossible
            if not self.is_free(path):
                return is_known  # beside a damaged manifest, files of ours count as foreign, and are replaced
            if entry.is_dir(follow_symlinks=False):
                self.tree.make(path)
            else:
                self.tree.move_in(path, entry.path, over=is_known)
        except (OSError, DiskFault):  # the outbox is built all the same
            return False
        return True


def _is_same(entry: "os.DirEntry[str]", path: str) -> bool:
    with suppress(OSError):
        one, other = entry.stat(follow_symlinks=False), os.lstat(path)
        is_one_kind = stat.S_IFMT(one.st_mode) == stat.S_IFMT(other.st_mode)
        return is_one_kind and (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
    return False


def _differing(one: str, other: str) -> "Iterator[tuple[str, os.DirEntry[str]]]":
    """Files and empty folders of the tree `one` that are not the same in the tree `other`."""
    folders: list[tuple[str, os.DirEntry[str] | None]] = [("", None)]
    while folders:
        folder, itself = folders.pop()
        found = _list(f"{one}/{folder}")
        twins = {entry.name: entry.inode() for entry in _list(f"{other}/{folder}")}
        if itself and not found and not os.path.lexists(f"{other}/{folder}"):
            yield folder[:-1], itself
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                folders.append((f"{folder}{entry.name}/", entry))
            elif twins.get(entry.name) != entry.inode():
                yield folder + entry.name, entry


def _list(folder: str) -> "list[os.DirEntry[str]]":
    with suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []
