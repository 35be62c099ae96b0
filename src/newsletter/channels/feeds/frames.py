"""frames: what the template of entries puts around content, sanitised once a shape instead of once an entry.

The template gives HTML with tokens for content. The sanitiser sees that once; what it leaves is the
frame, and content is written into it as the sanitiser would have written it. That is done only
where it makes no difference:

- Escaped text is text, or an attribute's value, whatever it says.
- An address is a whole `href` or `src`, and the sanitiser leaves addresses of its origin there.
- A body stands at the top or in a `div`, and the sanitiser would leave it as it is.
- The frame, filled with things to try it, is what the sanitiser makes of the template filled with them.
- The template looks at content only, never at HTML that it made of it: that would have tokens in it.

Everything else is sanitised whole, each time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import escape

from newsletter.channels.feeds.proofs import keeps_address
from newsletter.channels.feeds.sanitising import clean_html
from newsletter.filling import Shape, is_broken, lost, split
from newsletter.templates import Template

_ESCAPED = re.compile("(?:[^&]|&(?:amp|lt|gt|#34|#39);)*")
_OPEN_ATTRIBUTE = re.compile(r'<[^<>]* ([\w-]+)="([^"<>]*)\Z')
_OPENING = re.compile(r"<(?!/|(?:div|br|hr|img)\b)")
_CLOSING = re.compile("</(?!div>)")

# All that a template may do with content, as long as it makes no Markup to do it with.
_FILTER = re.compile(r"\|\s*(\w+)")
_FILTERS = frozenset(
    "batch capitalize count d default e escape first int join last length list lower round trim truncate upper".split()
)
_MARKUP = re.compile(r"\{%[-+]?\s*(?:set\s[^=]*%\}|block|call|extends|filter|from|import|include|macro)")

# What frames are tried with.
_TEXTS = [
    str(escape("un  \"deux\" 'trois' <b> & c=d\u00a0`e` /f>")),
    str(escape("\n 1 title=deux href=https://exemple.example/ lang=fr/")),
]
_ADDRESS = "https://exemple.example/a?b=c&amp;d=e&#39;#f"
_BODY = (
    '<p>a <em>b</em><a href="https://exemple.example/">c</a></p><h2>d</h2><ul><li>e<ol><li>f</li></ol></li></ul>'
    "<blockquote><p>g</p></blockquote><pre><code>\nh</code></pre><hr><table><thead><tr><th>i</th></tr></thead>"
    '<tbody><tr><td><strong>j</strong></td></tr></tbody></table><p><img alt="k"><code>l</code></p>'
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A template's HTML as the sanitiser leaves it; `count` is the number of contents.

    In its `shape`, a content's number stands for it as text, the number plus `count` for it as an
    attribute's value. `addresses` and `bodies` are the contents that are addresses, and may be bodies.
    """

    shape: Shape[str]
    count: int
    addresses: frozenset[int]
    bodies: frozenset[int]

    def fill(self, content: Sequence[str], body: str) -> str | None:
        """The HTML with content that is escaped as templates do it; None when it must be sanitised whole."""
        bodies = [number for number, each in enumerate(content) if each == body]
        if len(content) != self.count or not self.bodies.issuperset(bodies):
            return None
        texts = list(content)
        for number in bodies:
            texts[number] = ""
        if not all(keeps_address(texts[number]) for number in self.addresses):
            return None
        joined = "\n".join(texts)
        if "<" in joined or ">" in joined or '"' in joined or "'" in joined:
            return None
        values = texts
        if "&" in joined:
            if not _ESCAPED.fullmatch(joined):
                return None
            values = [each.replace("&#39;", "'").replace("&#34;", "&quot;") for each in texts]
            texts = [each.replace("&quot;", '"') for each in values]
        for number in bodies:
            texts[number] = body.replace("&#x27;", "'")
        return "".join(self.shape.fill(texts + values)).strip("\n")


@dataclass(slots=True)
class Frames:
    """Renders the template of entries; keeps its frames."""

    template: Template
    known: dict[str, Frame | None] = field(init=False, default_factory=dict)
    is_framed: bool = field(init=False)

    def __post_init__(self) -> None:
        source = self.template.source
        self.is_framed = _FILTERS.issuperset(_FILTER.findall(source)) and not _MARKUP.search(source)

    def html(self, values: Sequence[Mapping[str, Any]], bodies: Sequence[str]) -> list[str]:
        """The template with each of these `values`, sanitised.

        Their bodies are such as the sanitiser leaves as they are, or empty. All are drawn before the first is filled.
        """
        if not self.is_framed:
            return [clean_html(self.template.render(each)).strip("\n") for each in values]
        drawings = list(map(self.template.draw, values))
        return list(map(self._filled, drawings, bodies, values))

    def _filled(self, drawing: tuple[str, list[str]], body: str, values: Mapping[str, Any]) -> str:
        drawn, content = drawing
        if drawn not in self.known:
            self.known[drawn] = frame(drawn, len(content))
        found = self.known[drawn]
        filled = found.fill(content, body) if found else None
        if filled is not None:
            return filled
        if lost(drawn, len(content)):
            return clean_html(self.template.render(values)).strip("\n")
        return clean_html("".join(split(drawn).fill(content))).strip("\n")


def frame(drawn: str, count: int) -> Frame | None:
    """The frame of a template's HTML with `count` tokens; None when it has none that can be relied on."""
    cleaned = clean_html(drawn)
    if lost(drawn, count) or is_broken(cleaned):
        return None
    shape = split(cleaned)
    order: list[int] = []
    addresses: set[int] = set()
    bodies: set[int] = set()
    others: set[int] = set()
    for number, before, behind in _places(shape):
        attribute = _OPEN_ATTRIBUTE.search(before)
        order.append(number + count if attribute else number)
        if attribute and attribute[1] in ("href", "src"):
            if attribute[2] or behind[:1] != '"':
                return None
            addresses.add(number)
        at_top = not attribute and len(_OPENING.findall(before)) == len(_CLOSING.findall(before))
        (bodies if at_top else others).add(number)
    made = Frame(Shape(shape.pieces, tuple(order)), count, frozenset(addresses), frozenset(bodies - others))
    return _tried(made, drawn)


def _tried(made: Frame, drawn: str) -> Frame | None:
    """The frame, if it holds whatever stands in it; without bodies, if it holds without them."""
    numbers = range(made.count)
    for text in _TEXTS:
        plain = [_ADDRESS if number in made.addresses else text for number in numbers]
        if not _holds(made, drawn, plain):
            return None
        if not _holds(made, drawn, [_BODY if number in made.bodies else plain[number] for number in numbers]):
            made = replace(made, bodies=frozenset())
    return made


def _places(shape: Shape[str]) -> Iterator[tuple[int, str, str]]:
    """Of each slot its number, all that stands before it, and what stands behind it."""
    before = ""
    for number, literal, behind in zip(shape.order, shape.pieces[:-1:2], shape.pieces[2::2], strict=True):
        before += literal
        yield number, before, behind
        before += "x"


def _holds(made: Frame, drawn: str, content: Sequence[str]) -> bool:
    """Whether the frame with `content` is what the sanitiser makes of the template's HTML with it."""
    return made.fill(content, _BODY) == clean_html("".join(split(drawn).fill(content))).strip("\n")
