"""Test that the guard around hostile inputs catches tracebacks, killed processes and silent failures."""

import sys
from pathlib import Path

import pytest

from support.guard import Finished, assert_sound, build_soundly, newsletter
from support.project import Project


def test_an_ordinary_announcement_builds_under_guard(project: Project) -> None:
    project.announce()
    assert build_soundly(project.root).code == 0


def test_a_problem_under_guard_is_located_and_writes_nothing(project: Project) -> None:
    project.announce(date="demain")
    done = build_soundly(project.root)
    assert done.code == 1 and "bad-date" in done.output


@pytest.mark.parametrize(
    "done",
    [Finished(0, "", "Traceback (most recent call last):"), Finished(-9, "", ""), Finished(1, "", "no place")],
)
def test_the_guard_refuses_tracebacks_kills_and_silence(done: Finished) -> None:
    with pytest.raises(AssertionError):
        assert_sound(done)


@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
def test_too_little_memory_is_noticed(tmp_path: Path) -> None:
    assert newsletter("--version", cwd=tmp_path, memory=20_000_000).code != 0
