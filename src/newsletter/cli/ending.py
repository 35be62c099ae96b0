"""ending: how a run ends: every fault that no command handles becomes a message and an exit code.

Refusals of the system say which path or limit is meant. Anything else is a fault of the program and says so.
NEWSLETTER_TRACEBACK=1 shows where a fault came from.
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
This is a fault of newsletter, not of your files. Please report it on the project's issue page, with the command and
what it prints when the environment variable NEWSLETTER_TRACEBACK is set to 1."""
# Bytes of address space. With less, libraries fail to load or end the process, each in its own way.
_LEAST = 128_000_000
_BARE = b"newsletter: not enough memory\n"


def run() -> int:
    """Run the command line; returns the exit code."""
    try:
        streams.prepare()
        return streams.finish(_outcome())
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:  # not even enough to say so
        os.write(2, _BARE)
        return DISK


def _outcome() -> int:
    if 0 <= resource.getrlimit(resource.RLIMIT_AS)[0] < _LEAST:
        print(f"newsletter: not enough memory{_limit()}; it needs {_LEAST // 1_000_000} MB", file=sys.stderr)
        return DISK
    try:
        from newsletter.cli.commands import app

        # A build makes many objects and keeps them; collecting them over and over costs a fifth of it.
        gc.set_threshold(200_000, 20, 100)
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as fault:
        return report(fault)
    finally:
        # An interpreter that ends looks through all that is left, again and again, for what can be let go.
        gc.freeze()
    return 0


def report(fault: BaseException) -> int:
    """Say on standard error what ended a run; returns the exit code."""
    if os.environ.get("NEWSLETTER_TRACEBACK"):
        import traceback

        traceback.print_exception(fault)
    fault.__traceback__ = None  # and with it the memory of the frames
    message, code = _explained(fault)
    print(message, file=sys.stderr)
    return code


def _explained(fault: BaseException) -> tuple[str, int]:
    if isinstance(fault, OSError):
        if isinstance(fault, FileNotFoundError) and fault.filename is None:  # os.getcwd names no file
            return "newsletter: the current folder is gone; change into another one", DISK
        return f"newsletter: {sentence(fault)}", DISK
    if isinstance(fault, MemoryError):
        return f"newsletter: not enough memory{_limit()}", DISK
    if isinstance(fault, ImportError | SystemError) and _limit():
        # Libraries say so when they cannot be mapped into memory, or forget to say why they failed.
        return f"newsletter: not enough memory{_limit()}: {fault}", DISK
    if isinstance(fault, ImportError):
        return f"newsletter: its installation is damaged: {fault}; install it again", INTERNAL
    return _INTERNAL.format(kind=type(fault).__name__, fault=fault), INTERNAL


def _limit() -> str:
    """The limit on this process's address space, as a note to a message; "" without one."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return ""
    return f" (the limit is {limit // 1_000_000} MB: ulimit -v)"
