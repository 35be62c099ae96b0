"""manifest: the list of what an outbox holds, read back and compared with an earlier one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from newsletter.model import FEED_MEDIA_TYPES
from newsletter.model.problems import Aborted, Place, Problems


def entries_of(content: bytes) -> dict[str, Any] | None:
    """What a manifest says of each file, by path relative to the outbox; None when it is no manifest."""
    try:
        found = json.loads(content)
        if found["schema"] == 1:
            entries: dict[str, Any] = found["files"]
            if all(type(each["sha256"]) is str and type(each["size"]) is int for each in entries.values()):
                return entries
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return None


def read_manifest(path: Path, shown: str, cure: str, problems: Problems) -> Mapping[str, Any]:
    """The entries of the manifest at `path`, which problems call `shown`.

    Raises Aborted when there is none (`no-manifest`) or it is something else (`bad-manifest`).
    """
    if not path.is_file():  # a pipe would never end
        problems.error(Place(shown), "no-manifest", "there is no manifest", cure)
        raise Aborted
    try:
        content = path.read_bytes()
    except OSError as fault:
        problems.error(Place(shown), "no-manifest", f"it cannot be read: {fault.strerror}", cure)
        raise Aborted from None
    entries = entries_of(content)
    if entries is None:
        problems.error(Place(shown, *_fault(content)), "bad-manifest", "this is no manifest", cure)
        raise Aborted
    return entries


def _fault(content: bytes) -> tuple[int, int]:
    """Line and column where the JSON breaks off, if it does."""
    try:
        json.loads(content)
    except json.JSONDecodeError as fault:
        return fault.lineno, fault.colno
    except (ValueError, RecursionError):
        pass
    return 1, 1


def changed_feeds(entries: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[str]:
    """Paths of the feeds that the earlier manifest does not have, or has with another hash; sorted."""
    for path in sorted(entries):
        entry = entries[path]
        if path.startswith("site/feeds/") and entry.get("type") in FEED_MEDIA_TYPES.values():
            before = earlier.get(path)
            if before is None or before["sha256"] != entry["sha256"]:
                yield path
