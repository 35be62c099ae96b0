"""Source files as they were read: their values, with the line and column of each, and their texts."""

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
    """A list, with the place where it starts."""

    items: tuple["Node", ...]
    line: int
    column: int


class Fields(NamedTuple):
    """A mapping, with the place where it starts. Pairs are in the order of the file, including duplicate keys."""

    pairs: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """Return the first value of `key`, or None."""
        for name, node in self.pairs:
            if name.value == key:
                return node
        return None


Node = Scalar | Items | Fields

# The same values without places, which are rarely needed: a text, a list, or the pairs of a mapping. None is an absent
# value; an empty text in quotes is "" instead.
Pairs: TypeAlias = tuple[tuple[str, "Plain"], ...]
Plain: TypeAlias = str | list["Plain"] | Pairs | None


def is_empty(value: Plain) -> bool:
    """Return whether a value is absent, or a text of nothing but white space."""
    return value is None or (isinstance(value, str) and not value.strip(" \t\n"))


def plain(node: Node) -> Plain:
    """Return the value of a node, without places."""
    if isinstance(node, Scalar):
        return node.value if node.quoted or node.value.strip(" \t\n") else None
    return [plain(item) for item in node.items] if isinstance(node, Items) else plain_pairs(node)


def plain_pairs(fields: Fields) -> Pairs:
    """Return the pairs of a mapping, without places."""
    return tuple([(name.value, plain(node)) for name, node in fields.pairs])


@dataclass(frozen=True, slots=True)
class Source:
    """An announcement or issue file as it was read, not yet checked.

    `body_line` is the line of the body's first character. `reader` parses the text of the front matter into nodes.
    `again` takes the path, reads the file once more and returns front matter and body, both empty if the file no longer
    exists.

    To save memory, texts are kept as UTF-8, which for French takes half as much as a str. A sealed source has no texts,
    and one sent to another process has no nodes either. In the rare case that they are needed, `again` reads them.
    """

    path: str
    body_line: int
    digest: bytes  # SHA-256 of the file
    reader: Callable[[str], Fields] = field(compare=False, repr=False)
    again: Callable[[str], tuple[bytes, bytes]] | None = field(compare=False, repr=False)
    _texts: tuple[bytes, bytes] | None = field(compare=False, repr=False)
    _front: Fields | None = field(default=None, compare=False, repr=False)
    _positions: Positions | None = field(default=None, compare=False, repr=False)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle everything except nodes and positions."""
        return Source, (self.path, self.body_line, self.digest, self.reader, self.again, self._texts)

    def seal(self) -> None:
        """Drop the texts if they can be read again."""
        if self.again is not None:
            object.__setattr__(self, "_texts", None)
            object.__setattr__(self, "_positions", None)

    def _read(self) -> tuple[bytes, bytes]:
        """Return the texts of the front matter and of the body."""
        if self._texts is not None:
            return self._texts
        assert self.again is not None
        return self.again(self.path)

    @property
    def values(self) -> Pairs:
        """The values of the front matter, without places."""
        return plain_pairs(self.front)

    def has(self, key: str) -> bool:
        """Return whether the front matter has a value for `key` that is not empty."""
        return any(name.value == key and not is_empty(plain(node)) for name, node in self.front.pairs)

    @property
    def front(self) -> Fields:
        """The values of the front matter, each with its place."""
        if self._front is None:
            object.__setattr__(self, "_front", self.reader(self.text))
        assert self._front is not None
        return self._front

    @property
    def text(self) -> str:
        """The text of the front matter."""
        return self._read()[0].decode()

    def forget(self) -> None:
        """Drop nodes and positions, which are many small objects. They are created again if needed."""
        object.__setattr__(self, "_front", None)
        object.__setattr__(self, "_positions", None)

    @property
    def body(self) -> str:
        """The text after the front matter."""
        return self._read()[1].decode()

    def at(self, node: Node) -> Place:
        """Return the place of a value in the front matter."""
        return Place(self.path, node.line, node.column)

    def at_key(self, key: str) -> Place:
        """Return the place of the value of a key, or of the front matter if it has no such key."""
        return self.at(self.front.get(key) or self.front)

    def at_offset(self, offset: int) -> Place:
        """Return the place of a byte offset (UTF-8) in the body."""
        return self.at_character(self.positions.character(offset))

    def at_character(self, number: int) -> Place:
        """Return the place of a character in the body. `number` counts from 0."""
        return Place(self.path, *self.positions.line_and_column(number))

    @property
    def positions(self) -> Positions:
        """An index of the places in the body."""
        if self._positions is None:
            object.__setattr__(self, "_positions", Positions(self._read()[1], self.body_line))
        assert self._positions is not None
        return self._positions
