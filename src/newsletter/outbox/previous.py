"""earlier: an outbox as the last build left it: its files, its manifest, and the stamp that says what it was made of.

The stamp lies beside the outbox, in `.<name>.stamp`: the build's fingerprint, and the hash of the manifest it gave.
Whoever deletes it loses nothing but time.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import filterfalse
from pathlib import Path

from newsletter import workers
from newsletter.load.safe_open import pieces
from newsletter.model import MANIFEST, Share
from newsletter.model.problems import Place, Problems
from newsletter.outbox.manifest import entries_of
from newsletter.outbox.tree import FileReader, refusals

_DIGEST = 32  # bytes of a SHA-256
_FEWEST = 4096  # files a process that looks at them: below, forking costs more than it gains


@dataclass(frozen=True, slots=True)
class TreeListing:
    """A tree as it stands: the size of every file, in bytes (-1: no regular file), and its folders."""

    root: str
    sizes: dict[str, int]
    empty: tuple[str, ...]  # folders without anything in them
    folders: tuple[str, ...]  # all of them, the tree itself included


def look(root: str) -> TreeListing:
    """The tree at `root`, which may be absent; symbolic links are not followed. Raises DiskFault."""
    sizes: dict[str, int] = {}
    empty: list[str] = []
    entered: list[str] = []
    folders = [""] if os.path.lexists(root) else []
    with refusals(root):
        while folders:
            folder = folders.pop()
            entered.append(folder[:-1])
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
    return TreeListing(root, sizes, tuple(empty), tuple(entered))


@dataclass(frozen=True, slots=True)
class PreviousBuild:
    """What stands in the outbox.

    A manifest that is none is not `trusted`: then a foreign file may be one of ours.
    """

    root: str
    sha256: str = ""  # of the manifest; "" when there is none
    paths: tuple[str, ...] = ()  # of the files that have the size which the manifest tells
    hashes: Mapping[str, bytes] = field(default_factory=dict)  # SHA-256 by path, as the manifest has them
    size: int = 0  # of these, in bytes
    edited: tuple[tuple[str, str], ...] = ()  # path and origin of those that have another size now
    missing: tuple[str, ...] = ()  # paths of those that are gone
    foreign: tuple[str, ...] = ()  # paths of files that newsletter did not write
    empty: tuple[str, ...] = ()  # folders without anything in them
    folders: tuple[str, ...] = ()  # all of them
    trusted: bool = True

    def names(self, path: str, digest: bytes) -> bool:
        """Whether the manifest has a file with this SHA-256."""
        return self.hashes.get(path) == digest

    def is_whole(self, path: str) -> bool:
        """Whether the file that stands there is the one in the manifest, byte by byte."""
        with suppress(OSError):
            return FileReader(pieces(f"{self.root}/{path}")).whole().digest == self.hashes.get(path)
        return False

    def is_made_of(self, fingerprint: str, jobs: int) -> bool:
        """Whether it was made of just this, and all of it stands there as it was made: so many processes look."""
        if self.missing or self.edited or not self.sha256:
            return False
        stamp = f"{fingerprint} {self.sha256}\n".encode()
        with suppress(OSError):
            return b"".join(pieces(_stamp(self.root))) == stamp and self._is_whole(jobs)
        return False

    def _is_whole(self, jobs: int) -> bool:
        def look(share: Share) -> Iterator[bool]:
            yield all(map(self.is_whole, share.of(self.paths)))

        return all(workers.spread(look, Problems(), jobs or workers.worker_count(len(self.paths), _FEWEST)))


def read_previous_build(target: str) -> PreviousBuild:
    """The outbox at `target`, which may be absent. Raises DiskFault."""
    tree = look(target)
    sizes = tree.sizes
    if MANIFEST not in sizes:
        return PreviousBuild(target, foreign=tuple(sizes), empty=tree.empty, folders=tree.folders)
    manifest = b""
    if sizes.pop(MANIFEST) > 0:  # a pipe would never end
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
        found = sizes.pop(path, None)
        if found is None:
            missing.append(path)
        elif found == entry["size"]:
            hashes[path] = _digest(entry["sha256"])
            size += found
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
    return bytes(_DIGEST)  # of no file, then


def write_stamp(target: str, fingerprint: str, sha256: str) -> None:
    """Note what the outbox at `target`, with this hash of its manifest, was made of; "": that nobody knows."""
    path = _stamp(target)
    # A disk that refuses costs the next build time, no more.
    with suppress(OSError):
        with suppress(FileNotFoundError):
            os.unlink(path)
        if fingerprint:
            # Never through a link, which might come with a checkout and lead anywhere.
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
            try:
                os.write(handle, f"{fingerprint} {sha256}\n".encode())
            finally:
                os.close(handle)


def has_stamp(target: str) -> bool:
    """Whether a build has left its stamp beside the outbox at `target`."""
    with suppress(OSError):
        return re.fullmatch(rb"[0-9a-f]{64} [0-9a-f]{64}\n", b"".join(pieces(_stamp(target)))) is not None
    return False


def _stamp(target: str) -> str:
    parent, name = os.path.split(target)
    return f"{parent}/.{name}.stamp"


def verify(out: Path) -> Problems:
    """Re-read every file of `out` against its manifest.

    Codes: `no-manifest`, `bad-manifest`, `missing-output`, `damaged-output` (edited, too).
    Raises DiskFault when the folder cannot be read.
    """
    problems, name, cure = Problems(), name_of(out), "run 'newsletter build'"
    old = read_previous_build(os.path.realpath(out))
    if not old.sha256:
        problems.error(Place(f"{name}/{MANIFEST}"), "no-manifest", "there is no manifest", cure)
    elif not old.trusted:
        problems.error(Place(f"{name}/{MANIFEST}"), "bad-manifest", "this is no manifest", cure)
    for path in old.missing:
        problems.error(Place(f"{name}/{path}"), "missing-output", "this file is gone", cure)
    for path in (*(path for path, _ in old.edited), *filterfalse(old.is_whole, old.paths)):
        problems.error(Place(f"{name}/{path}"), "damaged-output", "this file is not as it was built", cure)
    return problems


def name_of(out: Path) -> str:
    """What problems call the outbox."""
    return os.path.basename(os.path.abspath(out))
