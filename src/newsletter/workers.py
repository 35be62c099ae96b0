"""Run jobs in several processes. Threads would not help: mrml, premailer and lxml hold the GIL.

This process works as well; the others are forks of it, which can use everything that it has in memory. A fork copies
only the thread that calls it, so a program that runs other threads does all jobs in its own process.
"""

import gc
import os
import resource
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from newsletter.model.problems import Aborted, Problems

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    _Outcome = Future[tuple[list[Any], Problems, bool]]

MIN_PER_WORKER = 150  # announcements; with fewer for each process, forking costs more than it gains
JOB_SIZE = 128  # announcements in a job: few enough that all processes end at about the same time
START_TIMEOUT = 20  # seconds until the first answer of a worker process, which usually takes milliseconds
_MIN_OPEN_FILES = 32  # if the limit on open files is lower, no process is forked

# Announcements that go through each step of the work together. The code and data of one step then stay in the
# processor's cache, which saves about 3 % of the time. Sizes from 16 to 50 are equally fast; larger ones do not fit.
BATCH_SIZE = 32

Item = TypeVar("Item")
Job = TypeVar("Job")
Result = TypeVar("Result")


def nothing() -> None:
    """Do nothing."""


def batches(items: Iterable[Item], size: int = BATCH_SIZE) -> Iterator[list[Item]]:
    """Yield the items in order, in lists of at most `size`."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def once(make: Callable[[], Item]) -> Callable[[], Item]:
    """Return a function that calls `make` once, and from then on returns the same object or raises the same Aborted.

    In this way, jobs can share an object that is made only in the processes that need it.
    """
    made: list[Item] = []
    aborted: list[Aborted] = []

    def get() -> Item:
        if aborted:
            raise aborted[0]
        if not made:
            try:
                made.append(make())
            except Aborted as fault:
                aborted.append(fault)
                raise
        return made[0]

    return get


class WorkerLost(Exception):
    """A worker process ended before its work was done; the message says why."""


def worker_count(items: int, min_per_worker: int = MIN_PER_WORKER) -> int:
    """Return the number of worker processes worth starting on this machine for `items` items."""
    if sys.platform != "linux":  # system libraries of macOS do not survive a fork
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), items // min_per_worker))


def run(
    work: Callable[[Job], Iterable[Result]],
    jobs: Sequence[Job],
    problems: Problems,
    count: int,
    *,
    overlap: Callable[[], None] = nothing,
) -> Iterator[Result]:
    """Yield everything that `work` yields for each of `jobs`, in no particular order.

    At most `count` processes work. `overlap` is called in this process while the others are already working. Problems
    that `work` reports to `problems` in another process are added to those of this process. If the system refuses to
    start processes, this one does all jobs.

    If a job raises Aborted, it is raised again once all jobs are done. Any other exception of a job is raised at once.
    Raises WorkerLost if the system killed a process.
    """
    others = min(count, len(jobs)) - 1
    gc.freeze()  # a collection would write to the memory that the processes share, and the system would copy it
    task = _Task(work, jobs, problems)
    try:
        pool = _open_pool(task, others) if others > 0 and _can_fork() else None
        # Each of the other processes gets two jobs, so that it can begin the second as soon as the first is done. At
        # least one job is for this process.
        ahead = min(2 * others, len(jobs) - 1)
        yield from _run_with(pool, task, ahead, overlap) if pool else _run_here(work, jobs)
    finally:
        gc.unfreeze()


def _run_here(work: Callable[[Job], Iterable[Result]], jobs: Iterable[Job]) -> Iterator[Result]:
    """Do all jobs in this process."""
    aborted = False
    for job in jobs:
        try:
            yield from work(job)
        except Aborted:
            aborted = True
    if aborted:
        raise Aborted


def _run_with(pool: "ProcessPoolExecutor", task: "_Task", ahead: int, overlap: Callable[[], None]) -> Iterator[Any]:
    """Do all jobs in this process and in those of the pool. `ahead` jobs are submitted before the first one is done."""
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 (small builds do not need it)

    rest = _Run(pool, task)
    try:
        for _ in range(ahead):
            rest.submit()
        overlap()
        yield from rest.results()
    except BrokenProcessPool:
        message = "a worker process was killed by the system, perhaps for lack of memory; try again with --jobs 1"
        raise WorkerLost(message) from None
    finally:
        rest.waiting.clear()
        pool.shutdown()


class _Run:
    """One call of run() with a pool. Others start from the first job, this process from the last, until they meet."""

    def __init__(self, pool: "ProcessPoolExecutor", task: "_Task") -> None:
        self.pool = pool
        self.work, self.jobs, self.problems = task
        self.waiting = deque(range(len(self.jobs)))  # others take the first, this process the last
        self.submitted: list[_Outcome] = []
        self.received = 0
        self.done: SimpleQueue[_Outcome] = SimpleQueue()
        self.aborted = False

    def submit(self) -> None:
        """Let another process do the first job that is waiting; after that, the next one is submitted."""
        with suppress(IndexError, RuntimeError):  # no job is waiting, or the pool was shut down
            outcome = self.pool.submit(_do_in_child, self.waiting.popleft())
            self.submitted.append(outcome)
            outcome.add_done_callback(self._end)

    def _end(self, outcome: "_Outcome") -> None:
        """Submit the next job, and store this outcome. A thread of the pool calls this, even while a job runs here."""
        self.submit()
        self.done.put(outcome)

    def results(self) -> Iterator[Any]:
        """Yield the results of all jobs."""
        while (number := self._last_waiting()) is not None:
            yield from self._do(self.jobs[number])
            while not self.done.empty():
                yield from self._receive()
        while self.received < len(self.submitted):
            yield from self._receive()
        if self.aborted:
            raise Aborted

    def _last_waiting(self) -> int | None:
        try:
            return self.waiting.pop()
        except IndexError:
            return None

    def _do(self, job: Any) -> Iterator[Any]:
        try:
            yield from self.work(job)
        except Aborted:
            self.aborted = True

    def _receive(self) -> Iterator[Any]:
        """Wait until another process has done a job, and yield the results of that job."""
        results, problems, aborted = self.done.get().result()
        self.received += 1
        self.problems.suppress_like(problems)
        self.problems.extend(problems)
        self.aborted = self.aborted or aborted
        yield from results


class _Task(NamedTuple):
    """What a worker process inherits when it is forked. None of it is pickled."""

    work: Callable[[Any], Iterable[Any]]
    jobs: Sequence[Any]
    problems: Problems


_inherited: list[_Task] = []  # in a worker process: its task


def _can_fork() -> bool:
    """Return whether a fork of this process is safe, and the limit on open files allows pipes to it."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.platform == "linux" and not 0 <= limit < _MIN_OPEN_FILES and not _has_other_threads()


def _has_other_threads() -> bool:
    """Return whether this process has other threads, whether Python started them or not."""
    if threading.active_count() > 1:
        return True
    for _ in range(20):  # the system lists a thread for a moment after its end
        if len(os.listdir("/proc/self/task")) == 1:
            return False
        time.sleep(0.001)
    return True


def _open_pool(task: _Task, size: int) -> "ProcessPoolExecutor | None":
    """Return a pool whose processes have been started, or None if the system refuses to start them."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from multiprocessing import active_children, get_context  # noqa: PLC0415

    before = active_children()
    try:
        pool = ProcessPoolExecutor(size, get_context("fork"), _begin_child, (task,))
        # Starts all processes, and only then two threads. Without the second thread, no answer would ever come.
        pool.submit(nothing).result(START_TIMEOUT)
    except (OSError, RuntimeError, NotImplementedError):  # a limit is reached, memory is short, or there are no locks
        for child in active_children():
            if child not in before:
                child.kill()
                child.join()
        return None
    return pool


def _begin_child(task: _Task) -> None:
    """Prepare a worker process: it ends when its parent ends, and ignores Ctrl-C, to which the parent reacts."""
    _inherited.append(task)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(RuntimeError):  # the system refuses a thread
        threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process  # noqa: PLC0415

    if parent := parent_process():
        parent.join()
        os._exit(1)


def _do_in_child(number: int) -> tuple[list[Any], Problems, bool]:
    """Do a job. Returns its results, the problems that it reported, and whether it raised Aborted."""
    work, jobs, problems = _inherited[0]
    problems.take()  # the parent has these
    results: list[Any] = []
    try:
        results.extend(work(jobs[number]))
    except Aborted:
        return results, problems.take(), True
    return results, problems.take(), False
