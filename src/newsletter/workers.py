"""workers: long work done by several processes. mrml, premailer and lxml hold the interpreter's lock.

This process does a share of the work, forks of it do the others. What they give comes back through pipes; long texts
in it (pickle.PickleBuffer) lie in memory that all processes share, where nobody copies them.
"""

import fcntl
import gc
import mmap
import os
import pickle
import resource
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from newsletter.model import Share
from newsletter.problems import Problems, Stop
from newsletter.row import nameless, row_of_work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MANY = 8_000  # announcements: above, room counts for more than time
FEWEST = 150  # announcements a process: below, forking costs more than it gains
_FILES = 32  # open files: where fewer are allowed, one process works
_BATCH = 64  # of what is made, that travel together
_PIPE = 1 << 20  # bytes that wait in a pipe, for a while in which this process does a long piece of its own work
_ROOM = min(1 << 32, sys.maxsize >> 2)  # bytes for the long texts of a process: of addresses, not of memory

Made = TypeVar("Made")
Make = Callable[[Share], Iterator[Made]]


def nothing() -> None:
    """Stands for what is not to be done."""


class WorkerLost(Exception):
    """A process ended before its work was done; the message says how."""


def fitting(announcements: int, fewest: int = FEWEST) -> int:
    """How many processes pay for so many announcements on this machine, or for other things of which `fewest` do."""
    if sys.platform != "linux":  # forking is not safe with what macOS loads
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), announcements // fewest))


def spread(
    make: Make[Made], problems: Problems, count: int, *, fixed: bool = False, meanwhile: Callable[[], None] = nothing
) -> Iterator[Made]:
    """What `make` gives for each of `count` shares, in no particular order; they may be `fixed` beforehand.

    While others work already, this process does what is to be done `meanwhile`. Problems that are found are taken
    over. Raises Stop when a share did, once all have ended, and WorkerLost when the system killed one.

    Where the system refuses a process, this one does the work of those that are missing: the result is the same.
    """
    count = min(count, _affordable())
    if count == 1:
        yield from make(Share())
        return
    row = None if fixed else row_of_work()
    gc.freeze()  # what stands in memory is shared for as long as nothing touches it
    children: dict[int, _Child] = {}
    faults: list[Exception] = []
    try:
        own = _start_all(make, [Share(number, count, row) for number in range(1, count)], problems, children)
        # Work in a row is drawn by whoever is there; fixed shares of processes that could not be started are ours.
        shares = [Share(0, count, row), *(own if row is None else ())]
        arriving = _Arriving(children, problems, faults)
        try:
            meanwhile()
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
        if row is not None:
            row.close()
        for child in children.values():
            child.pipe.close()  # who still writes has nobody left to write to, and ends
            with suppress(ChildProcessError):
                os.waitpid(child.process, 0)
    # A fault of ours says more than a Stop, which its problems explain.
    for fault in sorted(faults, key=lambda each: isinstance(each, Stop)):
        raise fault


class _Child(NamedTuple):
    """A process, what it is heard through, and its long texts."""

    process: int
    pipe: "Connection"
    texts: memoryview


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
    shelf = Shelf()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        child = os.fork()
    except OSError:
        for connection in (reading, writing):
            connection.close()
        shelf.close()
        raise
    if child:
        writing.close()
        shelf.close()
        return _Child(child, reading, shelf.texts)
    code = 1
    try:
        for connection in (reading, *(child.pipe for child in others)):
            connection.close()
        _work(make, share, problems, lambda message: _send(message, writing, shelf))
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


class Shelf:
    """Long texts in memory that this process shares with its forks: theirs to read without a copy."""

    def __init__(self) -> None:
        self.file, self.texts = _file()
        self.end = 0

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is put here any more; what was can be read as long as somebody has it."""
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def put(self, text: bytes) -> bytes | memoryview:
        """A text, as it lies there; where there is no room, the text itself."""
        begin = self.append(text)
        return text if begin < 0 else self.texts[begin : self.end]

    def append(self, text: bytes) -> int:
        """Where a text begins now; -1 where there is no room."""
        left, begin = memoryview(text), self.end
        if self.file < 0 or begin + len(text) > len(self.texts):
            return -1
        while left:
            written = os.pwrite(self.file, left, self.end)
            left, self.end = left[written:], self.end + written
        return begin


def _file() -> tuple[int, memoryview]:
    """A file without a name, and its bytes. It takes of memory what is written.

    Where the system refuses one (a limit on files, say), there are no bytes: long texts go through the pipe, then.
    """
    try:
        handle = nameless()
    except OSError:
        return -1, memoryview(b"")
    try:
        os.ftruncate(handle, _ROOM)
        return handle, memoryview(mmap.mmap(handle, _ROOM, access=mmap.ACCESS_READ))
    except (OSError, OverflowError, ValueError):
        os.close(handle)
        return -1, memoryview(b"")


def _send(message: Any, pipe: "Connection", shelf: Shelf) -> None:
    """A message, and where its texts lie."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append)
    texts = [buffer.raw() for buffer in buffers]
    begin, sizes = shelf.append(b"".join(texts)), [len(text) for text in texts]
    if begin < 0:
        pickled, sizes = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL), []
    pipe.send_bytes(pickle.dumps((pickled, begin, sizes)))


def _received(pipe: "Connection", texts: memoryview) -> Any:
    """The next message of a child. Raises EOFError when it ended without one."""
    pickled, begin, sizes = pickle.loads(pipe.recv_bytes())
    ends = accumulate(sizes, initial=begin)
    return pickle.loads(
        pickled, buffers=[texts[begin : begin + size] for begin, size in zip(ends, sizes, strict=False)]
    )


class _Arriving:
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
                message = _received(child.pipe, child.texts)
            except (EOFError, OSError):
                raise WorkerLost(
                    "a process was ended by the system; is memory short? Try again with --jobs 1"
                ) from None
            if isinstance(message, list):
                yield from message
                continue
            found, fault = message
            self.problems.excuse_like(found)
            self.problems.extend(found)
            self.faults += [fault] if fault else []
            self._poll.unregister(ready)
            del self.left[ready]
