"""earlier: an outbox as the last build left it: its files, its manifest, and the stamp that says what it was made of.

The stamp lies beside the outbox, in `.<name>.stamp`: one hash of the manifest and of the build's fingerprint. Whoever
deletes it loses nothing but time.
"""

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from newsletter import exchange
from newsletter.exchange import Reading, Standing, refusals
from newsletter.manifest import MANIFEST, entries_of


class Entry(NamedTuple):
    """What the manifest says of a file, as far as a build wants to know. There are many."""

    sha256: str
    size: int
    origin: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stands in the outbox; `entries` are its manifest's, by path.

    A manifest that is none is not `trusted`: then no file at a wanted path counts as foreign.
    """

    tree: Standing
    manifest: bytes | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    trusted: bool = True

    def holds(self, path: str, sha256: str, size: int) -> bool:
        """Whether this very file stands there, as far as its size tells."""
        entry, found = self.entries.get(path), self.tree.sizes.get(path)
        return entry is not None and entry.sha256 == sha256 and entry.size == size == found

    def is_whole(self, path: str) -> bool:
        """Whether the file stands there as the manifest says, by its bytes."""
        entry = self.entries[path]
        if self.tree.sizes[path] != entry.size:
            return False
        with suppress(OSError):
            return bool(Reading(f"{self.tree.root}/{path}").whole().sha256 == entry.sha256)
        return False

    def foreign(self, wanted: Iterable[str]) -> list[str]:
        """The files there that newsletter did not write."""
        ours = {MANIFEST, *(self.entries if self.trusted else wanted)}
        return [path for path in self.tree.sizes if path not in ours]

    def is_made_of(self, fingerprint: str) -> bool:
        """Whether it was made of just this, and nothing is missing or changed since, as far as sizes tell."""
        if not self.manifest:
            return False
        with suppress(OSError):
            stamp = Path(_stamp(self.tree.root)).read_bytes()
            sizes = self.tree.sizes
            return stamp == _mark(fingerprint, self.manifest) and all(
                sizes.get(path) == entry.size for path, entry in self.entries.items()
            )
        return False


def read_earlier(target: str) -> Earlier:
    """The outbox at `target`, which may be absent. Raises DiskFault."""
    tree = exchange.look(target)
    if MANIFEST not in tree.sizes:
        return Earlier(tree)
    manifest = b""
    if tree.sizes[MANIFEST] > 0:  # a pipe would never end
        with refusals(target):
            manifest = Path(target, MANIFEST).read_bytes()
    entries = entries_of(manifest)
    if entries is None:
        return Earlier(tree, manifest, trusted=False)
    named = {
        path: Entry(entry["sha256"], entry["size"], sys.intern(str(entry.get("origin") or "")))
        for path, entry in entries.items()
    }
    return Earlier(tree, manifest, named)


def put_stamp(target: str, fingerprint: str, manifest: bytes) -> None:
    """Note what the outbox at `target` was made of; without a fingerprint, that nobody knows."""
    # A disk that refuses costs the next build time, no more.
    with suppress(OSError):
        if fingerprint:
            Path(_stamp(target)).write_bytes(_mark(fingerprint, manifest))
        else:
            os.unlink(_stamp(target))


def _stamp(target: str) -> str:
    parent, name = os.path.split(target)
    return f"{parent}/.{name}.stamp"


def _mark(fingerprint: str, manifest: bytes) -> bytes:
    return hashlib.sha256(fingerprint.encode() + b"\n" + manifest).hexdigest().encode() + b"\n"
