"""Show the progress of a long run on one line of a terminal; show nothing if output is redirected."""

import sys
import time
from types import TracebackType

DELAY = 1.0  # seconds before the line is shown for the first time
INTERVAL = 0.1  # seconds between two updates
STEP = 64  # announcements or files between two readings of the clock


class Progress:
    """A context manager that shows progress, and erases the line on exit."""

    def __init__(self) -> None:
        self._next_update = time.monotonic() + DELAY
        self._is_shown = False
        self._files = 0
        self._is_terminal = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def checked(self, done: int, total: int) -> None:
        """Show how many announcements have been read and checked."""
        if done % STEP == 0:
            self._show(f"{done:,} of {total:,} announcements read …")

    def count_file(self) -> None:
        """Count one more rendered file, and show how many there are."""
        self._files += 1
        if self._files % STEP == 0:
            self._show(f"{self._files:,} files …")

    def _show(self, text: str) -> None:
        if self._is_terminal and (instant := time.monotonic()) >= self._next_update:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
            self._next_update, self._is_shown = instant + INTERVAL, True
