"""writing: the state of one body while it is read, and the few moves every event is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.model import Block, Element, PageOnly, Part, Picture, Prose, Reference
from newsletter.problems import Level


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a body, at a byte offset."""

    code: str
    offset: int
    message: str
    fix: str = ""
    level: Level = "error"


# Of these there are few, and each stands in thousands of bodies.
@lru_cache(maxsize=4096)
def _element(outside: str, tag: str, attributes: str, href: str, page: str) -> Element:
    return Element(f"{outside} {tag}" if outside else tag, attributes, href, page)


@lru_cache(maxsize=256)
def _closing(tag: str) -> str:
    return f"</{tag}>"


class Writing:
    """HTML parts, text blocks and references as they grow."""

    def __init__(self, levels: Iterator[int], entities: bool) -> None:
        self.levels = levels  # of the headings to come
        self.entities = entities
        self.faults: list[Fault] = []
        self.parts: list[Part] = []
        self.blocks: list[Block] = []
        self.references: list[Reference] = []
        self.paragraphs: list[str] = []
        self.lead = -1
        self.anchors: set[str] = set()
        self.chain = ""  # the open elements, "blockquote p"
        self.open: list[tuple[str, str]] = []  # (element, chain outside it)
        self.inlines: list[str] = []  # open inlines, Markdown's and HTML's, to see that they nest
        self.lines: list[tuple[str, str]] = []  # what begins the first and the other lines
        self.pieces: list[str] = []  # of the text block being written
        self.label: list[str] = []  # plain text of the paragraph or heading being written
        self.tight = False  # no empty line before the next text block
        self.image: tuple[str, str, int] | None = None  # target, title, offset
        # Footnotes by name: their number, and what they hold.
        self.numbers: dict[str, int] = {}
        self.notes: dict[str, tuple[list[Part], list[Block]]] = {}

    def fault(self, code: str, offset: int, message: str, fix: str = "", level: Level = "error") -> None:
        """Keep a fault."""
        self.faults.append(Fault(code, offset, message, fix, level))

    def enter(self, tag: str, attributes: str = "", href: str = "", page: str = "") -> None:
        """Open an element."""
        self.open.append((tag, self.chain))
        element = _element(self.chain, tag, attributes, href, page)
        self.chain = element.chain
        self.parts.append(element)

    def leave(self) -> None:
        """Close the innermost element."""
        tag, self.chain = self.open.pop()
        self.parts.append(_closing(tag))

    def write(self, html: str, plain: str) -> None:
        """Text in both forms."""
        self.parts.append(html)
        self.pieces.append(plain)
        self.label.append(plain)

    def block(self, kind: str, level: int = 0) -> None:
        """End the text block that `pieces` holds."""
        first = "".join(lead for lead, _ in self.lines)
        rest = "".join(lead for _, lead in self.lines)
        # Only the first block of an item begins with its sign.
        self.lines = [(lead, lead) for _, lead in self.lines]
        self.blocks.append(Block(kind, tuple(self.pieces), first, rest, level, self.tight))
        self.pieces = []
        self.tight = False

    def flush(self) -> None:
        """End the text of a tight item, which has no paragraph of its own."""
        if "".join(self.pieces).strip():
            self.block("paragraph")
            self.tight = True
        self.pieces = []

    def finish(self) -> Prose:
        """What was read, with the footnotes behind the text."""
        numbered = sorted((number, name) for name, number in self.numbers.items() if name in self.notes)
        if numbered:
            self.enter("hr")
            _, self.chain = self.open.pop()
            self.enter("ol")
        for number, name in numbered:
            parts, blocks = self.notes[name]
            self.enter("li", page=f' id="note-{number}"')
            self.parts += parts
            self.parts.append(PageOnly(f'<a href="#ref-{number}" aria-label="↩ {number}">↩</a>'))
            self.leave()
            sign = f"[{number}] "
            for index, block in enumerate(blocks):
                first = sign if index == 0 else " " * len(sign)
                rest = " " * len(sign)
                self.blocks.append(Block(block.kind, block.pieces, first, rest, block.level, block.tight))
        if numbered:
            self.leave()
        return Prose(
            tuple(self.parts), tuple(self.blocks), tuple(self.references), tuple(self.paragraphs),
            self.lead, frozenset(self.anchors),
            frozenset(part.chain for part in self.parts if isinstance(part, (Element, Picture))),
        )  # fmt: skip
