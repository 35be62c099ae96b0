"""row: work that several processes share as they go, so that all end at the same time whatever else one has to do."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Row:
    """All work as one row of pieces, from which each process takes the next that nobody has begun.

    A process asks for one kind of work after the other, all of them in the same order, and uses each up before the
    next: then a number is enough to say which piece is meant. That of the next one stands in a file without a name.
    """

    def __init__(self) -> None:
        self.file = nameless()
        self.asked = 0  # pieces in all, up to the work that is being done
        self.taken: int | None = None  # a piece of later work, perhaps

    def __call__(self, items: Sequence[Item], size: int) -> Iterator[Item]:
        """Those of the items, `size` a piece, that are this process's to do."""
        begin, self.asked = self.asked, self.asked - (-len(items) // size)
        return self._draw(items, size, begin)

    def _draw(self, items: Sequence[Item], size: int, begin: int) -> Iterator[Item]:
        while True:
            if self.taken is None:
                self.taken = self._next()
            at = (self.taken - begin) * size
            if at >= len(items):
                return
            self.taken = None
            yield from items[at : at + size]

    def _next(self) -> int:
        fcntl.lockf(self.file, fcntl.LOCK_EX)  # the system unlocks it for a process that is killed
        number = int.from_bytes(os.pread(self.file, 8, 0), "little")
        os.pwrite(self.file, (number + 1).to_bytes(8, "little"), 0)
        fcntl.lockf(self.file, fcntl.LOCK_UN)
        return number

    def close(self) -> None:
        """Nobody takes anything any more."""
        os.close(self.file)


def row_of_work() -> Row | None:
    """A row that has not been begun; None where the system refuses a file or a lock: shares are fixed, then."""
    try:
        row = Row()
    except OSError:
        return None
    try:
        os.pwrite(row.file, bytes(8), 0)  # a limit on the size of files may allow none
        fcntl.lockf(row.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(row.file, fcntl.LOCK_UN)
    except OSError:
        row.close()
        return None
    return row


def nameless() -> int:
    """A file without a name, which goes with its last user. Raises OSError where the system refuses one."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("newsletter")
    import tempfile  # noqa: PLC0415 (few systems need it)

    with tempfile.TemporaryFile() as made:
        return os.dup(made.fileno())
