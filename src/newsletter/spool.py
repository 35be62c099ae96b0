"""spool: the lines of a manifest, of which there are more than of anything else, until all are there."""

from dataclasses import dataclass, field
from typing import IO

from newsletter.exchange import refusals

_WAITING = 4096  # lines of a manifest, about a megabyte


@dataclass(slots=True)
class Spool:
    """Lines, without their ends: most of them wait in a file without a name in `folder`."""

    folder: str
    waiting: list[bytes] = field(default_factory=list)
    file: IO[bytes] | None = None

    def append(self, line: bytes) -> None:
        """One more. Raises DiskFault."""
        self.waiting.append(line)
        if len(self.waiting) == _WAITING:
            with refusals(self.folder):
                if self.file is None:
                    import tempfile  # noqa: PLC0415 (small builds need none)

                    self.file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 (it goes with this object)
                self.file.write(b"\n".join(self.waiting) + b"\n")
            self.waiting = []

    def read(self) -> list[bytes]:
        """All of them. Raises DiskFault."""
        if self.file is None:
            return self.waiting
        with refusals(self.folder):
            self.file.seek(0)
            return self.file.read().split(b"\n")[:-1] + self.waiting
