"""Provide standard streams that never raise an exception, even if they are closed, full or disconnected.

Output that cannot be written is dropped and the command continues; `finish` reports the loss once. A reader that
stops early, such as `head`, is not an error and does not change the exit code.
"""

import errno
import io
import os
import select
import sys

from newsletter.cli.codes import DISK

_NAMES = {1: "standard output", 2: "standard error"}


class _Output(io.FileIO):
    """A standard stream. It stores the first write error in `fault` and drops all later output."""

    fault: OSError | None = None

    def write(self, content: object) -> int:
        """Write all bytes, or drop them after an error. Always returns the number of bytes, as if all were written."""
        remaining = memoryview(content).cast("B")  # type: ignore[arg-type]
        size = len(remaining)
        while remaining and self.fault is None:
            try:
                written = super().write(remaining)
            except OSError as fault:
                self.fault = fault
            else:
                if written is None:  # the pipe is full, and the reader has made it non-blocking
                    self._wait()
                remaining = remaining[written or 0 :]
        return size

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self, select.POLLOUT)
        poll.poll()


def prepare() -> None:
    """Replace the standard streams with ones that use UTF-8 in every locale and escape lone surrogates."""
    _reopen_closed()
    if sys.stdout is sys.__stdout__:
        sys.stdout = _stream(1)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _stream(2)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")


def finish(code: int) -> int:
    """Flush the streams. Returns the exit code: `code`, or 74 if `code` is 0 and output was lost."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        stream.flush()
        output = getattr(stream.buffer, "raw", stream.buffer)
        fault = output.fault if isinstance(output, _Output) else None
        if fault is not None and fault.errno != errno.EPIPE:
            print(f"newsletter: {_NAMES[number]} cannot be written: {fault.strerror}", file=sys.stderr, flush=True)
            code = code or DISK
    return code


def _reopen_closed() -> None:
    """Open closed streams on the null device. Otherwise the next files opened would get their file descriptors.

    Standard input is opened for writing and standard output for reading, so that using them still fails. Standard
    error is opened for writing: closing it is a way to silence a program.
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
    original = sys.stdout if number == 1 else sys.stderr
    unbuffered = original is not None and getattr(original, "write_through", False)
    output = _Output(number, "w", closefd=False)
    return io.TextIOWrapper(
        output if unbuffered else io.BufferedWriter(output),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=number == 2 or output.isatty(),
        write_through=unbuffered,
    )
