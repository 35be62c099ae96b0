"""Build the HTML and plain text of a body, with operations that the event handlers share."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import ClassVar, NamedTuple

from newsletter.model import SLOT, Block, Picture, Prose, Reference
from newsletter.model.problems import Level

_FARTHEST = 40  # columns, out of 72, that a line of plain text may be indented
MAX_DEPTH = 100  # levels of nesting; mail programs and lxml recurse


class TooDeep(Exception):
    """The body is nested deeper than MAX_DEPTH levels."""


class Fault(NamedTuple):
    """A fault in a body. `offset` is in bytes from the start of the body."""

    code: str
    offset: int
    message: str
    fix: str = ""
    level: Level = "error"


class ElementPath(dict[str, "ElementPath"]):
    """The path of an element, such as `ul li p`. As a dictionary, it maps the tag of a child to the child's path.

    All bodies share these objects, because thousands of bodies contain only a few different paths.
    """

    __slots__ = ("chain", "closing", "opening", "parent", "rest")
    cache_size: ClassVar[int] = 0

    def __init__(self, parent: "ElementPath | None" = None, tag: str = "") -> None:
        super().__init__()
        self.parent: ElementPath = self if parent is None else parent
        self.chain: str = tag if parent is None or not parent.chain else f"{parent.chain} {tag}"
        self.rest = f"{SLOT}{self.chain}{SLOT}>"  # the end of the start tag, which follows its attributes
        self.opening = f"<{tag}{self.rest}"
        self.closing = f"</{tag}>"

    def __missing__(self, tag: str) -> "ElementPath":
        child = ElementPath(self, tag)
        if ElementPath.cache_size < 4096:  # a limit, so that malicious bodies cannot exhaust memory
            ElementPath.cache_size += 1
            self[tag] = child
        return child


TOP = ElementPath()


@lru_cache(maxsize=1024)
def _shared(chains: frozenset[str]) -> frozenset[str]:
    """Return the same object for equal sets, which saves memory because most bodies use the same few elements."""
    return chains


_make_block = partial(tuple.__new__, Block)


class ProseBuilder:
    """Collects the HTML, plain text blocks and references of a body."""

    __slots__ = (
        "anchors",
        "blocks",
        "chains",
        "event",
        "faults",
        "first",
        "has_hidden_text",
        "indents",
        "inlines",
        "label_overrides",
        "lead",
        "notes",
        "numbers",
        "paragraphs",
        "parts",
        "path",
        "pictures",
        "pieces",
        "references",
        "rest",
        "signs",
        "tight",
        "top",
    )

    def __init__(self, top: int, *, signs: bool) -> None:
        self.top = top  # level of the highest heading in the output
        self.signs = signs  # whether the body contains any of `&<>`
        self.event = 0  # number of the current event
        # For each fault: the number of its event, its offset in bytes from the start of that event, and a function that
        # takes an offset in the body and returns the fault.
        self.faults: list[tuple[int, int, Callable[[int], Fault]]] = []
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.references: list[Reference] = []
        self.pictures: list[Picture] = []
        self.paragraphs: list[int | str] = []  # the index of each paragraph's block, or its text if it differs
        self.lead = -1  # number of paragraphs before `<!--more-->`; -1 if the body has no such comment
        self.anchors: set[str] = set()
        self.path = TOP
        self.chains: set[str] = set()
        self.inlines: list[str] = []  # open inline elements (Markdown and HTML), to check that they nest
        self.first = self.rest = ""  # prefixes of the next text block: for its first line, and for its other lines
        self.indents: list[tuple[str, str, int]] = []  # for each indent: outer prefixes, number of blocks before it
        self.pieces: list[str] = []  # pieces of the current text block
        self.label_overrides: dict[int, str] = {}  # replacements for pieces in labels, by index of the piece
        self.has_hidden_text = False  # whether a label omits anything other than link addresses
        self.tight = False  # whether the next text block follows without an empty line
        # The numbers and contents of footnotes, by name.
        self.numbers: dict[str, int] = {}
        self.notes: dict[str, tuple[list[str], list[Block], set[str]]] = {}

    def fault(
        self, code: str, message: str, fix: str = "", level: Level = "error", event: int = -1, shift: int = 0
    ) -> None:
        """Record a fault `shift` bytes after the start of the event numbered `event` (default: the current one)."""
        number = self.event if event < 0 else event
        self.faults.append((number, shift, lambda offset: Fault(code, offset, message, fix, level)))

    def enter(self, tag: str, attributes: str = "") -> None:
        """Open an element."""
        path = self.path = self.path[tag]
        self.chains.add(path.chain)
        self.parts.append(f"<{tag}{attributes}{path.rest}" if attributes else path.opening)

    def leave(self) -> None:
        """Close the innermost element."""
        self.parts.append(self.path.closing)
        self.path = self.path.parent

    def rule(self) -> None:
        """Add an `<hr>`."""
        self.enter("hr")
        self.path = self.path.parent

    def label(self, start: int = 0) -> str:
        """Return the plain text of the pieces from index `start`, without link addresses and footnote numbers."""
        pieces = self.pieces[start:]
        if len(pieces) == 1 and start not in self.label_overrides:
            return pieces[0]
        for index in reversed(self.label_overrides):
            if index < start:
                break
            pieces[index - start] = self.label_overrides[index]
        return "".join(pieces)

    def add_hidden(self, piece: str, label: str = "") -> None:
        """Add a piece of plain text. In labels, `label` takes its place."""
        self.label_overrides[len(self.pieces)] = label
        self.has_hidden_text = self.has_hidden_text or piece[0] != SLOT
        self.pieces.append(piece)

    def clear(self) -> None:
        """Start a new text block."""
        self.pieces = []
        if self.label_overrides:
            self.label_overrides, self.has_hidden_text = {}, False

    def indent(self, first: str, rest: str) -> None:
        """Add `first` to the prefix of the next line, and `rest` to the prefix of the lines after it.

        `rest` is not added if that would leave too little room for text.
        """
        self.indents.append((self.first, self.rest, len(self.blocks)))
        self.first += first
        if len(self.rest) + len(rest) <= _FARTHEST:
            self.rest += rest

    def outdent(self) -> None:
        """Undo the last call of indent()."""
        first, self.rest, blocks = self.indents.pop()
        self.first = first if blocks == len(self.blocks) else self.rest

    def block(self, kind: str, words: str, level: int = 0) -> None:
        """Finish the current text block. In a list item, only the first block starts with the item's marker."""
        self.blocks.append(_make_block((kind, words, self.first, self.rest, level, self.tight)))
        self.first = self.rest
        self.pieces = []
        if self.label_overrides:
            self.label_overrides, self.has_hidden_text = {}, False
        self.tight = False

    def flush(self) -> None:
        """Finish a text block that is not inside a paragraph, as in the items of a tight list."""
        words = "".join(self.pieces)
        if words and not words.isspace():
            self.block("paragraph", words)
            self.tight = True
        else:
            self.clear()

    def finish(self) -> Prose:
        """Append the footnotes, and return the result."""
        numbered = sorted((number, name) for name, number in self.numbers.items() if name in self.notes)
        if numbered:
            self.rule()
            self.enter("ol")
        for number, name in numbered:
            parts, blocks, chains = self.notes[name]
            self.enter("li", page_only(f' id="note-{number}"'))
            self.parts += parts
            self.chains |= chains
            self.parts.append(page_only(f'<a href="#ref-{number}" aria-label="↩ {number}">↩</a>'))
            self.leave()
            sign = f"[{number}] "
            for index, block in enumerate(blocks):
                first = sign if index == 0 else " " * len(sign)
                self.blocks.append(block._replace(first=first, rest=" " * len(sign)))
        if numbered:
            self.leave()
        return Prose(
            "".join(self.parts).strip("\n"), tuple(self.blocks), tuple(self.references), tuple(self.paragraphs),
            self.lead, frozenset(self.anchors), _shared(frozenset(self.chains)), tuple(self.pictures),
        )  # fmt: skip


def page_only(html: str) -> str:
    """Mark HTML that must appear only on web pages."""
    return f"{SLOT}#{html}{SLOT}"
