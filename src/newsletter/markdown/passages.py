"""Extract the running text of a body, with the offset of each character, for typographic checks and hints."""

from typing import Any

from newsletter.model.positions import Positions
from newsletter.text.typography import OPAQUE, Passage

_ENDS = frozenset(("Paragraph", "Item", "TableCell", "BlockQuote", "FootnoteDefinition", "Heading"))
# The text of these links is an address, or must match the name of a link definition.
_NO_TEXT = frozenset(("Autolink", "Email", "Shortcut", "Collapsed"))


def find_passages(body: str, events: list[tuple[Any, Any]]) -> tuple[Passage, ...]:
    """Return a passage for each paragraph, heading, list item and table cell.

    `events` is the list of pyromark's events with their ranges. Adjacent texts must not be merged.
    """
    reader, positions = _PassageReader(), Positions(body.encode())
    skipped: list[str] = []  # open code blocks and links whose text is skipped
    for payload, span in events:
        if isinstance(payload, str):
            reader.add("\n" if payload.endswith("Break") else OPAQUE, -1)
            continue
        verb, value = next(iter(payload.items()))
        name, details = next(iter(value.items())) if isinstance(value, dict) else (value, None)
        if verb == "Start" and (name == "CodeBlock" or _has_no_text(details)):
            skipped.append(name)
            reader.add(OPAQUE, -1)
        elif verb == "End" and skipped[-1:] == [name]:
            skipped.pop()
        elif verb in ("Start", "End") and name in _ENDS:
            reader.end()
        elif verb == "Text" and not skipped:
            reader.read(body, value, positions.character(span["start"]), positions.character(span["end"]))
        elif verb in ("Code", "InlineHtml", "FootnoteReference"):
            reader.add(OPAQUE, -1)
    reader.end()
    return tuple(reader.passages)


class _PassageReader:
    """Assembles passages from pieces of text."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self.text: list[str] = []
        self.offsets: list[int] = []

    def add(self, piece: str, start: int) -> None:
        self.text.append(piece)
        self.offsets.extend(range(start, start + len(piece)) if start >= 0 else [-1] * len(piece))

    def read(self, body: str, value: str, start: int, stop: int) -> None:
        """Add a piece of text. An entity becomes OPAQUE, and so does the backslash of an escaped character."""
        if body[start:stop] != value:
            self.add(OPAQUE, -1)
        elif body[max(start - 1, 0) : start] == "\\":
            self.add(OPAQUE, -1)
            self.add(value[1:], start + 1)
        else:
            self.add(value, start)

    def end(self) -> None:
        if "".join(self.text).strip(OPAQUE + " \n"):
            self.passages.append(Passage("".join(self.text), tuple(self.offsets)))
        self.text, self.offsets = [], []


def _has_no_text(details: Any) -> bool:
    return isinstance(details, dict) and details.get("link_type") in _NO_TEXT
