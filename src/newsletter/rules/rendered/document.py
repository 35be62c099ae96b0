"""document: HTML read once for all rules: its elements by tag, and how each looks by its inline styles."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from lxml import etree, html

from newsletter.theme.content import HEAD, TAIL

_SLOT = re.compile(f"{HEAD}\\d+{TAIL}")
_NAMES = {"black": "#000000", "white": "#ffffff", "red": "#ff0000", "gray": "#808080", "grey": "#808080"}
_SILENT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_BLOCKS = frozenset("p div td th li h1 h2 h3 h4 h5 h6 blockquote pre ul ol table tr body section main".split())


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How an element's text looks: colours as `#rrggbb`, sizes in px, as far as inline styles say."""

    colour: str = "#000000"
    ground: str = "#ffffff"
    size: float = 16.0
    line: float = 1.4  # line height, as a factor
    bold: bool = False
    underlined: bool = False
    justified: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Document:
    """A parsed HTML document. `text` is its source; slots in it stand for content.

    In what `is_shape`, all addresses are the template's own.
    `host` is the publication's own; `known_pairs` are colours (text, ground) that are told elsewhere.
    """

    text: str
    is_mail: bool = True
    is_shape: bool = True
    host: str = ""
    known_pairs: frozenset[tuple[str, str]] = frozenset()
    elements: list[Any] = field(init=False)
    tags: dict[str, list[Any]] = field(init=False, default_factory=dict)
    looks: dict[Any, TextStyle] = field(init=False, default_factory=dict)
    _starts: dict[str, dict[Any, int]] = field(init=False, default_factory=dict)
    _shown: str = field(init=False, default="")

    def __post_init__(self) -> None:
        try:
            root = html.document_fromstring(self.text)
        except etree.ParserError:  # nothing, or nothing but a comment: what a theme printed may be that
            root = html.document_fromstring("<html></html>")
        self.elements = [element for element in root.iter() if isinstance(element.tag, str)]
        for element in self.elements:
            self.tags.setdefault(element.tag, []).append(element)
            above = element.getparent()
            self.looks[element] = _look(element, self.looks[above] if above is not None else TextStyle())

    def all(self, *tags: str) -> Iterator[Any]:
        """The elements of these tags, in the order of the document when there is one tag."""
        for tag in tags:
            yield from self.tags.get(tag, ())

    def offset(self, element: Any) -> int:
        """Where the element's tag begins in the text: the parser tells lines only, so tags are counted."""
        if element.tag not in self._starts:
            if not self._shown:
                self._shown = _SILENT.sub(_blank, self.text)
            starts = (match.start() for match in re.finditer(rf"<{element.tag}\b", self._shown, re.IGNORECASE))
            self._starts[element.tag] = dict(zip(self.tags[element.tag], starts, strict=False))
        return self._starts[element.tag].get(element, 0)


def _blank(match: re.Match[str]) -> str:
    if match[1]:  # the tag itself counts
        return match[0][: len(match[1]) + 1] + " " * (len(match[0]) - len(match[1]) - 1)
    return " " * len(match[0])


def name_of(element: Any) -> str:
    """An element's text as a screen reader says it: its label, its text, what its images show."""
    if label := element.get("aria-label"):
        return str(label)
    words = ["".join(element.itertext(with_tail=False))]
    words += [image.get("alt") or "" for image in element.iter("img")]
    return " ".join(" ".join(words).split())


def own_text(element: Any) -> str:
    """The text that stands in the element itself, not in those inside it."""
    tails = (child.tail or "" for child in element)
    return (element.text or "").strip() + "".join(tail.strip() for tail in tails)


def is_content(value: str | None) -> bool:
    """Whether a value is filled in for each mail, so that nothing is known of it."""
    return bool(value and _SLOT.search(value))


@lru_cache(maxsize=4096)
def style_of(style: str) -> Mapping[str, str]:
    """A style attribute's declarations; the last of a name stands."""
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


@lru_cache(maxsize=1024)
def colour_of(value: str) -> str:
    """A CSS colour as `#rrggbb`, or "" for what is none or transparent."""
    value = value.replace("!important", "").strip().lower()
    value = _NAMES.get(value, value)
    if match := re.fullmatch(r"#([0-9a-f])([0-9a-f])([0-9a-f])", value):
        return f"#{match[1] * 2}{match[2] * 2}{match[3] * 2}"
    if match := re.fullmatch(r"rgb\((\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})\)", value):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return value if re.fullmatch(r"#[0-9a-f]{6}", value) else ""


def _look(element: Any, above: TextStyle) -> TextStyle:
    style = style_of(element.get("style") or "")
    is_link = element.tag == "a"
    if not style and not element.get("bgcolor") and not is_link:
        return above if element.tag not in ("b", "strong", "th") else replace(above, bold=True)
    ground = style.get("background-color") or style.get("background", "").split(" ")[0] or element.get("bgcolor") or ""
    decoration = style.get("text-decoration", "underline" if is_link and element.get("href") else "")
    underlined = "underline" in decoration or (above.underlined and element.tag not in _BLOCKS)
    size = _pixels(style.get("font-size", ""), above.size)
    weight = style.get("font-weight", "")
    return TextStyle(
        colour_of(style.get("color", "")) or above.colour,
        colour_of(ground) or above.ground,
        size,
        _factor(style.get("line-height", ""), size, above.line),
        (weight in ("bold", "bolder") or weight >= "600") if weight else above.bold or element.tag in ("b", "strong"),
        underlined,
        style.get("text-align", "justify" if above.justified else "") == "justify",
        above.hidden or style.get("display") == "none",
    )


def _pixels(value: str, otherwise: float) -> float:
    match = re.match(r"(\d+(?:\.\d+)?)(px|pt|em|%)", value)
    if match is None:
        return otherwise
    number = float(match[1])
    return {"px": number, "pt": number * 4 / 3, "em": number * otherwise, "%": number * otherwise / 100}[match[2]]


def _factor(value: str, size: float, otherwise: float) -> float:
    if re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(value)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)(px|%)", value):
        return float(match[1]) / (size or 1) if match[2] == "px" else float(match[1]) / 100
    return otherwise
