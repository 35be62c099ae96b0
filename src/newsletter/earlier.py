"""earlier: an outbox as the last build left it: its files, its manifest, and the stamp that says what it was made of.

The stamp lies beside the outbox, in `.<name>.stamp`: the build's fingerprint, and the hash of the manifest it gave.
Whoever deletes it loses nothing but time.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter import exchange, workers
from newsletter.exchange import Reading, refusals
from newsletter.manifest import MANIFEST, entries_of
from newsletter.model import Share
from newsletter.problems import Problems

_DIGEST = 32  # bytes of a SHA-256
_FEWEST = 4096  # files a process that looks at them: below, forking costs more than it gains


@dataclass(frozen=True, slots=True)
class Earlier:
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
    empty: tuple[str, ...] = ()  # folders
    trusted: bool = True

    def names(self, path: str, digest: bytes) -> bool:
        """Whether the manifest has a file with this SHA-256."""
        return self.hashes.get(path) == digest

    def is_whole(self, path: str) -> bool:
        """Whether the file that stands there is the one in the manifest, byte by byte."""
        with suppress(OSError):
            return Reading(f"{self.root}/{path}").whole().digest == self.hashes.get(path)
        return False

    def is_made_of(self, fingerprint: str, jobs: int) -> bool:
        """Whether it was made of just this, and all of it stands there as it was made: so many processes look."""
        if self.missing or self.edited or not self.sha256:
            return False
        stamp = f"{fingerprint} {self.sha256}\n".encode()
        with suppress(OSError):
            return b"".join(Reading(_stamp(self.root))) == stamp and self._is_whole(jobs)
        return False

    def _is_whole(self, jobs: int) -> bool:
        def look(share: Share) -> Iterator[bool]:
            yield all(map(self.is_whole, share.of(self.paths)))

        return all(workers.spread(look, Problems(), jobs or workers.fitting(len(self.paths), _FEWEST)))


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
    return Earlier(
        target, sha256, tuple(hashes), hashes, size, tuple(edited), tuple(missing), tuple(sizes), tree.empty
    )  # fmt: skip


def _digest(sha256: str) -> bytes:
    with suppress(ValueError):
        if len(digest := bytes.fromhex(sha256)) == _DIGEST:
            return digest
    return bytes(_DIGEST)  # of no file, then


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
