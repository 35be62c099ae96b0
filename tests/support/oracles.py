"""Ask the platforms' own libraries to count texts."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.paths import TESTS

FOLDER = TESTS / "oracles"


@cache
def packages() -> Path:
    """Return the folder of the oracles' packages. Skips the test if they or node are missing."""
    folder = Path(os.environ.get("NEWSLETTER_ORACLES", FOLDER))
    if not shutil.which("node"):
        pytest.skip("node is missing: install Node 20 or later")
    if not (folder / "node_modules" / "twitter-text").is_dir():
        pytest.skip(
            "the oracles are missing: copy tests/oracles/package.json to a folder, run npm install --no-package-lock "
            "there and set NEWSLETTER_ORACLES to it"
        )
    return folder


def ask(asked: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return each text with the oracles' answer."""
    environment = os.environ | {"NEWSLETTER_ORACLES": str(packages())}
    asked = list(asked)
    answers = subprocess.run(
        ["node", FOLDER / "oracle.mjs"],
        input="".join(f"{json.dumps(text)}\n" for text in asked),
        env=environment, capture_output=True, check=True, text=True, encoding="utf-8",
    ).stdout.split("\n")[:-1]  # fmt: skip
    return list(zip(asked, map(json.loads, answers), strict=True))
