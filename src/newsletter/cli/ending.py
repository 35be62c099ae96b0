"""Run the command line, and turn every unhandled exception into a message and an exit code.

For an operating system error, the message names the path or the limit. Any other exception is reported as a bug in
this program. With NEWSLETTER_TRACEBACK=1, the traceback is printed too.
"""

import gc
import os
import resource
import sys

from newsletter.cli import streams
from newsletter.cli.codes import DISK, INTERNAL, INTERRUPTED
from newsletter.model.refusals import sentence

_INTERNAL = """\
newsletter: internal error: {kind}: {fault}
This is a bug in newsletter, not in your files. Please report it on the project's issue page, with the command and its
output when the environment variable NEWSLETTER_TRACEBACK is set to 1."""
# Bytes of address space. With less, libraries fail to load or crash the process, each in its own way.
_MIN_MEMORY = 128_000_000
_OUT_OF_MEMORY = b"newsletter: not enough memory\n"


def run() -> int:
    """Run the command line and return its exit code."""
    try:
        streams.prepare()
        return streams.finish(_run_app())
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:  # raised again while the first one was being reported
        os.write(2, _OUT_OF_MEMORY)
        return DISK


def _run_app() -> int:
    if 0 <= resource.getrlimit(resource.RLIMIT_AS)[0] < _MIN_MEMORY:
        print(
            f"newsletter: not enough memory{_memory_limit()}; it needs {_MIN_MEMORY // 1_000_000} MB", file=sys.stderr
        )
        return DISK
    try:
        from newsletter.cli.commands import app

        # A build creates many objects and keeps most of them. At the default threshold, garbage collection takes a
        # fifth of the build's time.
        gc.set_threshold(200_000, 20, 100)
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as fault:
        return report(fault)
    finally:
        # Without this, the interpreter collects garbage several times while it shuts down.
        gc.freeze()
    return 0


def report(fault: BaseException) -> int:
    """Print to standard error why the run failed, and return the exit code."""
    if os.environ.get("NEWSLETTER_TRACEBACK"):
        import traceback

        traceback.print_exception(fault)
    fault.__traceback__ = None  # frees the memory held by its frames
    message, code = _explain(fault)
    print(message, file=sys.stderr)
    return code


def _explain(fault: BaseException) -> tuple[str, int]:
    """Return the message and the exit code for an exception."""
    if isinstance(fault, OSError):
        if isinstance(fault, FileNotFoundError) and fault.filename is None:  # raised by os.getcwd()
            return "newsletter: the current folder no longer exists; change to another one", DISK
        return f"newsletter: {sentence(fault)}", DISK
    if isinstance(fault, MemoryError):
        return f"newsletter: not enough memory{_memory_limit()}", DISK
    if isinstance(fault, ImportError | SystemError) and _memory_limit():
        # ImportError: a library cannot be mapped into memory. SystemError: a library runs out of memory.
        return f"newsletter: not enough memory{_memory_limit()}: {fault}", DISK
    if isinstance(fault, ImportError):
        return f"newsletter: the installation is damaged: {fault}; install newsletter again", INTERNAL
    return _INTERNAL.format(kind=type(fault).__name__, fault=fault), INTERNAL


def _memory_limit() -> str:
    """Return the limit on this process's address space, as a note for messages; "" if it is unlimited."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return ""
    return f" (the limit is {limit // 1_000_000} MB: ulimit -v)"
