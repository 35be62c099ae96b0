"""Define the entry point of the command line.

Nothing heavy is imported at the top of this module, so that `main` can report a failed import.
"""

import sys

TYPE_CHECKING = False  # type checkers treat it as true; importing it from typing takes time
if TYPE_CHECKING:
    from newsletter.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line, then exit with its exit code."""
    try:
        from newsletter.cli import ending
    except KeyboardInterrupt:
        sys.exit(130)
    except (ImportError, MemoryError, OSError) as fault:
        # Memory or file descriptors ran out before the module that explains such failures could load.
        if sys.stderr is not None:
            sys.stderr.write(f"newsletter: cannot start: {fault or 'not enough memory'}\n")
        sys.exit(74)
    sys.exit(ending.run())


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(name)
    from newsletter.cli.commands import app

    return app
