"""workers: long work done by several processes. mrml, premailer and lxml hold the interpreter's lock.

Each process is a fork that has all that was read, and does its share of everything. What it gives
comes back through a pipe; long texts in it (pickle.PickleBuffer) lie in memory that all processes share,
where nobody copies them.
"""

import gc
import mmap
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from newsletter.model import Share
from newsletter.problems import Problems, Stop

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FEWEST = 150  # announcements a process: below, forking costs more than it gains
_BATCH = 64  # of what is made, that travel together
_ROOM = min(1 << 32, sys.maxsize >> 2)  # bytes for the long texts of a process: of addresses, not of memory

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
    children: dict[Connection, _Child] = {}
    try:
        for number in range(count):
            children |= _started(make, Share(number, count), problems, children)
        yield from _gathered(children, problems)
    finally:
        gc.unfreeze()
        for connection, child in children.items():
            connection.close()  # who still writes has nobody left to write to, and ends
            with suppress(ChildProcessError):
                os.waitpid(child.process, 0)


class _Child(NamedTuple):
    """A process, and its long texts."""

    process: int
    texts: memoryview


def _started(
    make: Make[Made], share: Share, problems: Problems, others: Mapping["Connection", _Child]
) -> dict["Connection", _Child]:
    from multiprocessing.connection import Pipe  # noqa: PLC0415 (small builds need none)

    reading, writing = Pipe(duplex=False)
    texts, mapped = _file()
    sys.stdout.flush()
    sys.stderr.flush()
    if child := os.fork():
        writing.close()
        if mapped:
            os.close(texts)  # the map is enough
        return {reading: _Child(child, mapped)}
    code = 1
    try:
        for connection in (reading, *others):
            connection.close()
        _work(make, share, problems, _Sending(writing, texts, len(mapped)))
        code = 0
    except BrokenPipeError:  # nobody waits for this any more
        pass
    finally:
        os._exit(code)
    raise AssertionError


def _file() -> tuple[int, memoryview]:
    """A file without a name, which goes with its last user, and its bytes. It takes of memory what is written.

    Where the system refuses one (a limit on files, say), there are no bytes: long texts go through the pipe, then.
    """
    try:
        if hasattr(os, "memfd_create"):
            handle = os.memfd_create("newsletter")
        else:
            import tempfile  # noqa: PLC0415 (few systems need it)

            with tempfile.TemporaryFile() as made:
                handle = os.dup(made.fileno())
    except OSError:
        return -1, memoryview(b"")
    try:
        os.ftruncate(handle, _ROOM)
        return handle, memoryview(mmap.mmap(handle, _ROOM, access=mmap.ACCESS_READ))
    except (OSError, OverflowError, ValueError):
        os.close(handle)
        return -1, memoryview(b"")


def _work(make: Make[Made], share: Share, problems: Problems, sending: "_Sending") -> None:
    """In the child: everything of one share, in batches; then what was found on the way."""
    batch: list[Made] = []
    fault: BaseException | None = None
    try:
        for made in make(share):
            batch.append(made)
            if len(batch) == _BATCH:
                sending.send(batch)
                batch = []
    except BrokenPipeError:
        raise
    except BaseException as raised:
        fault = raised
    sending.send(batch)
    sending.send((problems, fault))


@dataclass(slots=True)
class _Sending:
    """The child's end of a pipe, and its file of long texts, which has `room` and is written up to `end`."""

    pipe: "Connection"
    texts: int
    room: int
    end: int = 0

    def send(self, message: Any) -> None:
        """A message, and where its texts lie."""
        buffers: list[pickle.PickleBuffer] = []
        pickled = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append)
        texts = [buffer.raw() for buffer in buffers]
        start, sizes = self.end, [len(text) for text in texts]
        left = memoryview(b"".join(texts))
        if start + len(left) > self.room:
            pickled, sizes = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL), []
        while left and sizes:
            written = os.pwrite(self.texts, left, self.end)
            left, self.end = left[written:], self.end + written
        self.pipe.send_bytes(pickle.dumps((pickled, start, sizes)))


def _received(pipe: "Connection", texts: memoryview) -> Any:
    """The next message of a child. Raises EOFError when it ended without one."""
    pickled, start, sizes = pickle.loads(pipe.recv_bytes())
    ends = accumulate(sizes, initial=start)
    return pickle.loads(
        pickled, buffers=[texts[begin : begin + size] for begin, size in zip(ends, sizes, strict=False)]
    )


def _gathered(children: Mapping["Connection", _Child], problems: Problems) -> Iterator[Any]:
    from multiprocessing.connection import Connection, wait  # noqa: PLC0415

    faults: list[BaseException] = []
    left = set(children)
    while left:
        for connection in wait(list(left)):
            assert isinstance(connection, Connection)
            try:
                message = _received(connection, children[connection].texts)
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
