"""Test that every build uses mrml, premailer, feedgen and Jinja: if one of them fails, no outbox is written."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from newsletter.cli.commands import app
from support.paths import ROOT
from support.project import Project

BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ImportError("made to fail")
sys.meta_path.insert(0, Blocked())
from newsletter.cli import main
main()
"""


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def build(project: Project, cache: Path, plain: str, script: str = "from newsletter.cli import main; main()") -> int:
    """Run a build into an empty folder. Returns the exit code."""
    own = {
        "PYTHONPATH": str(ROOT / "src"),
        "XDG_CACHE_HOME": str(cache),
        "NEWSLETTER_PLAIN": plain,
    }
    command = [sys.executable, "-c", script, "build", "--out", "neu", "--now", "2026-11-30"]
    done = subprocess.run(command, cwd=project.root, env=os.environ | own, capture_output=True, check=False)
    return done.returncode


@pytest.mark.parametrize("plain", ["", "1"])
@pytest.mark.parametrize("library", ["mjml", "premailer", "feedgen", "jinja2"])
def test_a_build_fails_without_a_library_even_if_caches_are_full(
    project: Project, cache: Path, library: str, plain: str
) -> None:
    for number in range(20):
        project.announce(f"2024-11-{number + 1:02}-n{number}.md", "Un **texte**.")
    script, out = BLOCKED.format(library=library), project.root / "neu"
    for _ in ("the cache is empty", "the cache is full"):
        assert build(project, cache, plain, script) != 0
        assert not out.exists() or not any(out.iterdir())
        assert build(project, cache, plain) == 0
        subprocess.run(["rm", "-r", out], check=True)


def commands(group: Any, path: str = "newsletter") -> dict[str, Any]:
    """Return every command below a group, by its words."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        words = f"{path} {name}"
        found |= commands(command, words) if isinstance(command, typer.core.TyperGroup) else {words: command}
    return found


def test_every_command_is_a_typer_command() -> None:
    found = commands(typer.main.get_command(app))
    assert len(found) >= 10
    assert [name for name, command in found.items() if not isinstance(command, typer.core.TyperCommand)] == []
