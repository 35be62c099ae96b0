"""progress: on a terminal, one line that says how far long work is; nothing for whoever reads the output later."""

import sys
import time
from types import TracebackType

PATIENCE = 1.0  # seconds until there is something to say
PAUSE = 0.1  # seconds between two words
STEP = 64  # things that are done before one looks at the clock


class Progress:
    """Open while the work lasts; then the line is gone."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PATIENCE
        self._shown = False
        self._files = 0
        self._wanted = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def checked(self, done: int, total: int) -> None:
        """Show how many announcements were read and checked."""
        if done % STEP == 0:
            self._say(f"{done:,} of {total:,} announcements read …")

    def count_file(self) -> None:
        """Count one more file, and show how many there are."""
        self._files += 1
        if self._files % STEP == 0:
            self._say(f"{self._files:,} files …")

    def _say(self, words: str) -> None:
        if self._wanted and (instant := time.monotonic()) >= self._next:
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
            self._next, self._shown = instant + PAUSE, True
