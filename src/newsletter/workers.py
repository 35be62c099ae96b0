"""workers: long work done by several processes. mrml, premailer and lxml hold the interpreter's lock.

This process does a share of the work, forks of it do the others. What they give comes back through pipes.
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

LARGE_SITE = 8_000  # announcements: above, room counts for more than time
MIN_PER_WORKER = 150  # announcements a process: below, forking costs more than it gains
_FILES = 32  # open files: where fewer are allowed, one process works
_BATCH = 64  # of what is made, that travel together
_PIPE = 1 << 20  # bytes that wait in a pipe, for a while in which this process does a long piece of its own work

# Announcements that go through a step of the work together. The processor then has one step's code and data at hand,
# and next another's, which takes some 3 % less time. Between 16 and 50 it makes no difference; more do not fit.
BATCH_SIZE = 32

Item = TypeVar("Item")
Made = TypeVar("Made")
Make = Callable[[Share], Iterator[Made]]


def nothing() -> None:
    """Stands for what is not to be done."""


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in order, in lists of at most BATCH_SIZE."""
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch


class WorkerLost(Exception):
    """A process ended before its work was done; the message says how."""


def worker_count(announcements: int, fewest: int = MIN_PER_WORKER) -> int:
    """How many processes pay for so many announcements on this machine, or for other things of which `fewest` do."""
    if sys.platform != "linux":  # forking is not safe with what macOS loads
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), announcements // fewest))


def spread(
    make: Make[Made], problems: Problems, count: int, *, overlap: Callable[[], None] = nothing
) -> Iterator[Made]:
    """What `make` gives for each of `count` shares, in no particular order.

    While others work already, this process does what is to be done `overlap`. Problems that are found are taken
    over. Raises Aborted when a share did, once all have ended, and WorkerLost when the system killed one.

    Where the system refuses a process, this one does the work of those that are missing: the result is the same.
    """
    count = min(count, _affordable())
    if count == 1:
        yield from make(Share())
        return
    gc.freeze()  # what stands in memory is shared for as long as nothing touches it
    children: dict[int, _Child] = {}
    faults: list[Exception] = []
    try:
        own = _start_all(make, [Share(number, count) for number in range(1, count)], problems, children)
        # Shares of processes that could not be started are ours.
        shares = [Share(0, count), *own]
        arriving = _Inbox(children, problems, faults)
        try:
            overlap()
            for number, made in enumerate(chain.from_iterable(map(make, shares))):
                yield made
                if number % _BATCH == 0:
                    yield from arriving.take(0)
        except Exception as raised:
            faults.append(raised)
        while arriving.left:
            yield from arriving.take()
    finally:
        gc.unfreeze()
        for child in children.values():
            child.pipe.close()  # who still writes has nobody left to write to, and ends
            with suppress(ChildProcessError):
                os.waitpid(child.process, 0)
    # A fault of ours says more than an Aborted, which its problems explain.
    for fault in sorted(faults, key=lambda each: isinstance(each, Aborted)):
        raise fault


class _Child(NamedTuple):
    """A process, and what it is heard through."""

    process: int
    pipe: "Connection"


def _affordable() -> int:
    """Most processes that the limit on open files allows: each needs two here, and some of its own."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1 if 0 <= limit < _FILES else sys.maxsize


def _start_all(
    make: Make[Made], shares: Sequence[Share], problems: Problems, children: dict[int, _Child]
) -> Sequence[Share]:
    """Add a process to `children` for each share; the shares from the first one on that the system refused."""
    for number, share in enumerate(shares):
        try:
            child = _started(make, share, problems, children.values())
        except OSError:  # no pipe, or no process: a limit is reached, or memory is short
            return shares[number:]
        children[child.pipe.fileno()] = child
    return ()


def _started(make: Make[Made], share: Share, problems: Problems, others: Iterable[_Child]) -> _Child:
    """Start a process on a share. Raises OSError when the system refuses; then nothing is left open."""
    from multiprocessing.connection import Pipe  # noqa: PLC0415 (small builds need none)

    reading, writing = Pipe(duplex=False)
    with suppress(OSError, AttributeError):  # who waits for us to listen does not work meanwhile; only Linux can
        fcntl.fcntl(writing.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        child = os.fork()
    except OSError:
        for connection in (reading, writing):
            connection.close()
        raise
    if child:
        writing.close()
        return _Child(child, reading)
    code = 1
    try:
        for connection in (reading, *(child.pipe for child in others)):
            connection.close()
        _work(make, share, problems, writing.send)
        code = 0
    except BrokenPipeError:  # nobody waits for this any more
        pass
    finally:
        os._exit(code)
    raise AssertionError


def _work(make: Make[Made], share: Share, problems: Problems, send: Callable[[Any], None]) -> None:
    """In the child: everything of one share, in batches; then what was found on the way."""
    batch: list[Made] = []
    fault: BaseException | None = None
    try:
        for made in make(share):
            batch.append(made)
            if len(batch) == _BATCH:
                send(batch)
                batch = []
    except BrokenPipeError:
        raise
    except BaseException as raised:
        fault = raised
    send(batch)
    send((problems, fault))


class _Inbox:
    """What comes from the other processes: `left` holds those that are still at work."""

    def __init__(self, children: Mapping[int, _Child], problems: Problems, faults: list[Exception]) -> None:
        self.left, self.problems, self.faults = dict(children), problems, faults
        self._poll = select.poll()
        for each in children:
            self._poll.register(each, select.POLLIN)

    def take(self, wait: int | None = None) -> Iterator[Any]:
        """What has come within so many milliseconds (None: as soon as anything has). Raises WorkerLost."""
        for ready, _ in self._poll.poll(wait):
            child = self.left[ready]
            try:
                message = child.pipe.recv()
            except (EOFError, OSError):
                raise WorkerLost(
                    "a process was ended by the system; is memory short? Try again with --jobs 1"
                ) from None
            if isinstance(message, list):
                yield from message
                continue
            found, fault = message
            self.problems.suppress_like(found)
            self.problems.extend(found)
            self.faults += [fault] if fault else []
            self._poll.unregister(ready)
            del self.left[ready]
