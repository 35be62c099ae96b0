"""Files as found: nodes with places, and the Source that holds them."""

from dataclasses import dataclass

from newsletter.problems import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A YAML or TOML value as text; `line` and `column` start at 1."""

    value: str
    line: int
    column: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list as found."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping as found, in the file's order; duplicate keys are all kept."""

    pairs: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """The first value under `key`, or None."""
        return next((node for name, node in self.pairs if name.value == key), None)


Node = Scalar | Items | Fields


@dataclass(frozen=True, slots=True)
class Source:
    """A file as found, not judged. `body_line` is the line of the body's first character.

    The body is kept in UTF-8: in French it takes half of what a str takes.
    """

    path: str
    front: Fields
    utf8: bytes
    body_line: int = 1

    @property
    def body(self) -> str:
        """What stands behind the front matter."""
        return self.utf8.decode()

    def at(self, node: Node) -> Place:
        """The place of a front-matter value."""
        return Place(self.path, node.line, node.column)

    def at_key(self, key: str) -> Place:
        """The place of a front-matter key's value, or of the front matter when it is absent."""
        return self.at(self.front.get(key) or self.front)

    def at_offset(self, offset: int) -> Place:
        """The place of a byte offset (UTF-8) in the body."""
        before = self.utf8[:offset].decode(errors="ignore")
        return Place(
            self.path,
            self.body_line + before.count("\n"),
            len(before) - before.rfind("\n"),
        )
