"""Publish artefacts as files, all or none, by swapping two directories.

The next tree is built beside the outbox: unchanged files become hard links (and keep their times),
new and changed files are written, and other programs' files are carried over. Then one system call
swaps both directories. Whenever the process is killed, either the old outbox or the new one is in
place.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quote
from pathlib import Path
from typing import NamedTuple

from newsletter.load.asset_copy import Changed, published
from newsletter.model import MANIFEST, MANIFEST_BEGINS, Artefact, Asset
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.outbox import tree as trees
from newsletter.outbox.next_tree import NextTree
from newsletter.outbox.previous import PreviousBuild, name_of, read_previous_build, verify, write_stamp
from newsletter.outbox.rescue import Rescue, clock
from newsletter.outbox.target import check_content, check_place, check_unlocked
from newsletter.outbox.tree import Busy, DiskFault, FileReader, refusals

__all__ = ["Busy", "DiskFault", "OutboxWriter", "Published", "Receipt", "publish", "publish_with", "verify"]

_FORBIDDEN_PARTS = frozenset({"", ".", ".."})
_SHA256 = b'"sha256": "'


@dataclass(frozen=True, slots=True)
class Published:
    """The result: how many files there are, how many were written and removed, and their total size in bytes."""

    files: int
    written: int
    removed: int
    changed: bool
    size: int


class Receipt(NamedTuple):
    """An artefact's line in the manifest, and whether its old file had been changed by hand."""

    path: str
    size: int
    line: bytes
    edited: bool = False


def publish(artefacts: Iterable[Artefact], out: Path, problems: Problems, *, wait: float = 5.0) -> Published:
    """Make `out` contain exactly the artefacts, besides files that newsletter did not write.

    Raises Aborted if `problems` become fatal, Busy after `wait` seconds if another build is
    running, DiskFault if the system refuses to read or write, ValueError for an invalid path, and
    what `artefacts` raises; `out` is then unchanged.
    """
    return publish_with(lambda outbox: map(outbox.add, artefacts), out, problems, wait=wait)


def publish_with(
    make: Callable[["OutboxWriter"], Iterable[Receipt]],
    out: Path,
    problems: Problems,
    *,
    wait: float = 5.0,
    force: bool = False,
    project: Path | None = None,
) -> Published:
    """Publish artefacts that several processes create. See publish() for the exceptions.

    `make` takes the writer and yields receipts. The process that creates an artefact calls
    `OutboxWriter.add`, so only receipts are sent between processes. Unless `force` is true, `make`
    may reuse the existing outbox instead (see `OutboxWriter.reusable`). With `project`, a folder,
    nothing is written and Aborted is raised if `out` would replace its sources (`unsafe-outbox`) or
    files of other programs (`foreign-output`).
    """
    target = os.path.realpath(out) if project is None else check_place(out, project, problems)
    if os.path.ismount(target):
        raise DiskFault(f"{out} is a mount point, which cannot be swapped: mount its parent folder instead")
    parent, name = os.path.split(target)
    next_root, lock = f"{parent}/.{name}.next", f"{parent}/.{name}.lock"
    if project is not None and not os.path.lexists(lock):  # first build here: check before creating a lock file
        check_unlocked(target, name_of(out), problems)
    with refusals(parent):
        os.makedirs(parent, exist_ok=True)
    with trees.locked(lock, wait):
        trees.settle(next_root, target)
        tree, started = NextTree(next_root, target), clock()
        try:
            old = read_previous_build(target)
            if project is not None:
                check_content(old, name_of(out), problems)
            writer = OutboxWriter(old, tree, name_of(out), problems, force, started)
            for receipt in make(writer):
                writer.record(receipt)
            return writer.publish()
        finally:
            tree.close()
            with suppress(OSError):  # the next run removes leftovers
                trees.remove(next_root)


@dataclass(slots=True)
class OutboxWriter:
    """Hashes artefacts one at a time, writes changed ones to the next tree, and swaps the trees."""

    old: PreviousBuild
    tree: NextTree
    name: str
    problems: Problems
    force: bool
    started: int  # when the build began, by the file system's clock
    lines: list[bytes] = field(default_factory=list)  # of the manifest
    size: int = 0
    edited: set[str] = field(default_factory=set)  # paths of artefacts whose old file was changed by hand
    paths: set[str] = field(default_factory=set)  # of all artefacts; filled by publish()
    files: set[str] = field(default_factory=lambda: {MANIFEST})  # the same, case-folded
    folders: set[str] = field(default_factory=lambda: {""})
    fingerprint: str = ""
    reused: bool = False

    def reusable(self, fingerprint: str, jobs: int) -> Iterable[Receipt] | None:
        """Return receipts for the existing outbox if it is intact and built from these inputs.

        Otherwise, return None. `jobs` worker processes compare the files (0: choose automatically).
        """
        self.reused = not self.force and self.old.was_built_from(fingerprint, jobs)
        if not self.reused:
            return None
        return (Receipt(path, 0, b"") for path in self.old.paths)

    def commit(self, fingerprint: str) -> None:
        """Record the fingerprint of the inputs, for reusable() in the next build."""
        self.fingerprint = fingerprint

    def add(self, artefact: Artefact) -> Receipt:
        """Write one artefact, in the process that created it.

        Raises ValueError for an invalid path, Aborted if its source has changed, and DiskFault.
        """
        path = artefact.path
        if "\\" in path or "\0" in path or not _FORBIDDEN_PARTS.isdisjoint(path.split("/")):
            # This is a bug in a channel, not an author's mistake.
            raise ValueError(f"the path of an artefact must be relative and plain, not {path!r}")
        try:
            if artefact.asset:
                digest, size, is_unchanged = self._store_asset(path, artefact.asset)
            else:
                digest, size, is_unchanged = self._store(path, artefact.data)
        except Changed as fault:
            source = artefact.asset.source if artefact.asset else path
            self.problems.error(Place(source), "changed-file", str(fault), "build again")
            raise Aborted from None
        except FileExistsError:
            raise _duplicate_path(path) from None
        except NotADirectoryError:
            raise _path_below_file(path) from None
        is_edited = not is_unchanged and self.old.has_hash(path, digest)
        if is_edited:
            self._warn_edited(path, artefact.origin)
        origin = f'"origin": {quote(artefact.origin)}, ' if artefact.origin else ""
        kind = quote(artefact.media_type)
        line = f'{quote(path)}: {{{origin}"sha256": "{digest.hex()}", "size": {size}, "type": {kind}}}'
        return Receipt(path, size, line.encode(), is_edited)

    def _store(self, path: str, content: bytes) -> tuple[bytes, int, bool]:
        """Write a file if it is new or changed; return hash, size and whether it is unchanged."""
        digest = hashlib.sha256(content).digest()
        is_unchanged = self.old.has_hash(path, digest) and self.old.is_intact(path)
        if not is_unchanged:
            self.tree.write(path, (content,))
        return digest, len(content), is_unchanged

    def _store_asset(self, path: str, asset: Asset) -> tuple[bytes, int, bool]:
        """Store a project file like _store(); hash its published copy. Raises Changed."""
        reader = FileReader(published(asset))
        if self.old.hashes.get(path):
            with refusals(asset.file):
                reader.whole()
            if self.old.has_hash(path, reader.digest) and self.old.is_intact(path):
                return reader.digest, reader.size, True
            reader = FileReader(published(asset))
        self.tree.write(path, reader)
        return reader.digest, reader.size, False

    def record(self, receipt: Receipt) -> None:
        """Add an artefact's receipt to the manifest, in the main process."""
        if self.reused:
            return
        self.lines.append(receipt.line)
        self.size += receipt.size
        if receipt.edited:
            self.edited.add(receipt.path)

    def _register(self, paths: Sequence[str]) -> None:
        """Record all paths. Raises ValueError for a duplicate, or a file that is also a folder."""
        self.paths.update(paths)
        for path in paths:
            folded = path.casefold()
            if folded in self.files:
                raise _duplicate_path(path)
            self.files.add(path if path == folded else folded)  # sharing one string saves memory
            folder = folded.rpartition("/")[0]
            if folder not in self.folders:
                self.folders.update((folder, *_above(folder)))
        if taken := self.folders & self.files:
            raise _path_below_file(next(path for path in paths if not taken.isdisjoint(_above(path.casefold()))))

    def publish(self) -> Published:
        """Complete the next tree and swap it in. Raises Aborted, DiskFault, and ValueError for a duplicate path."""
        old = self.old
        if self.reused:
            return Published(len(old.paths), 0, 0, False, old.size)
        lines = sorted(self.lines)  # by path: the closing quote ends each path, so no path is a prefix of another
        paths = list(map(_path, lines))
        self._register(paths)
        unchanged: list[str] = []
        if old.paths:
            unchanged = [path for path, line in zip(paths, lines, strict=True) if self._is_unchanged(path, line)]
        foreign = old.foreign if old.trusted else tuple(path for path in old.foreign if path not in self.paths)
        self._find_clashes(foreign)
        for path, origin in old.edited:
            self._warn_edited(path, origin)
        if self.problems.fatal:
            raise Aborted
        manifest = MANIFEST_BEGINS + b",\n".join(lines) + b'\n}, "schema": 1}\n'
        sha256 = hashlib.sha256(manifest).hexdigest()
        written = len(self.paths) - len(unchanged)
        if written or sha256 != old.sha256:
            self._swap_trees(manifest, unchanged, foreign)
        write_stamp(old.root, self.fingerprint, sha256)
        if not written and sha256 == old.sha256:
            return Published(len(self.paths), 0, 0, False, self.size)
        removed = sum(path not in self.paths for path in (*old.paths, *(path for path, _ in old.edited)))
        return Published(len(self.paths), written, removed, True, self.size)

    def _is_unchanged(self, path: str, line: bytes) -> bool:
        """Return whether the old outbox has the file that a manifest line describes."""
        start = line.index(_SHA256) + len(_SHA256)
        return self.old.has_hash(path, bytes.fromhex(line[start : start + 64].decode())) and path not in self.edited

    def _swap_trees(self, manifest: bytes, unchanged: Iterable[str], foreign: Iterable[str]) -> None:
        """Take over unchanged and foreign files from the old tree, and swap in the next one."""
        for path in unchanged:
            self.tree.adopt(path, self.old.root)
        for path in foreign:
            self.tree.adopt(path, self.old.root, may_be_gone=True)
        for folder in self.old.empty:
            self.tree.make_folder(folder)
        self.tree.write(MANIFEST, (manifest,))
        self.tree.finish(self.old.folders)
        trees.swap(self.tree.root, self.old.root)
        for path in Rescue(self.old, self.tree, self.started, self._is_free, self.edited).move():
            message = "another program wrote this file during the build, but the build needed its path; it is lost"
            fix = "let that program write elsewhere, or after the build"
            self.problems.warning(Place(f"{self.name}/{path}"), "lost-output", message, fix)

    def _is_free(self, path: str) -> bool:
        """Return whether a path collides with no file or folder of an artefact."""
        folded = path.casefold()
        return folded not in self.files and folded not in self.folders and self.files.isdisjoint(_above(folded))

    def _find_clashes(self, foreign: Iterable[str]) -> None:
        """Report foreign files and empty folders that are in the way of artefacts."""
        for path in (*foreign, *self.old.empty):
            is_shared = path in self.old.empty and path.casefold() in self.folders
            if not is_shared and not self._is_free(path):
                message = "something not created by newsletter is in the way"
                self.problems.error(Place(f"{self.name}/{path}"), "foreign-output", message, "move it away")

    def _warn_edited(self, path: str, origin: str) -> None:
        fix = f"change {origin or 'the announcement'} instead"
        message = "this file was changed by hand; the build replaces it"
        self.problems.warning(Place(f"{self.name}/{path}"), "edited-output", message, fix)


def _path(line: bytes) -> str:
    """Return the path in a manifest line."""
    quoted = line[: line.index(b'": {') + 1]
    return str(json.loads(quoted)) if b"\\" in quoted else quoted[1:-1].decode()


def _duplicate_path(path: str) -> ValueError:
    return ValueError(f"two artefacts have the path {path!r} (ignoring case)")


def _path_below_file(path: str) -> ValueError:
    return ValueError(f"{path!r} is below another artefact, which is a file")


def _above(path: str) -> Iterator[str]:
    """Yield the folders above a path, nearest first."""
    while path := path.rpartition("/")[0]:
        yield path
