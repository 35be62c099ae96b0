"""earlier: an outbox as the last build left it: its files, its manifest, and the stamp that says what it was made of.

The stamp lies beside the outbox, in `.<name>.stamp`: the build's fingerprint, and the hash of the manifest it gave.
Whoever deletes it loses nothing but time.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter import exchange
from newsletter.exchange import Standing, refusals
from newsletter.manifest import MANIFEST, entries_of


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stands in the outbox. There is much of it: hashes are kept, and paths once.

    A manifest that is none is not `trusted`: then a foreign file may be one of ours.
    """

    root: str
    sha256: str = ""  # of the manifest; "" when there is none
    files: dict[str, bytes] = field(default_factory=dict)  # by path: the hashes of those that are whole, by their sizes
    size: int = 0  # of these, in bytes
    edited: tuple[tuple[str, str], ...] = ()  # path and origin of those that have another size now
    missing: bool = False  # whether any is gone
    foreign: tuple[str, ...] = ()  # paths of files that newsletter did not write
    empty: tuple[str, ...] = ()  # folders
    trusted: bool = True

    def holds(self, path: str, digest: bytes) -> bool:
        """Whether the file with this SHA-256 stands there, as far as its size tells."""
        return self.files.get(path) == digest

    def is_made_of(self, fingerprint: str) -> bool:
        """Whether it was made of just this, and nothing is missing or changed since, as far as sizes tell."""
        if self.missing or self.edited or not self.sha256:
            return False
        with suppress(OSError):
            return Path(_stamp(self.root)).read_bytes() == _mark(fingerprint, self.sha256)
        return False


def read_earlier(target: str) -> Earlier:
    """The outbox at `target`, which may be absent. Raises DiskFault."""
    tree = exchange.look(target)
    manifest = read_manifest(tree)
    if manifest is None:
        return Earlier(target, foreign=tuple(tree.sizes), empty=tree.empty)
    sizes = tree.sizes
    del sizes[MANIFEST]
    entries = entries_of(manifest)
    if entries is None:
        return Earlier(
            target, hashlib.sha256(manifest).hexdigest(), foreign=tuple(sizes), empty=tree.empty, trusted=False
        )
    files: dict[str, bytes] = {}
    edited: list[tuple[str, str]] = []
    size, missing = 0, False
    for path, entry in entries.items():
        found = sizes.pop(path, None)
        if found is None:
            missing = True
        elif found == entry["size"]:
            files[path] = _digest(entry["sha256"])
            size += found
        else:
            edited.append((path, str(entry.get("origin") or "")))
    return Earlier(
        target, hashlib.sha256(manifest).hexdigest(), files, size, tuple(edited), missing, tuple(sizes), tree.empty
    )  # fmt: skip


def read_manifest(tree: Standing) -> bytes | None:
    """The manifest's bytes; None when there is none. Raises DiskFault."""
    if MANIFEST not in tree.sizes:
        return None
    if tree.sizes[MANIFEST] <= 0:  # a pipe would never end
        return b""
    with refusals(tree.root):
        return Path(tree.root, MANIFEST).read_bytes()


def _digest(sha256: str) -> bytes:
    try:
        return bytes.fromhex(sha256)
    except ValueError:  # of no file, then
        return b""


def put_stamp(target: str, fingerprint: str, sha256: str) -> None:
    """Note what the outbox at `target`, with this hash of its manifest, was made of; "": that nobody knows."""
    # A disk that refuses costs the next build time, no more.
    with suppress(OSError):
        if fingerprint:
            Path(_stamp(target)).write_bytes(_mark(fingerprint, sha256))
        else:
            os.unlink(_stamp(target))


def _stamp(target: str) -> str:
    parent, name = os.path.split(target)
    return f"{parent}/.{name}.stamp"


def _mark(fingerprint: str, sha256: str) -> bytes:
    return f"{fingerprint} {sha256}\n".encode()
