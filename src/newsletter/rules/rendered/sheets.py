"""Parse the CSS and markup in the files of a theme, and define rules for the CSS."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding

FAMILY = Family(
    "css", "CSS in a theme that mail programs misread. The line of the style sheet or template is reported."
)

_JINJA = re.compile(r"(?=(\{[#%{]))")
_ENDS = {"{#": "#}", "{%": "%}", "{{": "}}"}
# A comment or style without an end matches up to the end of the text, so that it is searched only once.
_COMMENTS = tuple(
    re.compile(rf"{begin}.*?(?:({end})|\Z)", re.DOTALL) for begin, end in ((r"/\*", r"\*/"), ("<!--", "-->"))
)
_STYLE = re.compile(r"<(mj-style|style)\b[^<>]*>(?P<css>.*?)(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\sstyle=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TAG = re.compile(r"<([a-z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_DECLARATION = re.compile(r"(?<![\w-])([a-z-]+)\s*+:\s*+([^;{}]+)", re.IGNORECASE)
_SELECTOR = re.compile(r"(?:^|(?<=[{};]))\s*+([^@{};\s][^{};]*)(?=\{)")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A part of a file that rules check. `kind` is css, selector, at, tag, attribute or declaration."""

    kind: str
    name: str
    value: str
    offset: int


@dataclass(slots=True)
class Sheet:
    """A file of the theme, parsed once for all rules."""

    path: str
    source: str
    pieces: tuple[SheetPart, ...] = field(init=False)
    _lines: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        # A Jinja expression becomes a value of the same length.
        plain = _without_jinja(self.source)
        for comment in _COMMENTS:
            plain = comment.sub(lambda m: _blanked(m[0], " ") if m[1] else m[0], plain)
        self.pieces = tuple(_css(plain, 0) if self.path.endswith(".css") else _markup(plain))

    @property
    def _starts(self) -> Sequence[int]:
        """The offset of each line. It is computed only once."""
        if not self._lines:
            self._lines += [0, *(match.end() for match in re.finditer("\n", self.source))]
        return self._lines

    def place(self, offset: int) -> Place:
        """Convert an offset in the source to a place."""
        line = bisect_right(self._starts, offset)
        return Place(self.path, line, offset - self._starts[line - 1] + 1)


def _without_jinja(source: str) -> str:
    """Replace Jinja expressions with zeros, and other Jinja tags with blanks."""
    pieces: list[str] = []
    start = 0
    unclosed: set[str] = set()  # kinds of tags that are not closed in the rest of the text
    for match in _JINJA.finditer(source):
        opening = match[1]
        if match.start() < start or opening in unclosed:
            continue
        end = source.find(_ENDS[opening], match.start() + 2)
        if end < 0:
            unclosed.add(opening)
            continue
        filler = "0" if opening == "{{" else " "
        pieces += source[start : match.start()], _blanked(source[match.start() : end + 2], filler)
        start = end + 2
    return "".join((*pieces, source[start:]))


def _blanked(text: str, sign: str) -> str:
    return re.sub(r"[^\n]", sign, text)


def _css(text: str, start: int) -> Iterator[SheetPart]:
    yield SheetPart("css", "", text, start)
    for match in re.finditer(r"@([a-z-]+)", text, re.IGNORECASE):
        yield SheetPart("at", match[1].lower(), "", start + match.start())
    for match in _SELECTOR.finditer(text):
        yield SheetPart("selector", "", match[1].rstrip(), start + match.start(1))
    for match in re.finditer(r"\{([^{}]*)\}", text):
        yield from _declarations(match[1], start + match.start(1))


def _declarations(text: str, start: int) -> Iterator[SheetPart]:
    for match in _DECLARATION.finditer(text):
        yield SheetPart("declaration", match[1].lower(), match[2].rstrip(), start + match.start())


def _markup(text: str) -> Iterator[SheetPart]:
    for match in _STYLE.finditer(text):
        yield from _css(match["css"], match.start("css"))
    for match in _ATTRIBUTE.finditer(text):
        group = 1 if match[1] is not None else 2
        yield SheetPart("css", "", match[group], match.start(group))
        yield from _declarations(match[group], match.start(group))
    for match in _TAG.finditer(text):
        yield SheetPart("tag", match[1].lower(), "", match.start())
        if not match[1].startswith("mj-"):
            for attribute in re.finditer(r"\s([a-z-]+)(?==|\s|/?$)", match[2], re.IGNORECASE):
                yield SheetPart("attribute", attribute[1].lower(), "", match.start(2) + attribute.start(1))


_FRAGILE: Mapping[str, tuple[str, str]] = {
    r"[^\s!]!\s*important|![ \t]+important|!(?!important)(?i:important)": (
        "Orange, Outlook and Gmail misread this", "write ' !important' in lower case, with a space before it",
    ),
    r"\b(?:rgb|hsl)a?\(\s*[\d.]+%?\s+[\d.]+": (
        "Gmail removes the whole rule for this", "separate the numbers with commas, or write #rrggbb",
    ),
}  # fmt: skip


@FAMILY.rule("fragile-css", "CSS that disables its whole rule", fails="color: red!important",
             passes="color: red !important")  # fmt: skip
def fragile_css(sheet: Sheet) -> Iterator[Finding]:
    """Some mistakes make a mail program ignore the whole rule or attribute. Examples are `!important` without a space
    before it (Orange, Outlook) or in capitals (Gmail), and `rgb(0 0 0)` without commas (Gmail).
    """
    for piece in sheet.pieces:
        for pattern, (effect, fix) in _FRAGILE.items() if piece.kind == "css" else ():
            for match in re.finditer(pattern, piece.value):
                yield Finding(sheet.place(piece.offset + match.start()), f"'{match[0]}': {effect}", fix)
