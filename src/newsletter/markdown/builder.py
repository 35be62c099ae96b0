"""writing: the state of one body while it is read, and the few moves every event is made of."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import ClassVar, NamedTuple

from newsletter.model import SLOT, Block, Picture, Prose, Reference
from newsletter.model.problems import Level

_FARTHEST = 40  # columns, of 72, that may stand before a line of the text part
MAX_DEPTH = 100  # levels; mail programs and lxml recurse


class TooDeep(Exception):
    """What is being read lies deeper than MAX_DEPTH levels."""


class Fault(NamedTuple):
    """Something wrong in a body, at a byte offset."""

    code: str
    offset: int
    message: str
    fix: str = ""
    level: Level = "error"


class Spot(dict[str, "Spot"]):
    """Where an element stands, and by name those that stand in it. Of these there are few, in thousands of bodies."""

    __slots__ = ("chain", "closing", "opening", "outside", "rest")
    kept: ClassVar[int] = 0

    def __init__(self, outside: "Spot | None" = None, tag: str = "") -> None:
        super().__init__()
        self.outside: Spot = self if outside is None else outside
        self.chain: str = tag if outside is None or not outside.chain else f"{outside.chain} {tag}"
        self.rest = f"{SLOT}{self.chain}{SLOT}>"  # of an opening tag, behind its attributes
        self.opening = f"<{tag}{self.rest}"
        self.closing = f"</{tag}>"

    def __missing__(self, tag: str) -> "Spot":
        made = Spot(self, tag)
        if Spot.kept < 4096:  # bodies made to fill the memory
            Spot.kept += 1
            self[tag] = made
        return made


TOP = Spot()


@lru_cache(maxsize=1024)
def _first(chains: frozenset[str]) -> frozenset[str]:
    """Of equal sets the first that came: most bodies hold the same few elements."""
    return chains


_block = partial(tuple.__new__, Block)


class Writing:
    """HTML, text blocks and references as they grow."""

    __slots__ = (
        "anchors",
        "blocks",
        "chains",
        "event",
        "faults",
        "first",
        "indents",
        "inlines",
        "lead",
        "notes",
        "numbers",
        "odd",
        "paragraphs",
        "parts",
        "pictures",
        "pieces",
        "references",
        "rest",
        "signs",
        "spot",
        "tight",
        "top",
        "unlike",
    )

    def __init__(self, top: int, *, signs: bool) -> None:
        self.top = top  # the level that the highest heading is shown as
        self.signs = signs  # whether the body holds any of `&<>`
        self.event = 0  # the number of the one being read
        # Arguments of a Fault; the number of an event, and bytes behind its beginning, stand for the offset.
        self.faults: list[tuple[int, int, Callable[[int], Fault]]] = []
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.references: list[Reference] = []
        self.pictures: list[Picture] = []
        self.paragraphs: list[int | str] = []
        self.lead = -1
        self.anchors: set[str] = set()
        self.spot = TOP
        self.chains: set[str] = set()
        self.inlines: list[str] = []  # open inlines, Markdown's and HTML's, to see that they nest
        self.first = self.rest = ""  # what begins the first line of the next text block, and its other lines
        self.indents: list[tuple[str, str, int]] = []  # the same outside, and how many blocks there were then
        self.pieces: list[str] = []  # of the text block being written
        self.unlike: dict[int, str] = {}  # pieces, by number, that a label has otherwise
        self.odd = False  # whether one of them is something else than the address of a link
        self.tight = False  # no empty line before the next text block
        # Footnotes by name: their number, and what they hold.
        self.numbers: dict[str, int] = {}
        self.notes: dict[str, tuple[list[str], list[Block], set[str]]] = {}

    def fault(
        self, code: str, message: str, fix: str = "", level: Level = "error", event: int = -1, further: int = 0
    ) -> None:
        """Keep a fault: at the event being read or another, so many bytes behind its beginning."""
        at = self.event if event < 0 else event
        self.faults.append((at, further, lambda offset: Fault(code, offset, message, fix, level)))

    def enter(self, tag: str, attributes: str = "") -> None:
        """Open an element."""
        spot = self.spot = self.spot[tag]
        self.chains.add(spot.chain)
        self.parts.append(f"<{tag}{attributes}{spot.rest}" if attributes else spot.opening)

    def leave(self) -> None:
        """Close the innermost element."""
        self.parts.append(self.spot.closing)
        self.spot = self.spot.outside

    def rule(self) -> None:
        """An element that holds nothing."""
        self.enter("hr")
        self.spot = self.spot.outside

    def label(self, begun: int = 0) -> str:
        """The plain text of the pieces from `begun` on: without addresses and signs of footnotes."""
        pieces = self.pieces[begun:]
        if len(pieces) == 1 and begun not in self.unlike:
            return pieces[0]
        for index in reversed(self.unlike):
            if index < begun:
                break
            pieces[index - begun] = self.unlike[index]
        return "".join(pieces)

    def unspoken(self, piece: str, label: str = "") -> None:
        """A piece of the text part that a label leaves out, or has as `label`."""
        self.unlike[len(self.pieces)] = label
        self.odd = self.odd or piece[0] != SLOT
        self.pieces.append(piece)

    def clear(self) -> None:
        """Begin another text block."""
        self.pieces = []
        if self.unlike:
            self.unlike, self.odd = {}, False

    def indent(self, first: str, rest: str) -> None:
        """From here on, the first line begins with `first` as well, the others with `rest`.

        Lines that begin so far to the right that no text has room there begin where those outside do.
        """
        self.indents.append((self.first, self.rest, len(self.blocks)))
        self.first += first
        if len(self.rest) + len(rest) <= _FARTHEST:
            self.rest += rest

    def outdent(self) -> None:
        """Undo the last indent()."""
        first, self.rest, blocks = self.indents.pop()
        self.first = first if blocks == len(self.blocks) else self.rest

    def block(self, kind: str, words: str, level: int = 0) -> None:
        """A text block. Only the first one of an item begins with its sign."""
        self.blocks.append(_block((kind, words, self.first, self.rest, level, self.tight)))
        self.first = self.rest
        self.pieces = []
        if self.unlike:
            self.unlike, self.odd = {}, False
        self.tight = False

    def flush(self) -> None:
        """End the text of a tight item, which has no paragraph of its own."""
        words = "".join(self.pieces)
        if words and not words.isspace():
            self.block("paragraph", words)
            self.tight = True
        else:
            self.clear()

    def finish(self) -> Prose:
        """What was read, with the footnotes behind the text."""
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
            self.lead, frozenset(self.anchors), _first(frozenset(self.chains)), tuple(self.pictures),
        )  # fmt: skip


def page_only(html: str) -> str:
    """HTML that stands on web pages only."""
    return f"{SLOT}#{html}{SLOT}"
