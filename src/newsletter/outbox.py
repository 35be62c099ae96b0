"""outbox: artefacts become files, all or none, by one swap of directories.

The next tree is built beside the outbox: unchanged files are hard links (they keep their time
stamps), others are written, files that are not ours are carried over. Then both directories are
exchanged in one system call, so a kill at any instant leaves the old outbox or the new one.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsletter.exchange import Busy, exchange, locked
from newsletter.model import Artefact
from newsletter.problems import Place, Problems, Stop

__all__ = ["Busy", "DiskFault", "Published", "publish", "verify"]

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: files in the outbox, files written and removed, bytes in all."""

    files: int
    written: int
    removed: int
    changed: bool
    size: int


class DiskFault(Exception):
    """The disk refuses; the message names the path and says what to do."""


@dataclass(slots=True)
class _Tree:
    """The next tree while it grows; folders are made once each."""

    root: str
    made: set[str] = field(default_factory=set)

    def place(self, path: str) -> str:
        """The full path of a file to be, its folder made."""
        folder = os.path.dirname(path)
        if folder not in self.made:
            os.makedirs(os.path.join(self.root, folder), exist_ok=True)
            self.made.add(folder)
        return f"{self.root}/{path}"

    def write(self, path: str, data: bytes) -> None:
        with _refusals(path):
            handle = os.open(self.place(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
            finally:
                os.close(handle)

    def adopt(self, path: str, old: str) -> None:
        """A file of the old tree, as it is: a hard link, or a copy where links are impossible."""
        with _refusals(path):
            source, target = f"{old}/{path}", self.place(path)
            if os.path.islink(source):
                os.symlink(os.readlink(source), target)
                return
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)


@dataclass(frozen=True, slots=True)
class _Old:
    """What stands in the outbox: the manifest's entries, files with sizes, empty folders.

    `trusted` is False when a manifest is there but cannot be read: then no file counts as foreign.
    """

    root: str
    entries: dict[str, Any]
    sizes: dict[str, int]
    empty: tuple[str, ...]
    trusted: bool

    def holds(self, path: str, entry: dict[str, Any]) -> bool:
        return self.sizes.get(path) == entry["size"] and self.entries.get(path) == entry

    def foreign(self) -> Iterator[str]:
        return (path for path in self.sizes if path not in self.entries and path != MANIFEST)


def publish(artefacts: Iterable[Artefact], out: Path, problems: Problems, *, wait: float = 5.0) -> Published:
    """Make `out` hold exactly the artefacts, and the files there that are not ours.

    Raises Stop when `problems` become fatal, Busy when another build goes on for longer than
    `wait` seconds, DiskFault when the disk refuses; then `out` is as it was.
    """
    target = os.path.realpath(out)
    if os.path.ismount(target):
        raise DiskFault(f"{out} is a mount point and cannot be exchanged; mount its parent folder instead")
    parent, name = os.path.split(target)
    with _refusals(parent):
        os.makedirs(parent, exist_ok=True)
    with locked(f"{parent}/.{name}.lock", wait):
        following = f"{parent}/.{name}.next"
        with _refusals(following):
            _remove(following)
        try:
            return _publish(artefacts, _look(target), _Tree(following), target, problems)
        finally:
            with suppress(OSError):
                _remove(following)


def _publish(artefacts: Iterable[Artefact], old: _Old, tree: _Tree, target: str, problems: Problems) -> Published:
    entries: dict[str, dict[str, Any]] = {}
    folded: set[str] = {MANIFEST}
    kept: list[str] = []
    for artefact in artefacts:
        path = artefact.path
        _check_path(path, folded)
        data = _read(artefact)
        entry = entries[path] = _entry(artefact, data)
        if old.holds(path, entry):
            kept.append(path)
            continue
        _warn_of_hands(old, path, target, problems)
        tree.write(path, data)
    if problems.fatal:
        raise Stop
    removed = [path for path in old.entries if path not in entries]
    size = sum(entry["size"] for entry in entries.values())
    written = len(entries) - len(kept)
    if not written and not removed and old.trusted and MANIFEST in old.sizes:
        return Published(len(entries), 0, 0, False, size)
    for path in kept:
        tree.adopt(path, old.root)
    for path in old.foreign():
        if path not in entries:
            tree.adopt(path, old.root)
    with _refusals(target):
        for folder in old.empty:
            os.makedirs(f"{tree.root}/{folder}", exist_ok=True)
        os.makedirs(tree.root, exist_ok=True)
    tree.write(MANIFEST, _manifest(entries))
    with _refusals(target):
        exchange(tree.root, target)
    return Published(len(entries), written, len([path for path in removed if path in old.sizes]), True, size)


def _read(artefact: Artefact) -> bytes:
    if not artefact.file:
        return artefact.data
    with _refusals(artefact.file):
        return Path(artefact.file).read_bytes()


def _entry(artefact: Artefact, data: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "type": artefact.media_type,
    }  # fmt: skip
    return entry | {"origin": artefact.origin} if artefact.origin else entry


def _check_path(path: str, folded: set[str]) -> None:
    """A channel's fault, not an author's: therefore ValueError."""
    if not path or path.startswith("/") or "\\" in path or "\0" in path or {"", ".", ".."} & set(path.split("/")):
        raise ValueError(f"artefact path {path!r} is not a plain relative path")
    if path.casefold() in folded:
        raise ValueError(f"two artefacts are called {path!r} (case does not count)")
    folded.add(path.casefold())


def _warn_of_hands(old: _Old, path: str, target: str, problems: Problems) -> None:
    """A file in the way: foreign ones stop the build, edited ones are replaced with a warning."""
    if path not in old.sizes or not old.trusted:
        return
    place = Place(f"{os.path.basename(target)}/{path}")
    if path not in old.entries:
        problems.error(place, "foreign-output", "newsletter did not write the file that stands here", "move it away")
    elif old.sizes[path] != old.entries[path]["size"]:
        problems.warning(
            place, "edited-output", "this file was changed by hand; the change is replaced",
            "change the announcement instead",
        )  # fmt: skip


def _manifest(entries: dict[str, dict[str, Any]]) -> bytes:
    lines = ",\n".join(
        f"  {json.dumps(path, ensure_ascii=False)}: {json.dumps(entries[path], ensure_ascii=False, sort_keys=True)}"
        for path in sorted(entries)
    )
    return f'{{\n "schema": 1,\n "files": {{\n{lines}\n }}\n}}\n'.encode()


def _look(target: str) -> _Old:
    sizes: dict[str, int] = {}
    empty: list[str] = []
    folders = [""] if os.path.isdir(target) else []
    with _refusals(target):
        while folders:
            folder = folders.pop()
            found = list(os.scandir(f"{target}/{folder}"))
            if not found and folder:
                empty.append(folder.rstrip("/"))
            for each in found:
                if each.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{each.name}/")
                else:
                    sizes[f"{folder}{each.name}"] = each.stat(follow_symlinks=False).st_size
        if os.path.exists(target) and not os.path.isdir(target):
            raise NotADirectoryError(errno.ENOTDIR, "is not a folder", target)
    try:
        entries = _read_manifest(Path(target) / MANIFEST) if MANIFEST in sizes else {}
        return _Old(target, entries, sizes, tuple(empty), trusted=True)
    except ValueError:
        return _Old(target, {}, sizes, tuple(empty), trusted=False)


def _read_manifest(path: Path) -> dict[str, Any]:
    """The entries of a manifest. Raises ValueError when it is none."""
    found = json.loads(path.read_bytes())
    entries = found.get("files") if isinstance(found, dict) else None
    if not isinstance(entries, dict) or not all(
        isinstance(entry, dict) and {"sha256", "size"} <= entry.keys() for entry in entries.values()
    ):
        raise ValueError("not a manifest")
    return entries


def verify(out: Path) -> Problems:
    """Every file of the manifest, read again: missing, or another one than was built."""
    problems = Problems()
    manifest = Place(f"{out.name}/{MANIFEST}")
    try:
        entries = _read_manifest(out / MANIFEST)
    except OSError:
        problems.error(manifest, "no-manifest", "there is no manifest to verify against", "run 'newsletter build'")
        return problems
    except ValueError:
        problems.error(manifest, "bad-manifest", "the manifest cannot be read", "run 'newsletter build'")
        return problems
    for path, entry in entries.items():
        place = Place(f"{out.name}/{path}")
        try:
            data = (out / path).read_bytes()
        except (OSError, ValueError):
            problems.error(place, "missing-output", "this file is gone", "run 'newsletter build'")
            continue
        if len(data) != entry["size"] or hashlib.sha256(data).hexdigest() != entry["sha256"]:
            problems.error(place, "damaged-output", "this file is not as it was built", "run 'newsletter build'")
    return problems


def _remove(folder: str) -> None:
    if os.path.lexists(folder):
        shutil.rmtree(folder)


@contextmanager
def _refusals(path: str) -> Iterator[None]:
    """The disk's own refusals, with the path named."""
    try:
        yield
    except OSError as fault:
        raise DiskFault(f"{fault.filename or path}: {fault.strerror}; the outbox is as it was") from None
