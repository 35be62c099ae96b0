"""Parse HTML once for all rules.

A Document gives access to the elements by tag, and to the style of each element according to inline styles.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from lxml import etree, html

from newsletter.theme.content import HEAD, TAIL

_SLOT = re.compile(f"{HEAD}\\d+{TAIL}")
_NAMES = {"black": "#000000", "white": "#ffffff", "red": "#ff0000", "gray": "#808080", "grey": "#808080"}
_NOT_RENDERED = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_BLOCKS = frozenset("p div td th li h1 h2 h3 h4 h5 h6 blockquote pre ul ol table tr body section main".split())


@dataclass(frozen=True, slots=True)
class TextStyle:
    """The style of an element's text, as far as inline styles define it.

    Colours have the form `#rrggbb`, and sizes are in px.
    """

    colour: str = "#000000"
    background: str = "#ffffff"
    size: float = 16.0
    line: float = 1.4  # line height, as a factor
    bold: bool = False
    underlined: bool = False
    justified: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Document:
    """A parsed HTML document.

    `text` is the source. With `is_shape`, it contains slots instead of content, so all URLs in it come from the
    template. `host` is the host of the publication. `known_pairs` contains pairs of text colour and background colour
    whose low contrast is reported by another rule.
    """

    text: str
    is_mail: bool = True
    is_shape: bool = True
    host: str = ""
    known_pairs: frozenset[tuple[str, str]] = frozenset()
    elements: list[Any] = field(init=False)
    tags: dict[str, list[Any]] = field(init=False, default_factory=dict)
    styles: dict[Any, TextStyle] = field(init=False, default_factory=dict)
    _offsets: dict[str, dict[Any, int]] = field(init=False, default_factory=dict)  # of elements, by tag
    _visible: str = field(init=False, default="")  # `text` without comments, scripts and style sheets

    def __post_init__(self) -> None:
        try:
            root = html.document_fromstring(self.text)
        except etree.ParserError:  # a theme may print nothing, or only a comment
            root = html.document_fromstring("<html></html>")
        self.elements = [element for element in root.iter() if isinstance(element.tag, str)]
        for element in self.elements:
            self.tags.setdefault(element.tag, []).append(element)
            parent = element.getparent()
            self.styles[element] = _computed_style(element, self.styles[parent] if parent is not None else TextStyle())

    def all(self, *tags: str) -> Iterator[Any]:
        """Yield the elements with the given tags. They are sorted by tag, then by position in the document."""
        for tag in tags:
            yield from self.tags.get(tag, ())

    def offset(self, element: Any) -> int:
        """Return the offset of an element's start tag in the text.

        The tags of the same name are counted to find it, because lxml only knows the line.
        """
        if element.tag not in self._offsets:
            if not self._visible:
                self._visible = _NOT_RENDERED.sub(_blank, self.text)
            starts = (match.start() for match in re.finditer(rf"<{element.tag}\b", self._visible, re.IGNORECASE))
            self._offsets[element.tag] = dict(zip(self.tags[element.tag], starts, strict=False))
        return self._offsets[element.tag].get(element, 0)


def _blank(match: re.Match[str]) -> str:
    """Replace a comment, script or style sheet with spaces, but keep `<script` or `<style` so that it can be
    counted.
    """
    kept = match[0][: len(match[1]) + 1] if match[1] else ""
    return kept.ljust(len(match[0]))


def name_of(element: Any) -> str:
    """Return what a screen reader reads for an element: its label, or its text and alternative texts."""
    if label := element.get("aria-label"):
        return str(label)
    words = ["".join(element.itertext(with_tail=False))]
    words += [image.get("alt") or "" for image in element.iter("img")]
    return " ".join(" ".join(words).split())


def own_text(element: Any) -> str:
    """Return an element's text without the text of its children."""
    tails = (child.tail or "" for child in element)
    return (element.text or "").strip() + "".join(tail.strip() for tail in tails)


def is_content(value: str | None) -> bool:
    """Return whether a value contains a slot, and therefore differs between mails."""
    return bool(value and _SLOT.search(value))


@lru_cache(maxsize=4096)
def style_of(style: str) -> Mapping[str, str]:
    """Parse a style attribute into declarations, by property. A later declaration overrides an earlier one."""
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


@lru_cache(maxsize=1024)
def colour_of(value: str) -> str:
    """Return a CSS colour as `#rrggbb`, or "" if it is transparent or not a known colour."""
    value = value.replace("!important", "").strip().lower()
    value = _NAMES.get(value, value)
    if match := re.fullmatch(r"#([0-9a-f])([0-9a-f])([0-9a-f])", value):
        return f"#{match[1] * 2}{match[2] * 2}{match[3] * 2}"
    if match := re.fullmatch(r"rgb\((\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})\)", value):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return value if re.fullmatch(r"#[0-9a-f]{6}", value) else ""


def _computed_style(element: Any, above: TextStyle) -> TextStyle:
    """Return the style of an element. `above` is the style of its parent."""
    style = style_of(element.get("style") or "")
    is_link = element.tag == "a"
    if not style and not element.get("bgcolor") and not is_link:
        return above if element.tag not in ("b", "strong", "th") else replace(above, bold=True)
    background = (
        style.get("background-color") or style.get("background", "").split(" ")[0] or element.get("bgcolor") or ""
    )
    decoration = style.get("text-decoration", "underline" if is_link and element.get("href") else "")
    underlined = "underline" in decoration or (above.underlined and element.tag not in _BLOCKS)
    size = _pixels(style.get("font-size", ""), above.size)
    weight = style.get("font-weight", "")
    return TextStyle(
        colour_of(style.get("color", "")) or above.colour,
        colour_of(background) or above.background,
        size,
        _factor(style.get("line-height", ""), size, above.line),
        (weight in ("bold", "bolder") or weight >= "600") if weight else above.bold or element.tag in ("b", "strong"),
        underlined,
        style.get("text-align", "justify" if above.justified else "") == "justify",
        above.hidden or style.get("display") == "none",
    )


def _pixels(value: str, inherited: float) -> float:
    match = re.match(r"(\d+(?:\.\d+)?)(px|pt|em|%)", value)
    if match is None:
        return inherited
    number = float(match[1])
    return {"px": number, "pt": number * 4 / 3, "em": number * inherited, "%": number * inherited / 100}[match[2]]


def _factor(value: str, size: float, inherited: float) -> float:
    if re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(value)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)(px|%)", value):
        return float(match[1]) / (size or 1) if match[2] == "px" else float(match[1]) / 100
    return inherited
