"""Test publication with killed and concurrent processes, and a lock that ends with its process."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import newsletter
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.outbox import tree as exchange
from newsletter.outbox.publish import Busy, Published, verify
from support.outboxes import HOUSE, SOURCE, in_child, put, tree
from support.project import Project

SEED = 20241126
NOW = datetime(2024, 12, 15, tzinfo=UTC)
SHARED = {f"site/shared-{number}.html": b"the same " * 100 for number in range(6)}
A = {**SHARED, **{f"site/{number}.html": b"A" * 3000 for number in range(4)}, "email/a.eml": b"a", "x": b"a"}
B = {**SHARED, **{f"site/{number}.html": b"B" * 5000 for number in range(4)}, "social/b.txt": b"b", "x/y": b"b"}
SMALL = {"small": b"own"}
FOREIGN = {"README.md": b"read me", "site/notes": b"by hand"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an outbox with A in it, and files that newsletter did not write."""
    out = tmp_path / "outbox"
    put(out, A)
    for path, content in FOREIGN.items():
        (out / path).write_bytes(content)
    return out


def is_whole(out: Path) -> bool:
    """Return whether the outbox contains exactly A or B, with its manifest."""
    return tree(out) in ({**A, **FOREIGN}, {**B, **FOREIGN}) and not list(verify(out))


def forked(work: Callable[[], object]) -> int:
    """Run `work` in a forked process; return its process id."""
    if (child := os.fork()) == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def alternate(out: Path, pipe_out: int) -> None:
    os.write(pipe_out, b".")
    while True:
        put(out, B, wait=5)
        put(out, A, wait=5)


def test_killed_at_random_instants(out: Path) -> None:
    chance, interrupted = random.Random(SEED), 0
    pipe_in, pipe_out = os.pipe()
    for _ in range(50):
        child = forked(lambda: alternate(out, pipe_out))
        os.read(pipe_in, 1)  # on a busy machine, the process may take longer to start than to publish
        time.sleep(chance.uniform(0, 0.04))
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert is_whole(out)
        interrupted += (out.parent / ".outbox.next").exists()
    assert interrupted  # otherwise, no kill interrupted a publication
    put(out, B)
    assert tree(out) == {**B, **FOREIGN}
    assert sorted(path.name for path in out.parent.iterdir()) == [".outbox.lock", "outbox"]


def killed_at(step: int, out: Path) -> bool:
    """Publish B in a process that is killed before its `step`-th system call.

    Returns False if the process finished first.
    """

    def work() -> None:
        left = step

        def count(event: str, _: object) -> None:
            nonlocal left
            if event.startswith(("open", "os.", "fcntl.", "ctypes.")) and event != "os.kill":
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        put(out, B)
        left = sys.maxsize  # do not kill the coverage measurement

    return os.WIFSIGNALED(os.waitpid(forked(work), 0)[1])


def refused(out: Path) -> None:
    """Run a publication that cleans up leftovers and publishes nothing."""
    problems = Problems()
    problems.error(Place("a.md"), "unsafe", "it will not do")
    with pytest.raises(Aborted):
        put(out, A, problems)


@pytest.mark.parametrize("exchanges", [True, False], ids=["exchange", "two renames"])
def test_killed_at_every_step(out: Path, exchanges: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchanges:
        monkeypatch.setattr(exchange, "exchange", lambda one, other: False)
    step, gaps, seen = 0, 0, set()
    while killed_at(step, out):
        gaps += not out.exists()
        assert is_whole(out) or (not exchanges and not out.exists()), f"killed at step {step}"
        refused(out)
        assert is_whole(out), f"after the kill at step {step}"
        seen.add((out / "x").is_dir())
        put(out, A)
        step += 1
    assert tree(out) == {**B, **FOREIGN}
    assert step > 50 and seen == {True, False}
    assert gaps == (0 if exchanges else 1)


HOLD = """
def held():
    yield Artefact("a", b"child", "text/plain")
    print("held", flush=True)
    sys.stdin.readline()

publish(held(), out, Problems())
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a process that pauses in the middle of a build until a line arrives on its standard input."""
    with subprocess.Popen(
        [sys.executable, "-c", HOUSE + HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=SOURCE,
    ) as child:  # fmt: skip
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        yield child
        child.kill()


def test_the_second_of_two_builds_gives_up(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(Busy, match=r"\.outbox\.lock"):
        put(tmp_path / "outbox", SMALL, wait=0.2)
    assert holder.communicate("go on\n") == ("", None) and holder.returncode == 0
    assert tree(tmp_path / "outbox") == {"a": b"child"}


def test_the_second_of_two_builds_waits(tmp_path: Path, holder: "subprocess.Popen[str]", monkeypatch: Any) -> None:
    # The other process continues only while this one waits.
    monkeypatch.setattr(exchange.time, "sleep", lambda _: holder.poll() is None and holder.communicate("go on\n"))
    assert put(tmp_path / "outbox", SMALL, wait=20) == Published(1, 1, 1, True, 3)
    assert holder.returncode == 0 and tree(tmp_path / "outbox") == SMALL


def test_a_lock_dies_with_its_process(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait()
    assert put(tmp_path / "outbox", SMALL, wait=0).changed


def test_a_worker_does_not_keep_the_lock(tmp_path: Path) -> None:
    script = """
    import signal

    until_end, _end = os.pipe()
    started, start = os.pipe()

    def forking():
        if os.fork() == 0:  # a worker, which outlives its parent
            os.close(_end)
            os.write(start, b".")
            os.read(until_end, 1)
            os._exit(0)
        signal.pause()
        yield

    if (builder := os.fork()) == 0:
        publish(forking(), out, Problems())
    os.read(started, 1)
    os.kill(builder, signal.SIGKILL)
    os.waitpid(builder, 0)
    print(publish([Artefact("a", b"", "text/plain")], out, Problems(), wait=0).written)
    """
    assert in_child(script, tmp_path) == "1\n"


def test_a_worker_that_outlives_its_build_writes_nothing_into_the_next_one(tmp_path: Path) -> None:
    script = """
    import signal
    from newsletter.outbox.publish import publish_with
    from newsletter.workers import run

    until_go, go = os.pipe()
    started, start = os.pipe()
    ended, alive = os.pipe()

    def artefact(name):
        return Artefact(name, b"", "text/plain")

    def make(number):
        if number < 2:  # two that have written, and one that has not
            keep(artefact(f"early-{number}"))
        os.write(start, b".")
        os.read(until_go, 1)
        yield keep(artefact(f"late-{number}"))

    def making(taking):
        global keep
        keep = taking
        return run(make, range(3), Problems(), 3)

    def next_build():
        yield artefact("a")
        os.close(alive)
        os.write(go, b"...")
        assert os.read(ended, 1) == b""  # now all of them have ended
        yield artefact("b")

    if (builder := os.fork()) == 0:
        publish_with(lambda writer: making(writer.add), out, Problems())
    for _ in range(3):
        os.read(started, 1)
    os.kill(builder, signal.SIGKILL)
    os.waitpid(builder, 0)
    publish(next_build(), out, Problems(), wait=0)
    print(sorted(os.listdir(out)))
    """
    assert in_child(script, tmp_path) == "['a', 'b', 'manifest.json']\n"


def test_whole_builds_killed_at_random_instants(project: Project) -> None:
    """Build all channels, with one announcement added or removed each time."""
    out, chance, seen = project.root / "outbox", random.Random(SEED), set()
    project.announce("2024-11-25-premier.md", body="Premier.")

    def state(number: int) -> None:
        second = project.root / "announcements/2024-11-26-second.md"
        if number % 2:
            project.announce(second.name, body="Second.")
        else:
            second.unlink(missing_ok=True)

    trees: list[dict[str, bytes]] = []
    for number in (1, 0):
        state(number)
        began = time.monotonic()
        newsletter.build(project.root, now=NOW)
        took = time.monotonic() - began
        trees.insert(0, tree(out))
    pipe_in, pipe_out = os.pipe()

    def build() -> None:
        os.write(pipe_out, b".")
        newsletter.build(project.root, now=NOW)
        signal.pause()

    for number in range(50):
        state(number)
        child = forked(build)
        os.read(pipe_in, 1)
        time.sleep(chance.uniform(0, 2 * took))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = tree(out)
        assert found in trees and not list(verify(out))
        seen.add(trees.index(found))
    assert seen == {0, 1}
