"""fix: mends what can be mended without a doubt, in place, changing nothing else."""

import os
from pathlib import Path

from newsletter import text
from newsletter.check import file_stem
from newsletter.model import Source
from newsletter.problems import Place, Problems


def write_ids(root: Path, sources: tuple[Source, ...], problems: Problems) -> tuple[tuple[str, str], ...]:
    """Write the id that each file without one has by its name; gives (path, id) of each."""
    written = []
    for source in sources:
        id_ = text.fold(file_stem(source.path)[0])
        if source.front.get("id") is None and id_:
            try:
                _insert(root / source.path, f"id: {id_}")
            except OSError as fault:
                problems.error(Place(source.path), "unwritable", f"cannot be written: {fault.strerror}")
                continue
            written.append((source.path, id_))
    return tuple(written)


def _insert(path: Path, line: str) -> None:
    """Put a line right behind the first one; line ends and BOM stay as they are."""
    raw = path.read_bytes()
    first, newline, rest = raw.partition(b"\n")
    end = b"\r\n" if first.endswith(b"\r") else newline
    beside = path.with_name(f".{path.name}.fix")
    beside.write_bytes(first + newline + line.encode() + end + rest)
    beside.chmod(path.stat().st_mode)
    os.replace(beside, path)
