"""The command line. Nothing heavy is imported at the top, so that `main` can report an import that fails."""

import sys

TYPE_CHECKING = False  # type checkers take it for true; importing it from typing takes time
if TYPE_CHECKING:
    from newsletter.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line, then exit with its exit code. This is the entry point of the program."""
    try:
        from newsletter.cli import ending
    except KeyboardInterrupt:
        sys.exit(130)
    except (ImportError, MemoryError, OSError) as fault:
        # Too little memory or too few open files even for the module that explains such failures.
        if sys.stderr is not None:
            sys.stderr.write(f"newsletter: cannot start: {fault or 'not enough memory'}\n")
        sys.exit(74)
    sys.exit(ending.run())


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(name)
    from newsletter.cli.commands import app

    return app
