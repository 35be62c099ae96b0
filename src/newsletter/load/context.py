"""reading: where a file's values are read, and how a value's place is found when something is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from newsletter.model import Fields, Items, Node
from newsletter.model.problems import Place, Problems


@dataclass(frozen=True, slots=True)
class FieldContext:
    """Where a file's values are read: its path, the collector, the publication's time zone.

    `nodes` gives the values with their places, which are looked up for faults only: `steps` lead from the whole to
    the value that is being read, by numbers of pairs and items.
    """

    path: str
    problems: Problems
    nodes: Callable[[], Fields]
    zone: tzinfo = UTC
    steps: list[int] = field(default_factory=list)

    def error(self, code: str, message: str, fix: str = "") -> None:
        """Report a fault at the value that is being read."""
        self.problems.error(self._place(), code, message, fix)

    def error_at_key(self, code: str, message: str, fix: str = "") -> None:
        """Report a fault at its key."""
        self.problems.error(self._place(at_key=True), code, message, fix)

    def warning(self, code: str, message: str, fix: str = "") -> None:
        """Report a doubt at the value that is being read."""
        self.problems.warning(self._place(), code, message, fix)

    def _place(self, *, at_key: bool = False) -> Place:
        node: Node = self.nodes()
        key: Node = node
        for step in self.steps:
            if isinstance(node, Fields) and step < len(node.pairs):
                key, node = node.pairs[step]
            elif isinstance(node, Items) and step < len(node.items):
                node = node.items[step]
            # Else a text stands for a mapping, or the file was changed since.
        found = key if at_key else node
        return Place(self.path, found.line, found.column)
