"""Run tests in a real browser: headless Chromium with axe-core, as in `newsletter check --deep`."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from newsletter.rules.external import browser
from newsletter.rules.external.browser import PageReport
from support.paths import TESTS

__all__ = ["CHROMIUM", "ORACLES", "PageReport", "chromium", "look", "require"]

CHROMIUM = browser.find_chromium()
ORACLES = Path(os.environ.get("NEWSLETTER_ORACLES") or TESTS / "oracles") / "node_modules"
AXE = ORACLES / "axe-core/axe.min.js"


def require() -> None:
    """Skip the test if the browser or axe-core is missing. In CI, a skip is a failure."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install --prefix tests/oracles")


def chromium(*words: str) -> subprocess.CompletedProcess[str]:
    """Run headless Chromium with its own profile and without a network."""
    return browser.run(CHROMIUM, *words)


def look(documents: Mapping[str, str], folder: Path, width: int, dark: bool, mail: bool) -> dict[str, PageReport]:
    """Open HTML documents at `width` px in light or dark mode, and run axe-core in each.

    `documents` are written to `folder` under their paths, which are also the keys of the result.
    """
    return browser.run_axe(CHROMIUM, AXE, documents, folder, width, dark=dark, mail=mail)
