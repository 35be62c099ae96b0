"""streams: standard input, output and error that raise nothing, however they are closed, full or cut off.

Output that cannot be written is dropped while the command does its work; `finish` then says so once. A reader that
leaves early, as `head` does, is no fault and changes no exit code.
"""

import errno
import io
import os
import select
import sys

from newsletter.cli.codes import DISK

_NAMES = {1: "standard output", 2: "standard error"}


class _Output(io.FileIO):
    """A standard stream; the first refusal of the system stays in `fault`, and nothing is written after it."""

    fault: OSError | None = None

    def write(self, content: object) -> int:
        """Write all of the bytes, or drop them after a fault; the number given is always that of all."""
        left = memoryview(content).cast("B")  # type: ignore[arg-type]
        size = len(left)
        while left and self.fault is None:
            try:
                written = super().write(left)
            except OSError as fault:
                self.fault = fault
            else:
                if written is None:  # the reader has set the pipe to non-blocking
                    self._wait()
                left = left[written or 0 :]
        return size

    def _wait(self) -> None:
        ready = select.poll()
        ready.register(self, select.POLLOUT)
        ready.poll()


def prepare() -> None:
    """Replace the standard streams; UTF-8 whatever the locale says, with what UTF-8 cannot hold escaped."""
    _reopen_closed()
    if sys.stdout is sys.__stdout__:
        sys.stdout = _stream(1)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _stream(2)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")


def finish(code: int) -> int:
    """Write out what is left. The exit code: `code`, or 74 when that was 0 and output was lost."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        stream.flush()
        output = getattr(stream.buffer, "raw", stream.buffer)
        fault = output.fault if isinstance(output, _Output) else None
        if fault is not None and fault.errno != errno.EPIPE:
            print(f"newsletter: {_NAMES[number]} cannot be written: {fault.strerror}", file=sys.stderr, flush=True)
            code = code or DISK
    return code


def _reopen_closed() -> None:
    """Put something in the place of closed streams, or the next file that is opened would get their numbers.

    Reading from input and writing to output then fail, as they should; who closes standard error wants silence.
    """
    for number, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, mode)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)


def _stream(number: int) -> io.TextIOWrapper:
    before = sys.stdout if number == 1 else sys.stderr
    unbuffered = before is not None and getattr(before, "write_through", False)
    output = _Output(number, "w", closefd=False)
    return io.TextIOWrapper(
        output if unbuffered else io.BufferedWriter(output),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=number == 2 or output.isatty(),
        write_through=unbuffered,
    )
