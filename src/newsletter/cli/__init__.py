"""cli: the command line. This module imports nothing heavy, so that its guard stands before anything can fail."""

import sys

TYPE_CHECKING = False  # as type checkers read it, without importing typing
if TYPE_CHECKING:
    from newsletter.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """The entry point: runs the command line and ends the process with its exit code."""
    try:
        from newsletter.cli import ending
    except KeyboardInterrupt:
        sys.exit(130)
    except (ImportError, MemoryError, OSError) as fault:
        # Too little memory or too few open files, even for what explains that.
        if sys.stderr is not None:
            sys.stderr.write(f"newsletter: cannot start: {fault or 'not enough memory'}\n")
        sys.exit(74)
    sys.exit(ending.run())


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(name)
    from newsletter.cli.commands import app

    return app
