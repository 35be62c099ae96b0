"""Files as found: nodes with places, and the Source that holds them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pickle import PickleBuffer
from typing import Any, NamedTuple

from newsletter.problems import Place


class Scalar(NamedTuple):
    """A YAML or TOML value as text; `line` and `column` start at 1."""

    value: str
    line: int
    column: int
    quoted: bool = False


class Items(NamedTuple):
    """A list as found."""

    items: tuple["Node", ...]
    line: int
    column: int


class Fields(NamedTuple):
    """A mapping as found, in the file's order; duplicate keys are all kept."""

    pairs: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """The first value under `key`, or None."""
        for name, node in self.pairs:
            if name.value == key:
                return node
        return None


Node = Scalar | Items | Fields


@dataclass(frozen=True, slots=True)
class Source:
    """A file as found, not judged. `body_line` is the line of the body's first character.

    Texts are kept in UTF-8: in French it takes half of what a str takes, and between processes it needs no copy.
    The nodes of the front matter do not travel: `reader` makes them from its text where they are asked for.
    """

    path: str
    matter: bytes | memoryview  # the text of the front matter
    utf8: bytes | memoryview  # the body
    body_line: int
    reader: Callable[[str], Fields] = field(compare=False, repr=False)
    _front: Fields | None = field(default=None, compare=False, repr=False)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """All but the nodes."""
        return Source, (self.path, PickleBuffer(self.matter), PickleBuffer(self.utf8), self.body_line, self.reader)

    @property
    def front(self) -> Fields:
        """The front matter's values, each with its place."""
        if self._front is None:
            object.__setattr__(self, "_front", self.reader(self.text))
        assert self._front is not None
        return self._front

    @property
    def text(self) -> str:
        """The front matter as it was typed."""
        return str(self.matter, "utf-8")

    def forget(self) -> None:
        """Let go of the nodes, which are many and small: who still asks for one has them made again."""
        object.__setattr__(self, "_front", None)

    @property
    def body(self) -> str:
        """What stands behind the front matter."""
        return str(self.utf8, "utf-8")

    def at(self, node: Node) -> Place:
        """The place of a front-matter value."""
        return Place(self.path, node.line, node.column)

    def at_key(self, key: str) -> Place:
        """The place of a front-matter key's value, or of the front matter when it is absent."""
        return self.at(self.front.get(key) or self.front)

    def at_offset(self, offset: int) -> Place:
        """The place of a byte offset (UTF-8) in the body."""
        before = str(self.utf8[:offset], "utf-8", "ignore")
        return Place(
            self.path,
            self.body_line + before.count("\n"),
            len(before) - before.rfind("\n"),
        )
