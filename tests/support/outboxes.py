"""Publish small outboxes, in this process or in another."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from newsletter.model import Artefact
from newsletter.model.problems import Problems
from newsletter.outbox import tree as exchange
from newsletter.outbox.publish import Published, publish

Tree = Mapping[str, bytes]


def artefacts(files: Tree) -> Iterator[Artefact]:
    return (Artefact(path, content, "text/plain") for path, content in files.items())


def put(out: Path, files: Tree, problems: Problems | None = None, wait: float = 0) -> Published:
    return publish(artefacts(files), out, Problems() if problems is None else problems, wait=wait)


def tree(out: Path) -> dict[str, bytes | None]:
    """Return the content of every file except the manifest, and None for every empty folder."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes() if path.is_file() else None
        for path in out.rglob("*")
        if path.name != "manifest.json" and (not path.is_dir() or not any(path.iterdir()))
    }


HOUSE = """
import errno, os, resource, subprocess, sys
from pathlib import Path
from newsletter.model import Artefact, Asset
from newsletter.outbox.publish import DiskFault, publish, verify
from newsletter.model.problems import Problems

folder = Path(sys.argv[1])
out = folder / "outbox"

def put(size, files=20):
    made = (Artefact(f"site/{n}.html", bytes([n]) * size, "text/html") for n in range(files))
    return publish(made, out, Problems())

def refused(size):
    try:
        put(size)
    except DiskFault as fault:
        print(fault)
    assert not list(verify(out)) and (out / "site/19.html").stat().st_size == 4000
    assert sorted(os.listdir(folder)) == [".outbox.lock", "outbox"], os.listdir(folder)

def mount(*words):
    if subprocess.run(["mount", *words], capture_output=True).returncode:
        print("cannot mount"), sys.exit()
"""
SOURCE = {**os.environ, "PYTHONPATH": str(Path(exchange.__file__).parents[2])}


def in_child(script: str, folder: Path, *before: str) -> str:
    """Run a script in a separate process and return its output."""
    words = [*before, sys.executable, "-c", HOUSE + textwrap.dedent(script), str(folder)]
    child = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False, env=SOURCE)
    if before and (child.stdout.startswith("cannot mount") or child.stderr.startswith(before[0])):
        pytest.skip(f"needs a mount namespace: {child.stdout}{child.stderr}")
    assert child.returncode == 0, child.stderr
    return child.stdout
