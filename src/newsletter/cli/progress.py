"""progress: on a terminal, one line that says how far long work is; nothing for whoever reads the output later."""

import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeVar

_PATIENCE = 1.0  # seconds until there is something to say
_PAUSE = 0.1  # seconds between two words
_STEP = 64  # things that are done before one looks at the clock

Item = TypeVar("Item")


class Progress:
    """Open while the work lasts; then the line is gone."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PATIENCE
        self._shown = False
        self._wanted = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def read(self, done: int, of: int) -> None:
        """So many announcements of all were read."""
        if done % _STEP == 0:
            self._say(f"{done:,} of {of:,} announcements read …")

    def files(self, made: Iterable[Item]) -> Iterator[Item]:
        """The same things, counted as they go by."""
        for number, item in enumerate(made, 1):
            if number % _STEP == 0:
                self._say(f"{number:,} files …")
            yield item

    def _say(self, words: str) -> None:
        if self._wanted and (instant := time.monotonic()) >= self._next:
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
            self._next, self._shown = instant + _PAUSE, True
