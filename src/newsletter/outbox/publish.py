"""outbox: artefacts become files, all or none, by one swap of directories.

The next tree is built beside the outbox: unchanged files are hard links (they keep their time
stamps), others are written, files that are not ours are carried over. Then both directories are
exchanged in one system call, so a kill at any instant leaves the old outbox or the new one.
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
from newsletter.outbox import tree as exchange
from newsletter.outbox.next_tree import NextTree
from newsletter.outbox.previous import PreviousBuild, name_of, read_previous_build, verify, write_stamp
from newsletter.outbox.rescue import Rescue, clock
from newsletter.outbox.target import check_content, check_place, check_unlocked
from newsletter.outbox.tree import Busy, DiskFault, FileReader, refusals

__all__ = ["Busy", "DiskFault", "OutboxWriter", "Published", "Receipt", "publish", "publish_with", "verify"]

_NOWHERE = frozenset({"", ".", ".."})
_SHA256 = b'"sha256": "'


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: files in all, written and removed; their bytes in all."""

    files: int
    written: int
    removed: int
    changed: bool
    size: int


class Receipt(NamedTuple):
    """What is left of an artefact: its line in the manifest; `edited` when it stood there, but was changed by hand."""

    path: str
    size: int
    line: bytes
    edited: bool = False


def publish(artefacts: Iterable[Artefact], out: Path, problems: Problems, *, wait: float = 5.0) -> Published:
    """Make `out` hold exactly the artefacts, and the files there that newsletter did not write.

    Raises Aborted when `problems` become fatal, Busy when another build goes on for longer than
    `wait` seconds, DiskFault when the disk refuses, ValueError for paths that no channel may give,
    and what `artefacts` raises; then `out` is as it was.
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
    """As publish(), of artefacts that several processes make: `make` gets the writer and yields its receipts.

    `OutboxWriter.add` is called in the process that made the artefact, so that only receipts go between processes.
    If the same inputs built what is there already (`OutboxWriter.reusable`), nothing need be made, unless `force`.
    For the commands of a user, `project` is the folder whose sources, and strangers' files, `out` must not replace:
    then Aborted is raised for `unsafe-outbox` and `foreign-output` before anything is written.
    """
    target = os.path.realpath(out) if project is None else check_place(out, project, problems)
    if os.path.ismount(target):
        raise DiskFault(f"{out} is a mount point, which cannot be exchanged: mount its parent folder instead")
    parent, name = os.path.split(target)
    following, lock = f"{parent}/.{name}.next", f"{parent}/.{name}.lock"
    if project is not None and not os.path.lexists(lock):  # nobody has built here: look before a lock is left
        check_unlocked(target, name_of(out), problems)
    with refusals(parent):
        os.makedirs(parent, exist_ok=True)
    with exchange.locked(lock, wait):
        exchange.settle(following, target)
        tree, begin = NextTree(following, target), clock()
        try:
            old = read_previous_build(target)
            if project is not None:
                check_content(old, name_of(out), problems)
            writer = OutboxWriter(old, tree, name_of(out), problems, force, begin)
            for receipt in make(writer):
                writer.record(receipt)
            return writer.publish()
        finally:
            tree.close()
            with suppress(OSError):  # the next run removes what is left
                exchange.remove(following)


@dataclass(slots=True)
class OutboxWriter:
    """Artefacts as they come: hashed, written when they differ from what stands there, forgotten."""

    old: PreviousBuild
    tree: NextTree
    name: str
    problems: Problems
    force: bool
    begin: int  # of the build, by the clock that dates files
    lines: list[bytes] = field(default_factory=list)  # of the manifest
    size: int = 0
    edited: set[str] = field(default_factory=set)  # paths of files that stood there, but not as they were made
    told: set[str] = field(default_factory=set)  # paths, once all are there
    files: set[str] = field(default_factory=lambda: {MANIFEST})  # the same, case-folded
    folders: set[str] = field(default_factory=lambda: {""})
    fingerprint: str = ""
    reused: bool = False

    def reusable(self, fingerprint: str, jobs: int) -> Iterable[Receipt] | None:
        """Receipts for the existing outbox if it was built from these inputs and is intact, else None.

        `jobs` is the number of worker processes that compare its files (0: chosen automatically).
        """
        self.reused = not self.force and self.old.is_made_of(fingerprint, jobs)
        if not self.reused:
            return None
        return (Receipt(path, 0, b"") for path in self.old.paths)

    def commit(self, fingerprint: str) -> None:
        """Record what all the artefacts were built from, so that the next build can ask for reusable() ones."""
        self.fingerprint = fingerprint

    def add(self, artefact: Artefact) -> Receipt:
        """Write one artefact, in the process that made it. Raises ValueError for its path, DiskFault."""
        path = artefact.path
        if "\\" in path or "\0" in path or not _NOWHERE.isdisjoint(path.split("/")):
            # A channel's fault, not an author's.
            raise ValueError(f"the path of an artefact is relative and plain, not {path!r}")
        try:
            store = self._store_asset(path, artefact.asset) if artefact.asset else self._store(path, artefact.data)
        except Changed as fault:
            source = artefact.asset.source if artefact.asset else path
            self.problems.error(Place(source), "changed-file", str(fault), "build again")
            raise Aborted from None
        except FileExistsError:
            raise _twice(path) from None
        except NotADirectoryError:
            raise _inside(path) from None
        digest, size, kept = store
        edited = not kept and self.old.names(path, digest)
        if edited:
            self._tell_edit(path, artefact.origin)
        origin = f'"origin": {quote(artefact.origin)}, ' if artefact.origin else ""
        kind = quote(artefact.media_type)
        line = f'{quote(path)}: {{{origin}"sha256": "{digest.hex()}", "size": {size}, "type": {kind}}}'
        return Receipt(path, size, line.encode(), edited)

    def _store(self, path: str, content: bytes) -> tuple[bytes, int, bool]:
        """Hash, size, and whether the file stands there already; else it is written."""
        digest = hashlib.sha256(content).digest()
        kept = self.old.names(path, digest) and self.old.is_whole(path)
        if not kept:
            self.tree.write(path, (content,))
        return digest, len(content), kept

    def _store_asset(self, path: str, asset: Asset) -> tuple[bytes, int, bool]:
        """The same for a file of the project; the hash is that of the copy. Raises Changed."""
        reading = FileReader(published(asset))
        if self.old.hashes.get(path):
            with refusals(asset.file):
                reading.whole()
            if self.old.names(path, reading.digest) and self.old.is_whole(path):
                return reading.digest, reading.size, True
            reading = FileReader(published(asset))
        self.tree.write(path, reading)
        return reading.digest, reading.size, False

    def record(self, receipt: Receipt) -> None:
        """Take over the receipt of an artefact, whichever process added it."""
        if self.reused:
            return
        self.lines.append(receipt.line)
        self.size += receipt.size
        if receipt.edited:
            self.edited.add(receipt.path)

    def _admit(self, paths: Sequence[str]) -> None:
        """Each path once. Raises ValueError for one that is taken."""
        self.told.update(paths)
        for path in paths:
            folded = path.casefold()
            if folded in self.files:
                raise _twice(path)
            self.files.add(path if path == folded else folded)  # of two that are alike, one takes less room
            folder = folded.rpartition("/")[0]
            if folder not in self.folders:
                self.folders.update((folder, *_above(folder)))
        if taken := self.folders & self.files:
            raise _inside(next(path for path in paths if not taken.isdisjoint(_above(path.casefold()))))

    def publish(self) -> Published:
        """Complete the next tree and exchange it. Raises Aborted, DiskFault, ValueError for a path that is taken."""
        old, told = self.old, self.told
        if self.reused:
            return Published(len(old.paths), 0, 0, False, old.size)
        lines = sorted(self.lines)  # by their paths: none begins as another does, its quotes included
        paths = list(map(_path, lines))
        self._admit(paths)
        kept = [path for path, line in zip(paths, lines, strict=True) if self._stays(path, line)] if old.paths else []
        foreign = old.foreign if old.trusted else tuple(path for path in old.foreign if path not in told)
        self._find_clashes(foreign)
        for path, origin in old.edited:
            self._tell_edit(path, origin)
        if self.problems.fatal:
            raise Aborted
        manifest = MANIFEST_BEGINS + b",\n".join(lines) + b'\n}, "schema": 1}\n'
        sha256 = hashlib.sha256(manifest).hexdigest()
        written = len(told) - len(kept)
        if written or sha256 != old.sha256:
            self._exchange(manifest, kept, foreign)
        write_stamp(old.root, self.fingerprint, sha256)
        if not written and sha256 == old.sha256:
            return Published(len(told), 0, 0, False, self.size)
        removed = sum(path not in told for path in (*old.paths, *(path for path, _ in old.edited)))
        return Published(len(told), written, removed, True, self.size)

    def _stays(self, path: str, line: bytes) -> bool:
        """Whether the file of a line stands there already."""
        begin = line.index(_SHA256) + len(_SHA256)
        return self.old.names(path, bytes.fromhex(line[begin : begin + 64].decode())) and path not in self.edited

    def _exchange(self, manifest: bytes, kept: Iterable[str], foreign: Iterable[str]) -> None:
        """Take over what stays of the old tree, and put the next one in its place."""
        for path in kept:
            self.tree.adopt(path, self.old.root)
        for path in foreign:
            self.tree.adopt(path, self.old.root, may_be_gone=True)
        for folder in self.old.empty:
            self.tree.make(folder)
        self.tree.write(MANIFEST, (manifest,))
        self.tree.finish(self.old.folders)
        exchange.swap(self.tree.root, self.old.root)
        for path in Rescue(self.old, self.tree, self.begin, self._is_free, self.edited).move():
            message = "another program wrote this file during the build, which needed its place; it is lost"
            cure = "let that program write elsewhere, or after the build"
            self.problems.warning(Place(f"{self.name}/{path}"), "lost-output", message, cure)

    def _is_free(self, path: str) -> bool:
        """Whether no artefact is, or lies, there."""
        folded = path.casefold()
        return folded not in self.files and folded not in self.folders and self.files.isdisjoint(_above(folded))

    def _find_clashes(self, foreign: Iterable[str]) -> None:
        """Foreign files, and empty folders, that are in the way."""
        for path in (*foreign, *self.old.empty):
            is_shared = path in self.old.empty and path.casefold() in self.folders
            if not is_shared and not self._is_free(path):
                message = "something that newsletter did not write stands here"
                self.problems.error(Place(f"{self.name}/{path}"), "foreign-output", message, "move it away")

    def _tell_edit(self, path: str, origin: str) -> None:
        cure = f"change {origin or 'the announcement'} instead"
        message = "this file was changed by hand; the build replaces it"
        self.problems.warning(Place(f"{self.name}/{path}"), "edited-output", message, cure)


def _path(line: bytes) -> str:
    """The path in a line of the manifest."""
    quoted = line[: line.index(b'": {') + 1]
    return str(json.loads(quoted)) if b"\\" in quoted else quoted[1:-1].decode()


def _twice(path: str) -> ValueError:
    return ValueError(f"two artefacts are called {path!r} (case does not count)")


def _inside(path: str) -> ValueError:
    return ValueError(f"{path!r} lies in an artefact as in a folder")


def _above(path: str) -> Iterator[str]:
    """The folders around a path, the nearest first."""
    while path := path.rpartition("/")[0]:
        yield path
