"""Files as found: nodes with places, and the Source that holds them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from newsletter.model.positions import Positions
from newsletter.model.problems import Place


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

# The same without places, which nearly nobody asks for: a text, a list, the pairs of a mapping; None stands for
# nothing, which a text in quotes is not, even an empty one.
Pairs: TypeAlias = tuple[tuple[str, "Plain"], ...]
Plain: TypeAlias = str | list["Plain"] | Pairs | None


def is_empty(given: Plain) -> bool:
    """An empty value counts as absent."""
    return given is None or (isinstance(given, str) and not given.strip(" \t\n"))


def plain(node: Node) -> Plain:
    """The value of a node."""
    if isinstance(node, Scalar):
        return node.value if node.quoted or node.value.strip(" \t\n") else None
    return [plain(item) for item in node.items] if isinstance(node, Items) else plain_pairs(node)


def plain_pairs(fields: Fields) -> Pairs:
    """The values of a mapping."""
    return tuple([(name.value, plain(node)) for name, node in fields.pairs])


@dataclass(frozen=True, slots=True)
class Source:
    """A file as found, not judged. `body_line` is the line of the body's first character.

    Texts are kept in UTF-8: in French it takes half of what a str takes. Sealed, a source leaves them behind, and
    the values of the front matter when it travels: few ask for them again, and for those `again` reads the file once
    more (front matter and body; empty when it has gone). `readers` make values and nodes from the front matter's text;
    nodes only faults want.
    """

    path: str
    body_line: int
    digest: bytes  # SHA-256 of the file
    readers: tuple[Callable[[str], Pairs], Callable[[str], Fields]] = field(compare=False, repr=False)
    again: Callable[[str], tuple[bytes, bytes]] | None = field(compare=False, repr=False)
    _texts: tuple[bytes, bytes] | None = field(compare=False, repr=False)
    _given: Pairs | None = field(default=None, compare=False, repr=False)
    _front: Fields | None = field(default=None, compare=False, repr=False)
    _positions: Positions | None = field(default=None, compare=False, repr=False)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """All but values and nodes."""
        return Source, (self.path, self.body_line, self.digest, self.readers, self.again, self._texts)

    def seal(self) -> None:
        """Leave the texts behind, if they can be read again."""
        if self.again is not None:
            object.__setattr__(self, "_texts", None)
            object.__setattr__(self, "_positions", None)

    def _read(self) -> tuple[bytes, bytes]:
        """The texts of the front matter and of the body."""
        if self._texts is not None:
            return self._texts
        assert self.again is not None
        return self.again(self.path)

    @property
    def given(self) -> Pairs:
        """The front matter's values."""
        if self._given is None:
            given = self.readers[0](self.text) if self._front is None else plain_pairs(self._front)
            object.__setattr__(self, "_given", given)
        assert self._given is not None
        return self._given

    def has(self, key: str) -> bool:
        """Whether the front matter gives the key a value; an empty one counts as absent."""
        return any(name == key and not is_empty(value) for name, value in self.given)

    @property
    def front(self) -> Fields:
        """The front matter's values, each with its place."""
        if self._front is None:
            object.__setattr__(self, "_front", self.readers[1](self.text))
        assert self._front is not None
        return self._front

    @property
    def text(self) -> str:
        """The front matter as it was typed."""
        return self._read()[0].decode()

    def forget(self) -> None:
        """Let go of values and nodes, which are many and small: who still asks for one has them made again."""
        object.__setattr__(self, "_given", None)
        object.__setattr__(self, "_front", None)
        object.__setattr__(self, "_positions", None)

    @property
    def body(self) -> str:
        """What stands behind the front matter."""
        return self._read()[1].decode()

    def at(self, node: Node) -> Place:
        """The place of a front-matter value."""
        return Place(self.path, node.line, node.column)

    def at_key(self, key: str) -> Place:
        """The place of a front-matter key's value, or of the front matter when it is absent."""
        return self.at(self.front.get(key) or self.front)

    def at_offset(self, offset: int) -> Place:
        """The place of a byte offset (UTF-8) in the body."""
        return self.at_character(self.positions.character(offset))

    def at_character(self, number: int) -> Place:
        """The place of a character in the body, counted from 0."""
        return Place(self.path, *self.positions.line_and_column(number))

    @property
    def positions(self) -> Positions:
        """The places in the body."""
        if self._positions is None:
            object.__setattr__(self, "_positions", Positions(self._read()[1], self.body_line))
        assert self._positions is not None
        return self._positions
