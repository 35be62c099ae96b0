"""Source files as they are read: the values of the front matter, with the line and column of each, and the body."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

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
class SourceFile:
    """An announcement or issue file at the time when it was read; `load.reread` returns its content again.

    `root` is the absolute path of the project, and `path` is the path of the file, relative to `root`. `body_line` is
    the line of the body's first character, and `digest` is the SHA-256 of its UTF-8 text with LF line endings and
    without a byte order mark.
    """

    path: str
    body_line: int
    digest: bytes
    root: str = field(compare=False, repr=False)


@dataclass(frozen=True)
class Source:
    """The content of an announcement or issue file, not yet checked: the values of its front matter, and its body."""

    file: SourceFile
    front: Fields
    utf8_body: bytes

    @property
    def path(self) -> str:
        """The path of the file, relative to the project."""
        return self.file.path

    @property
    def body_line(self) -> int:
        """The line of the body's first character."""
        return self.file.body_line

    @cached_property
    def values(self) -> Pairs:
        """The values of the front matter, without places."""
        return plain_pairs(self.front)

    @cached_property
    def body(self) -> str:
        """The text after the front matter."""
        return self.utf8_body.decode()

    @cached_property
    def positions(self) -> Positions:
        """An index of the places in the body."""
        return Positions(self.utf8_body, self.body_line)

    def has(self, key: str) -> bool:
        """Return whether the front matter has a value for `key` that is not empty."""
        return any(name.value == key and not is_empty(plain(node)) for name, node in self.front.pairs)

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
