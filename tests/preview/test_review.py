"""Test the review of many files, which the preview leaves for later so that its first screen comes soon."""

import os
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench import corpus

from newsletter.preview import reader
from newsletter.preview.reader import Reader
from newsletter.preview.session import Session
from support.paths import ROOT
from support.project import Project

NOW = datetime(2024, 12, 5, 12, tzinfo=UTC)


@pytest.fixture
def many(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project of fifty announcements, which count as many; each has a link without meaning."""
    monkeypatch.setattr(reader, "MANY", 10)
    for number in range(50):
        project.announce(f"2024-11-{number % 28 + 1:02}-n{number}.md", "Lisez [ici](https://a.example/).")
    return project


def test_review_of_many_files_is_left_for_later(many: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Reader(many.root)
    first = waiting.read(NOW)
    assert first.unreviewed == 50 and len(first.announcements) == 50
    assert "vague-link" not in {problem.code for problem in first.problems}
    assert waiting.review(20) == 30 and first.unreviewed == 50, "a snapshot never changes"
    assert (waiting.review(20), waiting.review(20), waiting.review(20)) == (10, 0, 0)
    reviewed = waiting.read(NOW)
    monkeypatch.setattr(reader, "MANY", 1000)
    at_once = Reader(many.root).read(NOW)
    assert at_once.unreviewed == reviewed.unreviewed == 0
    assert at_once.problems == reviewed.problems
    assert sum(problem.code == "vague-link" for problem in reviewed.problems) == 50


def test_a_file_that_changes_before_its_review_is_reviewed_as_it_is_now(many: Project) -> None:
    waiting = Reader(many.root)
    waiting.read(NOW)
    path = many.announce("2024-11-01-n0.md", "Lisez le [programme](https://a.example/).")
    assert waiting.review(100) == 0
    assert not [
        each for each in waiting.read(NOW).problems_of(f"announcements/{path.name}") if each.code == "vague-link"
    ]


def test_screens_show_progress_and_then_all_problems(many: Project) -> None:
    session = Session(many.root, lambda: NOW)
    session.refresh()
    version, counts = session.version, []
    while session.unreviewed:
        counts.append(session.unreviewed)
        assert session.version == version
        session.review()
    assert counts == [50, 30, 10] and session.version == version + 1
    assert not session.refresh(), "nothing has changed"
    session.review()
    assert session.version == version + 1


def test_a_session_without_settings_reviews_nothing(project: Project) -> None:
    project.write("pyproject.toml", "[tool.newsletter]\nurl = 1\n")
    session = Session(project.root, lambda: NOW)
    session.refresh()
    session.review()
    assert session.snapshot is None and session.unreviewed == 0


@pytest.mark.loopback
def test_the_server_reviews_in_the_background_and_says_so(tmp_path: Path) -> None:
    corpus.write(tmp_path, reader.MANY + 200)
    command = [sys.executable, "-m", "newsletter", "preview", "-C", str(tmp_path), "--port", "0", "--no-open"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            address = server.stderr.readline().split()[1]
            with urllib.request.urlopen(f"{address}events", timeout=60) as events:
                assert b'<progress id="reviewed" max="300"' in urllib.request.urlopen(address, timeout=60).read()
                lines = iter(events.readline, b"")
                left = []
                for line in lines:
                    if line == b"event: progress\n":
                        left.append(int(next(lines).split()[1]))
                    elif line.startswith(b"data: ") and left:  # the new version
                        break
            assert len(left) > 5 and left == sorted(left, reverse=True)
            assert b"<progress" not in urllib.request.urlopen(address, timeout=60).read()
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0
