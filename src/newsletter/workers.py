"""workers: long work done by several processes. mrml, premailer and lxml hold the interpreter's lock.

Each process is a fork that has all that was read, and does its share of everything. What it gives
comes back through a pipe.
"""

import gc
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from newsletter.model import Share
from newsletter.problems import Problems, Stop

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FEWEST = 150  # announcements a process: below, forking costs more than it gains
_BATCH = 64  # of what is made, that travel together

Made = TypeVar("Made")
Make = Callable[[Share], Iterator[Made]]


class WorkerLost(Exception):
    """A process ended before its work was done; the message says how."""


def fitting(announcements: int) -> int:
    """How many processes pay for so many announcements on this machine."""
    if sys.platform != "linux":  # forking is not safe with what macOS loads
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), announcements // FEWEST))


def spread(make: Make[Made], problems: Problems, count: int) -> Iterator[Made]:
    """What `make` gives for each of `count` shares, in no particular order.

    Problems that it finds are taken over. Raises Stop when a share did, once all have ended, and
    WorkerLost when the system killed one.
    """
    if count == 1:
        yield from make(Share())
        return
    gc.freeze()  # what stands in memory is shared for as long as nothing touches it
    children: dict[Connection, int] = {}
    try:
        for number in range(count):
            children |= _started(make, Share(number, count), problems, tuple(children))
        yield from _gathered(children, problems)
    finally:
        gc.unfreeze()
        for connection, child in children.items():
            connection.close()  # who still writes has nobody left to write to, and ends
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _started(
    make: Make[Made], share: Share, problems: Problems, others: tuple["Connection", ...]
) -> dict["Connection", int]:
    from multiprocessing.connection import Pipe  # noqa: PLC0415 (small builds need none)

    reading, writing = Pipe(duplex=False)
    sys.stdout.flush()
    sys.stderr.flush()
    if child := os.fork():
        writing.close()
        return {reading: child}
    code = 1
    try:
        for connection in (reading, *others):
            connection.close()
        _work(make, share, problems, writing)
        code = 0
    except BrokenPipeError:  # nobody waits for this any more
        pass
    finally:
        os._exit(code)
    raise AssertionError


def _work(make: Make[Made], share: Share, problems: Problems, writing: "Connection") -> None:
    """In the child: everything of one share, in batches; then what was found on the way."""
    batch: list[Made] = []
    fault: BaseException | None = None
    try:
        for made in make(share):
            batch.append(made)
            if len(batch) == _BATCH:
                _send(writing, batch)
                batch = []
    except BrokenPipeError:
        raise
    except BaseException as raised:
        fault = raised
    _send(writing, batch)
    _send(writing, (problems, fault))


def _send(writing: "Connection", message: Any) -> None:
    writing.send_bytes(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))


def _gathered(children: dict["Connection", int], problems: Problems) -> Iterator[Any]:
    from multiprocessing.connection import Connection, wait  # noqa: PLC0415

    faults: list[BaseException] = []
    left = set(children)
    while left:
        for connection in wait(list(left)):
            assert isinstance(connection, Connection)
            try:
                message = pickle.loads(connection.recv_bytes())
            except EOFError:
                raise WorkerLost(
                    "a process was ended by the system; is memory short? Try again with --jobs 1"
                ) from None
            if isinstance(message, list):
                yield from message
                continue
            found, fault = message
            problems.excuse_like(found)
            problems.extend(found)
            faults += [fault] if fault else []
            left.discard(connection)
    # A fault of ours says more than a Stop, which its problems explain.
    for fault in sorted(faults, key=lambda each: isinstance(each, Stop)):
        raise fault
