"""Read the outbox that the last build left: its files, its manifest and its stamp.

The stamp is a file beside the outbox, `.<name>.stamp`. It contains the fingerprint of the build's
inputs and the hash of the manifest, and shows whether the outbox is up to date. Without it, the
next build merely takes longer.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import filterfalse
from pathlib import Path

from newsletter import workers
from newsletter.load.safe_open import pieces
from newsletter.model import MANIFEST
from newsletter.model.problems import Place, Problems
from newsletter.outbox.manifest import entries_of
from newsletter.outbox.tree import FileReader, refusals

_DIGEST = 32  # size of a SHA-256 hash in bytes
_MIN_PER_WORKER = 4096  # files to compare; with fewer, forking costs more than it gains
_FILES_PER_JOB = 512


@dataclass(frozen=True, slots=True)
class TreeListing:
    """The files and folders of a tree.

    `sizes` maps the path of each file to its size in bytes, or to -1 if it is not a regular file.
    """

    root: str
    sizes: dict[str, int]
    empty: tuple[str, ...]  # folders that contain nothing
    folders: tuple[str, ...]  # all folders, including the tree itself


def list_tree(root: str) -> TreeListing:
    """List the tree at `root`, which may be absent.

    Symbolic links are not followed. Raises DiskFault.
    """
    sizes: dict[str, int] = {}
    empty: list[str] = []
    listed: list[str] = []
    pending = [""] if os.path.lexists(root) else []
    with refusals(root):
        while pending:
            folder = pending.pop()
            listed.append(folder[:-1])
            with os.scandir(f"{root}/{folder}") as iterator:
                entries = list(iterator)
            if folder and not entries:
                empty.append(folder[:-1])
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{folder}{entry.name}/")
                else:
                    is_regular = entry.is_file(follow_symlinks=False)
                    sizes[folder + entry.name] = entry.stat(follow_symlinks=False).st_size if is_regular else -1
    return TreeListing(root, sizes, tuple(empty), tuple(listed))


@dataclass(frozen=True, slots=True)
class PreviousBuild:
    """The contents of the outbox, compared with its manifest by size.

    `trusted` is false if the manifest is damaged; any file in `foreign` may then be one of ours.
    """

    root: str
    sha256: str = ""  # of the manifest; "" if there is none
    paths: tuple[str, ...] = ()  # of the files whose size matches the manifest
    hashes: Mapping[str, bytes] = field(default_factory=dict)  # their SHA-256 in the manifest, by path
    size: int = 0  # of these files in total, in bytes
    edited: tuple[tuple[str, str], ...] = ()  # path and origin of listed files whose size changed
    missing: tuple[str, ...] = ()  # paths of listed files that are gone
    foreign: tuple[str, ...] = ()  # paths of files that newsletter did not write
    empty: tuple[str, ...] = ()  # folders that contain nothing
    folders: tuple[str, ...] = ()  # all folders
    trusted: bool = True

    def has_hash(self, path: str, digest: bytes) -> bool:
        """Return whether the manifest lists the file at `path` with this SHA-256."""
        return self.hashes.get(path) == digest

    def is_intact(self, path: str) -> bool:
        """Return whether the content of the file matches its hash in the manifest."""
        with suppress(OSError):
            return FileReader(pieces(f"{self.root}/{path}")).whole().digest == self.hashes.get(path)
        return False

    def was_built_from(self, fingerprint: str, jobs: int) -> bool:
        """Return whether the outbox was built from these inputs and all its files are intact.

        `jobs` is the number of worker processes that compare the files (0: choose automatically).
        """
        if self.missing or self.edited or not self.sha256:
            return False
        stamp = f"{fingerprint} {self.sha256}\n".encode()
        with suppress(OSError):
            return b"".join(pieces(_stamp(self.root))) == stamp and self._are_all_intact(jobs)
        return False

    def _are_all_intact(self, jobs: int) -> bool:
        def compare(paths: Sequence[str]) -> Iterator[bool]:
            yield all(map(self.is_intact, paths))

        jobs = jobs or workers.worker_count(len(self.paths), _MIN_PER_WORKER)
        return all(workers.run(compare, tuple(workers.batches(self.paths, _FILES_PER_JOB)), Problems(), jobs))


def read_previous_build(target: str) -> PreviousBuild:
    """Read the outbox at `target`, which may be absent. Raises DiskFault."""
    tree = list_tree(target)
    sizes = tree.sizes
    if MANIFEST not in sizes:
        return PreviousBuild(target, foreign=tuple(sizes), empty=tree.empty, folders=tree.folders)
    manifest = b""
    if sizes.pop(MANIFEST) > 0:  # reading a pipe may never end
        with refusals(target):
            manifest = Path(target, MANIFEST).read_bytes()
    sha256 = hashlib.sha256(manifest).hexdigest()
    entries = entries_of(manifest)
    if entries is None:
        foreign = tuple(sizes)
        return PreviousBuild(target, sha256, foreign=foreign, empty=tree.empty, folders=tree.folders, trusted=False)
    hashes: dict[str, bytes] = {}
    edited: list[tuple[str, str]] = []
    missing: list[str] = []
    size = 0
    for path, entry in entries.items():
        actual = sizes.pop(path, None)
        if actual is None:
            missing.append(path)
        elif actual == entry["size"]:
            hashes[path] = _digest(entry["sha256"])
            size += actual
        else:
            edited.append((path, str(entry.get("origin") or "")))
    return PreviousBuild(
        target, sha256, tuple(hashes), hashes, size, tuple(edited), tuple(missing), tuple(sizes), tree.empty,
        tree.folders,
    )  # fmt: skip


def _digest(sha256: str) -> bytes:
    with suppress(ValueError):
        if len(digest := bytes.fromhex(sha256)) == _DIGEST:
            return digest
    return bytes(_DIGEST)  # a hash that no file has


def write_stamp(target: str, fingerprint: str, sha256: str) -> None:
    """Record that the outbox at `target` was built from the inputs with this fingerprint.

    `sha256` is the hash of its manifest. An empty `fingerprint` means that the inputs are unknown,
    and removes the stamp.
    """
    path = _stamp(target)
    # If this fails, the next build merely takes longer.
    with suppress(OSError):
        with suppress(FileNotFoundError):
            os.unlink(path)
        if fingerprint:
            # Never write through a symbolic link: it may come with a checkout and lead anywhere.
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
            try:
                os.write(handle, f"{fingerprint} {sha256}\n".encode())
            finally:
                os.close(handle)


def has_stamp(target: str) -> bool:
    """Return whether the outbox at `target` has a valid stamp beside it."""
    with suppress(OSError):
        return re.fullmatch(rb"[0-9a-f]{64} [0-9a-f]{64}\n", b"".join(pieces(_stamp(target)))) is not None
    return False


def _stamp(target: str) -> str:
    parent, name = os.path.split(target)
    return f"{parent}/.{name}.stamp"


def verify(out: Path) -> Problems:
    """Compare every file of the outbox `out` with its manifest, and return the problems.

    Their codes are `no-manifest`, `bad-manifest`, `missing-output` and `damaged-output` (also for
    files edited by hand). Raises DiskFault if the folder cannot be read.
    """
    problems, name, fix = Problems(), name_of(out), "run 'newsletter build'"
    old = read_previous_build(os.path.realpath(out))
    if not old.sha256:
        problems.error(Place(f"{name}/{MANIFEST}"), "no-manifest", "there is no manifest", fix)
    elif not old.trusted:
        problems.error(Place(f"{name}/{MANIFEST}"), "bad-manifest", "this is not a manifest", fix)
    for path in old.missing:
        problems.error(Place(f"{name}/{path}"), "missing-output", "this file is gone", fix)
    for path in (*(path for path, _ in old.edited), *filterfalse(old.is_intact, old.paths)):
        problems.error(Place(f"{name}/{path}"), "damaged-output", "this file differs from what was built", fix)
    return problems


def name_of(out: Path) -> str:
    """Return the name of the outbox for use in problems."""
    return os.path.basename(os.path.abspath(out))
