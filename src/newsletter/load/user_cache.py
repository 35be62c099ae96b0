"""Where the program may keep what it can make again: in a folder of the user, never in a project."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder for our caches (XDG Base Directory Specification)."""
    chosen = environment.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "newsletter"
    try:
        return Path.home() / ".cache/newsletter"
    except RuntimeError:  # a user without a home folder has no cache: below /dev/null nothing can be read or written
        return Path(os.devnull) / "newsletter"
