"""Test that several processes give the same bytes and problems as one, and leave no process behind."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import pipeline, workers
from newsletter.model import Artefact, Share
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.outbox import publish as outbox
from newsletter.workers import WorkerLost, spread
from support.paths import ROOT
from support.project import Project

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def built(jobs: int, out: Path) -> dict[str, bytes]:
    problems = Problems()
    made = pipeline.build(pipeline.open_project(ROOT, problems), NOW, problems, jobs=jobs)
    outbox.publish(made, out, problems)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def no_child_is_left() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def test_same_bytes_with_one_process_and_with_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = built(1, tmp_path / "1")
    assert len(one) > 40
    with monkeypatch.context() as patched:
        patched.setattr(workers, "LARGE_SITE", 3)  # low enough that bodies are also sealed where they were read
        assert built(1, tmp_path / "many") == one
        assert built(2, tmp_path / "twice as many") == one
    for jobs in (2, 3, 16):
        assert built(jobs, tmp_path / str(jobs)) == one
    assert no_child_is_left()


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_fault_is_reported_once(project: Project, jobs: int) -> None:
    for day in range(1, 9):
        project.announce(f"2024-11-0{day}-n{day}.md")
    project.write("templates/site/announcement.html", "{{ rien.du.tout }}\n")
    problems = Problems()
    with pytest.raises(Aborted):
        list(pipeline.build(pipeline.open_project(project.root, problems), NOW, problems, jobs=jobs))
    assert [(str(problem.place), problem.code) for problem in problems] == [
        ("templates/site/announcement.html:1:1", "template-fault")
    ]
    assert no_child_is_left()


@pytest.mark.parametrize("only", [("social",), ("email", "social")])
def test_a_template_that_cannot_be_compiled_is_reported_where_it_is_wanted(
    project: Project, only: tuple[str, ...]
) -> None:
    for day in range(1, 9):
        project.announce(f"2024-11-0{day}-n{day}.md")
    project.write("templates/email/issue.txt", "{% if %}\n")
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    with suppress(Aborted):
        pipeline.publish(opened, NOW, problems, project.root / "o", only, jobs=3)
    reported = [(str(problem.place), problem.code) for problem in problems]
    assert reported == [("templates/email/issue.txt:1:1", "template-fault")] * ("email" in only)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("content", [b"{% if %}\n", b"\xff\n"])
def test_a_template_that_nobody_wants_may_be_broken(project: Project, content: bytes, jobs: int) -> None:
    for day in range(1, 9):
        project.announce(f"2024-11-0{day}-n{day}.md")
    path = project.root / "templates/social/slack.txt"  # Slack texts are made only if the settings enable Slack
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    problems = Problems()
    opened, out = pipeline.open_project(project.root, problems), project.root / "o"
    pipeline.publish(opened, NOW, problems, out, ["social"], jobs=jobs)
    assert [problem.code for problem in problems if problem.level == "error"] == []
    assert (out / "social/n1.json").exists()


def numbers(share: Share) -> Iterator[Artefact]:
    for number in share.of(range(1000)):
        yield Artefact(f"{number}", b"x" * 5000, "text/plain")


def test_warnings_come_along() -> None:
    problems = Problems()

    def make(share: Share) -> Iterator[Artefact]:
        problems.warning(Place("a.md", share.number + 1), "doubt", "hm")
        problems.warning(Place("b.md"), "doubt", "everywhere")
        yield from numbers(share)

    found = sorted(int(each.path) for each in spread(make, problems, 4))
    assert found == list(range(1000))
    assert [str(problem.place) for problem in problems] == [
        "a.md:1:1", "a.md:2:1", "a.md:3:1", "a.md:4:1", "b.md:1:1",
    ]  # fmt: skip


def test_a_process_that_dies_in_the_middle_of_a_message() -> None:
    before = set(os.listdir("/proc/self/fd"))  # other tests may have left pipes open

    def make(share: Share) -> Iterator[int]:
        if share.number == 1:
            pipe = max(int(name) for name in os.listdir("/proc/self/fd") if name not in before and _is_pipe(name))
            os.write(pipe, b"\0\0\0\x64half")
            os._exit(0)
        yield share.number

    with pytest.raises(WorkerLost):
        list(spread(make, Problems(), 2))
    assert no_child_is_left()


def _is_pipe(name: str) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{name}").startswith("pipe:")
    except OSError:
        return False


@pytest.mark.parametrize("guilty", [0, 1])  # this process, another
def test_our_own_faults_are_not_swallowed(guilty: int) -> None:
    def make(share: Share) -> Iterator[Artefact]:
        yield from numbers(share)
        if share.number == guilty:
            raise ZeroDivisionError("un")
        raise Aborted

    with pytest.raises(ZeroDivisionError, match="un"):
        list(spread(make, Problems(), 2))
    assert no_child_is_left()


def test_a_process_that_is_killed() -> None:
    def make(share: Share) -> Iterator[Artefact]:
        yield from numbers(share)
        if share.number == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerLost, match="--jobs 1"):
        list(spread(make, Problems(), 3))
    assert no_child_is_left()


def test_a_process_that_is_no_longer_wanted_ends() -> None:
    stream = spread(numbers, Problems(), 3)
    next(stream)
    stream.close()
    assert no_child_is_left()


@pytest.mark.parametrize("size", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_shares_are_everything_once(size: int, count: int) -> None:
    shares = [Share(number, count) for number in range(count)]
    assert [item for share in shares for item in share.of(range(size))] == list(range(size))
    assert [share.first for share in shares].count(True) == 1


def test_few_announcements_are_made_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)))
    assert [workers.worker_count(count) for count in (0, 1, 299, 300, 450, 100_000)] == [1, 1, 1, 2, 3, 4]
    monkeypatch.setattr(workers.sys, "platform", "darwin")
    assert workers.worker_count(100_000) == 1
