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
from newsletter.exchange import Reading, refusals
from newsletter.manifest import MANIFEST, entries_of


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stands in the outbox. There is much of it: hashes are kept, and paths once.

    A manifest that is none is not `trusted`: then a foreign file may be one of ours.
    """

    root: str
    sha256: str = ""  # of the manifest; "" when there is none
    files: dict[str, bytes] = field(default_factory=dict)  # by path: the hashes that the manifest tells
    size: int = 0  # of these, in bytes
    edited: tuple[tuple[str, str], ...] = ()  # path and origin of those that have another size now
    missing: tuple[str, ...] = ()  # paths of those that are gone
    foreign: tuple[str, ...] = ()  # paths of files that newsletter did not write
    empty: tuple[str, ...] = ()  # folders
    trusted: bool = True

    def names(self, path: str, digest: bytes) -> bool:
        """Whether the manifest has a file with this SHA-256."""
        return self.files.get(path) == digest

    def is_whole(self, path: str) -> bool:
        """Whether the file that stands there is the one in the manifest, byte by byte."""
        with suppress(OSError):
            return Reading(f"{self.root}/{path}").whole().digest == self.files[path]
        return False

    def is_made_of(self, fingerprint: str) -> bool:
        """Whether it was made of just this, and all of it stands there as it was made."""
        if self.missing or self.edited or not self.sha256:
            return False
        stamp = f"{fingerprint} {self.sha256}\n".encode()
        with suppress(OSError):
            return b"".join(Reading(_stamp(self.root))) == stamp and all(map(self.is_whole, self.files))
        return False


def read_earlier(target: str) -> Earlier:
    """The outbox at `target`, which may be absent. Raises DiskFault."""
    tree = exchange.look(target)
    sizes = tree.sizes
    if MANIFEST not in sizes:
        return Earlier(target, foreign=tuple(sizes), empty=tree.empty)
    manifest = b""
    if sizes.pop(MANIFEST) > 0:  # a pipe would never end
        with refusals(target):
            manifest = Path(target, MANIFEST).read_bytes()
    sha256 = hashlib.sha256(manifest).hexdigest()
    entries = entries_of(manifest)
    if entries is None:
        return Earlier(target, sha256, foreign=tuple(sizes), empty=tree.empty, trusted=False)
    files: dict[str, bytes] = {}
    edited: list[tuple[str, str]] = []
    missing: list[str] = []
    size = 0
    for path, entry in entries.items():
        found = sizes.pop(path, None)
        if found is None:
            missing.append(path)
        elif found == entry["size"]:
            files[path] = _digest(entry["sha256"])
            size += found
        else:
            edited.append((path, str(entry.get("origin") or "")))
    return Earlier(target, sha256, files, size, tuple(edited), tuple(missing), tuple(sizes), tree.empty)


def _digest(sha256: str) -> bytes:
    try:
        return bytes.fromhex(sha256)
    except ValueError:  # of no file, then
        return b""


def put_stamp(target: str, fingerprint: str, sha256: str) -> None:
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


def _stamp(target: str) -> str:
    parent, name = os.path.split(target)
    return f"{parent}/.{name}.stamp"
