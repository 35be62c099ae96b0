"""Share long work among several processes. Threads would not help: mrml, premailer and lxml hold the GIL.

This process does one share of the work, and forks of it do the others. Results come back through pipes.
"""

import fcntl
import gc
import os
import resource
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from newsletter.model import Share
from newsletter.model.problems import Aborted, Problems

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LARGE_SITE = 8_000  # announcements; in larger projects, saving memory matters more than saving time
MIN_PER_WORKER = 150  # announcements; with fewer for each process, forking costs more than it gains
_MIN_OPEN_FILES = 32  # if the limit on open files is lower, no process is forked
_MESSAGE_SIZE = 64  # results that are sent to this process together
_PIPE_SIZE = 1 << 20  # bytes; a child can go on while this process is busy with its own share

# Announcements that go through each step of the work together. The code and data of one step then stay in the
# processor's cache, which saves about 3 % of the time. Sizes from 16 to 50 are equally fast; larger ones do not fit.
BATCH_SIZE = 32

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Share], Iterator[Result]]


def nothing() -> None:
    """Do nothing."""


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in order, in lists of at most BATCH_SIZE."""
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch


class WorkerLost(Exception):
    """A worker process ended before its work was done; the message says why."""


def worker_count(items: int, min_per_worker: int = MIN_PER_WORKER) -> int:
    """Return the number of worker processes worth starting on this machine for `items` items."""
    if sys.platform != "linux":  # system libraries of macOS do not survive a fork
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), items // min_per_worker))


def spread(
    work: Work[Result], problems: Problems, count: int, *, overlap: Callable[[], None] = nothing
) -> Iterator[Result]:
    """Yield what `work` yields for each of `count` shares, in no particular order.

    Share 0 is done by this process, the others by forks of it. `overlap` is called in this process while the others
    already work. Problems that other processes find are added to `problems`. If the system refuses to start a process,
    this one does its share.

    Raises Aborted if a share raised it, once all shares are done, and WorkerLost if the system killed a process.
    """
    count = min(count, _max_processes())
    if count == 1:
        yield from work(Share())
        return
    gc.freeze()  # collecting would write to the memory that the processes share, so that it had to be copied
    children: dict[int, _Child] = {}
    faults: list[Exception] = []
    try:
        not_started = _start_all(work, [Share(number, count) for number in range(1, count)], problems, children)
        own_shares = [Share(0, count), *not_started]
        inbox = _Inbox(children, problems, faults)
        try:
            overlap()
            for number, result in enumerate(chain.from_iterable(map(work, own_shares))):
                yield result
                if number % _MESSAGE_SIZE == 0:
                    yield from inbox.receive(0)
        except Exception as raised:
            faults.append(raised)
        while inbox.running:
            yield from inbox.receive()
    finally:
        gc.unfreeze()
        for child in children.values():
            child.pipe.close()  # a child that is still writing gets a BrokenPipeError, and exits
            with suppress(ChildProcessError):
                os.waitpid(child.pid, 0)
    # Any other exception comes before Aborted, whose reason is in the problems.
    for fault in sorted(faults, key=lambda each: isinstance(each, Aborted)):
        raise fault


class _Child(NamedTuple):
    """A worker process, and the end of the pipe from which its results are read."""

    pid: int
    pipe: "Connection"


def _max_processes() -> int:
    """Return how many processes the limit on open files allows: 1, or any number.

    Each process needs two descriptors here, and some of its own.
    """
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1 if 0 <= limit < _MIN_OPEN_FILES else sys.maxsize


def _start_all(
    work: Work[Result], shares: Sequence[Share], problems: Problems, children: dict[int, _Child]
) -> Sequence[Share]:
    """Start a process for each share and add it to `children`. Returns the shares that the system refused."""
    for number, share in enumerate(shares):
        try:
            child = _start(work, share, problems, children.values())
        except OSError:  # a limit is reached, or memory is short
            return shares[number:]
        children[child.pipe.fileno()] = child
    return ()


def _start(work: Work[Result], share: Share, problems: Problems, others: Iterable[_Child]) -> _Child:
    """Start a process for a share. Raises OSError if the system refuses, and leaves nothing open then."""
    from multiprocessing.connection import Pipe  # noqa: PLC0415 (small builds do not need it)

    reading, writing = Pipe(duplex=False)
    with suppress(OSError, AttributeError):  # only Linux can resize a pipe
        fcntl.fcntl(writing.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        pid = os.fork()
    except OSError:
        for connection in (reading, writing):
            connection.close()
        raise
    if pid:
        writing.close()
        return _Child(pid, reading)
    code = 1
    try:
        for connection in (reading, *(child.pipe for child in others)):
            connection.close()
        _run_in_child(work, share, problems, writing.send)
        code = 0
    except BrokenPipeError:  # the parent no longer wants the results
        pass
    finally:
        os._exit(code)
    raise AssertionError


def _run_in_child(work: Work[Result], share: Share, problems: Problems, send: Callable[[Any], None]) -> None:
    """Do a share and send messages: lists of results, then a pair of the problems and the exception, if any."""
    results: list[Result] = []
    fault: BaseException | None = None
    try:
        for result in work(share):
            results.append(result)
            if len(results) == _MESSAGE_SIZE:
                send(results)
                results = []
    except BrokenPipeError:
        raise
    except BaseException as raised:
        fault = raised
    send(results)
    send((problems, fault))


class _Inbox:
    """Receives messages from the children; `running` holds those that are still working, by file descriptor."""

    def __init__(self, children: Mapping[int, _Child], problems: Problems, faults: list[Exception]) -> None:
        self.running, self.problems, self.faults = dict(children), problems, faults
        self._poll = select.poll()
        for descriptor in children:
            self._poll.register(descriptor, select.POLLIN)

    def receive(self, timeout: int | None = None) -> Iterator[Any]:
        """Yield results that arrive within `timeout` milliseconds (None: wait for a message). Raises WorkerLost."""
        for descriptor, _ in self._poll.poll(timeout):
            child = self.running[descriptor]
            try:
                message = child.pipe.recv()
            except (EOFError, OSError):
                raise WorkerLost(
                    "a worker process was killed by the system, perhaps for lack of memory; try again with --jobs 1"
                ) from None
            if isinstance(message, list):
                yield from message
                continue
            problems, fault = message
            self.problems.suppress_like(problems)
            self.problems.extend(problems)
            self.faults += [fault] if fault else []
            self._poll.unregister(descriptor)
            del self.running[descriptor]
