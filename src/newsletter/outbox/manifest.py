"""Read the manifest of an outbox, and compare it with an earlier one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from newsletter.model import FEED_MEDIA_TYPES
from newsletter.model.problems import Aborted, Place, Problems


def entries_of(content: bytes) -> dict[str, Any] | None:
    """Return the entries of a manifest, keyed by path in the outbox.

    Return None if `content` is not a manifest.
    """
    try:
        manifest = json.loads(content)
        if manifest["schema"] == 1:
            entries: dict[str, Any] = manifest["files"]
            if all(type(each["sha256"]) is str and type(each["size"]) is int for each in entries.values()):
                return entries
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return None


def read_manifest(path: Path, shown: str, fix: str, problems: Problems) -> Mapping[str, Any]:
    """Return the entries of the manifest at `path`.

    Problems name the manifest `shown` and suggest `fix`. Raises Aborted after reporting
    `no-manifest` or `bad-manifest`.
    """
    if not path.is_file():  # reading a pipe may never end
        problems.error(Place(shown), "no-manifest", "there is no manifest", fix)
        raise Aborted
    try:
        content = path.read_bytes()
    except OSError as fault:
        problems.error(Place(shown), "no-manifest", f"it cannot be read: {fault.strerror}", fix)
        raise Aborted from None
    entries = entries_of(content)
    if entries is None:
        problems.error(Place(shown, *_fault(content)), "bad-manifest", "this is not a manifest", fix)
        raise Aborted
    return entries


def _fault(content: bytes) -> tuple[int, int]:
    """Return the line and column of the JSON syntax error, or (1, 1) if there is none."""
    try:
        json.loads(content)
    except json.JSONDecodeError as fault:
        return fault.lineno, fault.colno
    except (ValueError, RecursionError):
        pass
    return 1, 1


def changed_feeds(entries: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[str]:
    """Yield, sorted, the paths of feeds that are new or changed since the `earlier` manifest."""
    for path in sorted(entries):
        entry = entries[path]
        if path.startswith("site/feeds/") and entry.get("type") in FEED_MEDIA_TYPES.values():
            before = earlier.get(path)
            if before is None or before["sha256"] != entry["sha256"]:
                yield path
