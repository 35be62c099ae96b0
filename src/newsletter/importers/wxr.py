"""Read the entries of a WordPress export (WXR) one at a time.

Apart from the export itself, memory holds only the entries in one piece of it.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

from newsletter.importers.draft import Unreadable

MAX_ELEMENTS = 5_000_000
MAX_DEPTH = 50
MAX_PARTS = 100_000  # elements of one entry; each comment has about twelve
_PIECE = 4 * 2**20  # bytes to parse at a time
_CONTENT = "http://purl.org/rss/1.0/modules/content/"


class ExportItem:
    """One entry of an export.

    `texts` maps the names of child elements to their text, `labels` lists categories and tags, and
    `meta` contains the values that plugins added (`postmeta`).
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.labels: list[str] = []
        self.meta: dict[str, str] = {}
        self.comments = 0

    def of(self, name: str) -> str:
        """Return the text of the child `name`, or ""."""
        return self.texts.get(name, "")


class _ExportReader:
    """Builds entries from expat's events.

    The caller empties `entries` after each piece.
    """

    def __init__(self) -> None:
        self.entries: list[ExportItem] = []
        self.item: ExportItem | None = None
        self.path: list[str] = []  # local names from `item` inwards
        self.depth = self.elements = self.parts = 0
        self.domain = ""
        self.pair: dict[str, str] = {}
        self.texts: list[list[str]] = []  # of the elements in `path`
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.buffer_size = 2**16
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def doctype(self, *_: object) -> None:
        """Refuse document types.

        They declare entities and default attributes, which can expand without limit.
        """
        raise Unreadable("its XML declares a document type or entities; do not trust this file")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        self.parts += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS or (self.item and self.parts > MAX_PARTS):
            raise Unreadable("its XML has more or deeper elements than any export")
        space, _, local = name.rpartition(" ")
        if self.item is None:
            if local == "item":
                self.item, self.path, self.parts = ExportItem(), [], 0
            return
        if local == "encoded":
            local = "content" if space == _CONTENT else "excerpt"
        self.path.append(local)
        self.texts.append([])
        if len(self.path) == 1:
            self.domain, self.pair = attributes.get("domain", ""), {}

    def text(self, content: str) -> None:
        if self.item is not None and len(self.path) in (1, 2):
            self.texts[-1].append(content)

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.item is None:
            return
        if not self.path:
            self.entries.append(self.item)
            self.item = None
            return
        name, text = self.path.pop(), "".join(self.texts.pop())
        if self.path:
            if self.path == ["postmeta"]:
                self.pair[name] = text
        elif name == "category":
            if self.domain in ("category", "post_tag"):
                self.item.labels.append(text)
        elif name == "postmeta":
            self.item.meta[self.pair.get("meta_key", "")] = self.pair.get("meta_value", "")
        elif name == "comment":
            self.item.comments += 1
        else:
            self.item.texts[name] = text


def items(content: bytes) -> Iterator[ExportItem]:
    """Yield the entries of an export.

    Raises Unreadable, at any point, for damaged or malicious XML.
    """
    reader = _ExportReader()
    starts = range(0, len(content) or 1, _PIECE)
    for start in starts:
        try:
            reader.parser.Parse(content[start : start + _PIECE], start == starts[-1])
        except (expat.ExpatError, ValueError, LookupError) as fault:
            if isinstance(fault, Unreadable):
                raise
            reason = re.sub(r"\s+", " ", str(fault))
            raise Unreadable(f"its XML is damaged: {reason}") from None
        yield from reader.entries
        reader.entries.clear()
