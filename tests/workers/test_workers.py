"""Test that several processes give the same bytes and problems as one, and leave no process behind."""

import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import pipeline, workers
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.outbox import publish as outbox
from newsletter.workers import WorkerLost, run
from support.paths import ROOT
from support.processes import single_threaded
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


@single_threaded
def test_same_bytes_with_one_process_and_with_many(tmp_path: Path) -> None:
    one = built(1, tmp_path / "1")
    assert len(one) > 40
    for jobs in (2, 3, 7, 16):
        assert built(jobs, tmp_path / str(jobs)) == one
    assert no_child_is_left()


@pytest.mark.parametrize("jobs", [1, 3])
@single_threaded
def test_a_fault_is_told_once(project: Project, jobs: int) -> None:
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
@single_threaded
def test_a_template_that_cannot_be_compiled_is_told_where_it_is_wanted(project: Project, only: tuple[str, ...]) -> None:
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
@single_threaded
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


JOBS = range(40)


def numbers(job: int) -> Iterator[int]:
    yield from range(25 * job, 25 * job + 25)


@single_threaded
def test_every_job_is_done_once_and_warnings_are_collected() -> None:
    problems = Problems()

    def work(job: int) -> Iterator[int]:
        problems.warning(Place("a.md", job + 1), "doubt", "hm")
        problems.warning(Place("b.md"), "doubt", "everywhere")
        problems.suppress_at(Place("c.md", job + 1), "doubt", whole_file=False)
        yield from numbers(job)

    assert sorted(run(work, JOBS, problems, 4)) == list(range(1000))
    assert [str(problem.place) for problem in problems] == [*(f"a.md:{line}:1" for line in range(1, 41)), "b.md:1:1"]
    problems.warning(Place("c.md", 40), "doubt", "dropped, as a job in another process has asked for")
    assert len(problems) == 41 and len(problems.suppressions) == 40


def slow(job: int) -> int:
    """Return the number of a job after a while, so that no process does them all."""
    time.sleep(0.01)
    return job


@single_threaded
def test_problems_from_before_are_neither_lost_nor_sent_again() -> None:
    problems = Problems()
    problems.suppress_at(Place("a.md"), "doubt", whole_file=True)
    problems.error(Place("a.md"), "fault", "hm")

    def work(job: int) -> Iterator[tuple[int, int]]:
        problems.warning(Place("a.md", slow(job) + 1), "doubt", "dropped")
        yield os.getpid(), len(problems)

    found = list(run(work, JOBS, problems, 2))
    assert {count for pid, count in found if pid != os.getpid()} == {0}
    assert [problem.code for problem in problems] == ["fault"] and len(problems.suppressions) == 1


@pytest.mark.parametrize("is_here", [True, False])
@single_threaded
def test_other_exceptions_come_before_aborted(is_here: bool) -> None:
    here = os.getpid()

    def work(job: int) -> Iterator[int]:
        yield slow(job)
        if (os.getpid() == here) is is_here and job not in (0, 39):
            raise ZeroDivisionError("un")
        raise Aborted

    with pytest.raises(ZeroDivisionError, match="un"):
        list(run(work, JOBS, Problems(), 2))
    assert no_child_is_left()


@single_threaded
def test_aborted_is_raised_when_all_jobs_are_done() -> None:
    problems = Problems()

    def work(job: int) -> Iterator[int]:
        yield slow(job)
        problems.warning(Place("a.md", job + 1), "doubt", "hm")
        if job in (3, 38):
            raise Aborted

    with pytest.raises(Aborted):
        list(run(work, JOBS, problems, 2))
    assert len(problems) == len(JOBS)


@single_threaded
def test_a_worker_that_is_killed_is_reported() -> None:
    here = os.getpid()

    def work(job: int) -> Iterator[int]:
        yield slow(job)
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerLost, match="--jobs 1"):
        list(run(work, JOBS, Problems(), 3))
    assert no_child_is_left()


@single_threaded
def test_workers_end_when_their_results_are_not_wanted_any_more() -> None:
    stream = run(numbers, JOBS, Problems(), 3)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert no_child_is_left()


def pids(count: int) -> set[int]:
    return set(run(lambda job: [(slow(job), os.getpid())[1]], JOBS, Problems(), count))


@single_threaded
def test_a_program_with_threads_is_not_forked() -> None:
    """A fork copies one thread, and the locks that the others hold, for ever."""
    assert len(pids(2)) == 2
    until = threading.Event()
    thread = threading.Thread(target=until.wait)
    thread.start()
    assert pids(2) == {os.getpid()}
    until.set()
    thread.join()
    assert len(pids(2)) == 2


@pytest.mark.parametrize("refusal", [OSError("fork"), RuntimeError("can't start new thread"), NotImplementedError()])
@single_threaded
def test_without_a_second_process_one_does_everything(refusal: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise refusal

    target = (
        "threading.Thread.start" if isinstance(refusal, RuntimeError) else "multiprocessing.process.BaseProcess.start"
    )
    monkeypatch.setattr(target, refuse)
    assert pids(3) == {os.getpid()}
    assert no_child_is_left()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("allowed", [0, 1])
@single_threaded
def test_without_a_second_thread_one_process_does_everything(allowed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool needs two threads. If the system refuses the second one, the pool would never answer."""
    start, here, started = threading.Thread.start, os.getpid(), []

    def limited(thread: threading.Thread) -> None:
        if os.getpid() == here:
            started.append(thread)
            if len(started) > allowed:
                raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    monkeypatch.setattr(workers, "START_TIMEOUT", 1)
    assert pids(3) == {os.getpid()}
    assert len(started) == allowed + 1 and no_child_is_left()


@single_threaded
def test_a_worker_works_without_a_thread_that_watches_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    start, here = threading.Thread.start, os.getpid()

    def limited(thread: threading.Thread) -> None:
        if os.getpid() != here:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    assert len(pids(2)) == 2


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """Killed, it cannot tell them; they notice."""
    reading, writing = os.pipe()
    if (builder := os.fork()) == 0:
        os.close(reading)
        list(run(lambda _: time.sleep(600) or (), JOBS, Problems(), 3))
    os.close(writing)  # held by all three of them
    time.sleep(0.5)
    os.kill(builder, signal.SIGKILL)
    os.waitpid(builder, 0)
    assert select.select([reading], [], [], 20)[0] and os.read(reading, 1) == b""
    os.close(reading)


def test_few_announcements_are_made_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)))
    assert [workers.worker_count(count) for count in (0, 1, 299, 300, 450, 100_000)] == [1, 1, 1, 2, 3, 4]
    monkeypatch.setattr(workers.sys, "platform", "darwin")
    assert workers.worker_count(100_000) == 1
