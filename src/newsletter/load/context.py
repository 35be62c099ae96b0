"""Report faulty values in front matter and settings, with the line and column of each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from newsletter.model import Fields, Items, Node
from newsletter.model.problems import Place, Problems


@dataclass(frozen=True, slots=True)
class FieldContext:
    """The context in which field types read the values of a file.

    `path` is the project path of the file, `problems` collects the faults, and `zone` is the publication's time zone.
    `nodes` returns the values of the file with their places; it is called only if there is a fault. `steps` is the path
    to the current value in these nodes: the index of a pair or item on each level.
    """

    path: str
    problems: Problems
    nodes: Callable[[], Fields]
    zone: tzinfo = UTC
    steps: list[int] = field(default_factory=list)

    def error(self, code: str, message: str, fix: str = "") -> None:
        """Report an error at the current value."""
        self.problems.error(self._place(), code, message, fix)

    def error_at_key(self, code: str, message: str, fix: str = "") -> None:
        """Report an error at the key of the current value."""
        self.problems.error(self._place(at_key=True), code, message, fix)

    def warning(self, code: str, message: str, fix: str = "") -> None:
        """Report a warning at the current value."""
        self.problems.warning(self._place(), code, message, fix)

    def _place(self, *, at_key: bool = False) -> Place:
        node: Node = self.nodes()
        key: Node = node
        for step in self.steps:
            if isinstance(node, Fields) and step < len(node.pairs):
                key, node = node.pairs[step]
            elif isinstance(node, Items) and step < len(node.items):
                node = node.items[step]
            # Otherwise, the value is the short form of a mapping, or the file has changed.
        target = key if at_key else node
        return Place(self.path, target.line, target.column)
