"""Test `newsletter status --changed-since`, which lists the feeds to announce to a WebSub hub."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from newsletter.cli import app
from support.project import Project

BASE = "https://exemple.example/feeds/"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def published(project: Project, tmp_path: Path) -> tuple[Project, Path]:
    """Return a project with one announcement that was built once, and the manifest of that build."""
    project.announce("2024-10-01-un.md", tags=["Un"])
    assert run("build", "-C", str(project.root), "--now", "2024-12-01").exit_code == 0
    earlier = tmp_path / "manifest.json"
    earlier.write_bytes((project.root / "outbox/manifest.json").read_bytes())
    return project, earlier


def test_nothing_changed(published: tuple[Project, Path]) -> None:
    project, earlier = published
    found = run("status", "-C", str(project.root), "--changed-since", str(earlier))
    assert (found.exit_code, found.stdout) == (0, "")


def test_the_feeds_that_changed(published: tuple[Project, Path]) -> None:
    project, earlier = published
    project.announce("2024-11-01-deux.md", tags=["Deux"])
    assert run("build", "-C", str(project.root), "--now", "2024-12-01").exit_code == 0
    words = ("status", "-C", str(project.root), "--changed-since", str(earlier))
    addresses = run(*words).stdout.splitlines()
    stems = ("archive/2024-11", "lang/fr", "tags/deux")
    wanted = {f"{BASE}{stem}.{end}" for stem in stems for end in ("atom.xml", "rss.xml", "json")}
    assert set(addresses) == wanted | {f"{BASE}{name}" for name in ("atom.xml", "rss.xml", "feed.json")}
    rows = [json.loads(line) for line in run(*words, "--format", "json").stdout.splitlines()]
    assert [row["url"] for row in rows] == addresses
    assert rows[0].keys() == {"path", "url", "sha256"} and rows[0]["path"] == "site/feeds/archive/2024-11.atom.xml"
    assert not run(*words, "--out", str(project.root / "outbox")).exit_code


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, ":1:1: error: there is no manifest; name the manifest.json of an earlier build [no-manifest]"),
        ('{"schema": 1,\n "files": [}', ":2:12: error: this is not a manifest; "),
        ("[]", ":1:1: error: this is not a manifest; "),
        ('{"schema": 1, "files": {"a": {}}}', "[bad-manifest]"),
        ("\udc80", "[bad-manifest]"),
    ],
)
def test_an_invalid_manifest(published: tuple[Project, Path], content: str | None, says: str) -> None:
    project, earlier = published
    earlier.unlink()
    if content is not None:
        earlier.write_text(content, errors="surrogateescape")
    found = run("status", "-C", str(project.root), "--changed-since", str(earlier))
    assert found.exit_code == 1 and found.stdout == "" and says in found.stderr
    assert "Traceback" not in found.stderr and str(earlier) in found.stderr


def test_an_outbox_that_was_never_built(project: Project, tmp_path: Path) -> None:
    found = run("status", "-C", str(project.root), "--changed-since", str(tmp_path / "manifest.json"))
    assert (
        found.exit_code == 1
        and "outbox/manifest.json:1:1: error: there is no manifest; run 'newsletter build'" in found.stderr
    )


def test_two_questions_at_once(project: Project) -> None:
    assert run("status", "-C", str(project.root), "--changed-since", "x", "--due").exit_code == 2
