"""Locate the cache folder, which belongs to the user and is never inside a project."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the cache folder according to the XDG Base Directory Specification.

    `environment` contains the environment variables.
    """
    chosen = environment.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "newsletter"
    try:
        return Path.home() / ".cache/newsletter"
    except RuntimeError:  # no home folder, so no cache: nothing can be read or written below /dev/null
        return Path(os.devnull) / "newsletter"
