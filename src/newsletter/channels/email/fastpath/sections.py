"""Compile a mail section by section: split its MJML, compile each distinct section once, join the HTML.

An issue with sixty stories has a unique shape, but only a few distinct sections. mrml and premailer
compile each section once, between markers at which the HTML is split afterwards. The MJML around the
sections is compiled once for each set of document heads that the sections need. The joined HTML is
identical, byte for byte, to the HTML of the whole document. A mail whose sections depend on one
another is compiled in one piece.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter.channels.email.css import inline, looks_around
from newsletter.channels.email.mjml import inside, is_closed, to_html
from newsletter.channels.email.mjml_schema import find_invalid
from newsletter.model.switches import is_on
from newsletter.theme.content import HEAD, TAIL
from newsletter.theme.slots import TOKEN, Shape, split, token

SLOT = HEAD + TAIL  # a token without its number, so that equal sections have equal text
_SEAM = "QzSeamZq"  # marks the boundaries of a section in HTML
_START = re.compile(r"<mj-(?:section|wrapper|hero|raw)[\s>/]")
# Tags that affect other parts of the document.
_NONLOCAL_TAG = re.compile(r"<(?:html|head|title|base|meta|link|style|script|body|frameset)\b", re.IGNORECASE)


class Inseparable(ValueError):
    """The mail must be compiled in one piece, because its sections depend on one another or one has an error."""


class Split(NamedTuple):
    """MJML split into its sections and the parts before and behind them. Its tokens have no numbers."""

    before: str
    sections: tuple[str, ...]
    behind: str


@dataclass(slots=True)
class _Frame:
    """The compiled sections of mails that have the same `before` and `behind`.

    `sections` maps a section to its shape, or to None if it cannot be joined with others. `heads` maps
    a section to the HTML before it in a document that contains only this section. `edges` maps a set
    of heads to the shapes of the parts before and behind all sections.
    """

    before: str
    behind: str
    sections: dict[str, Shape[str] | None] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    edges: dict[tuple[str, ...], tuple[Shape[str], Shape[str]]] = field(default_factory=dict)

    def document(self, sections: Iterable[str]) -> str:
        """Return a document of these sections, with a marker on each side of a section and numbered tokens."""
        first, *rest = f"<mj-raw>{_SEAM}</mj-raw>".join((self.before, *sections, self.behind)).split(SLOT)
        return "".join((first, *(token(number) + piece for number, piece in enumerate(rest))))


@dataclass(slots=True)
class Sections:
    """Compiles mails section by section. `css` is inlined into style attributes."""

    css: str
    _is_joinable: bool = field(init=False)
    _frames: dict[tuple[str, str], _Frame] = field(default_factory=dict)
    _closed: dict[str, bool] = field(default_factory=dict)
    _complete: dict[str, bool] = field(default_factory=dict)
    _joined: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._is_joinable = is_on("mail-sections") and not looks_around(self.css)

    def __len__(self) -> int:
        return sum(len(frame.sections) for frame in self._frames.values())

    def split(self, mjml: str) -> Split:
        """Split MJML whose tokens have no numbers. Raises Inseparable if it cannot be split."""
        start, end = inside(mjml, "mj-body")
        if start < 0 or not self._is_closed(mjml[:start] + mjml[end:]):
            raise Inseparable
        sections, section_start = [], start
        for next_start in (*(match.start() for match in _START.finditer(mjml, start, end)), end):
            # A tag inside a wrapper, a comment or an attribute value does not begin a section.
            part = mjml[section_start:next_start]
            if self._is_section(part):
                sections.append(part)
                section_start = next_start
        if section_start != end:
            raise Inseparable
        return Split(mjml[:start], tuple(sections), mjml[end:])

    def _is_closed(self, part: str) -> bool:
        answer = self._closed.get(part)
        if answer is None:
            answer = self._closed[part] = is_closed(part)
        return answer

    def _is_section(self, part: str) -> bool:
        """Return whether `part` ends outside wrappers, comments and attribute values."""
        answer = self._complete.get(part)
        if answer is None:
            is_balanced = part.count("<mj-wrapper") == part.count("</mj-wrapper")
            answer = self._complete[part] = is_balanced and self._is_closed(part)
        return answer

    def shape(self, mail: Split, numbers: Sequence[int]) -> Shape[str]:
        """Return the compiled shape of a mail. `numbers` contains the numbers of its tokens, in order.

        Raises Inseparable if the mail must be compiled in one piece.
        """
        if not self._is_joinable:
            raise Inseparable
        frame = self._frames.setdefault((mail.before, mail.behind), _Frame(mail.before, mail.behind))
        try:
            sections, before, behind = self._compiled(frame, mail.sections)
        except ValueError:  # the error is reported when the whole document is compiled
            raise Inseparable from None
        start = mail.before.count(SLOT)
        outer_numbers = [*numbers[:start], *numbers[len(numbers) - mail.behind.count(SLOT) :]]
        pieces, order = list(before.pieces), [outer_numbers[slot] for slot in before.order]
        for mjml, section in zip(mail.sections, sections, strict=True):
            self._append(pieces, section.pieces)
            order += [numbers[start + slot] for slot in section.order]
            start += mjml.count(SLOT)
        self._append(pieces, behind.pieces)
        order += [outer_numbers[slot] for slot in behind.order]
        return Shape(tuple(pieces), tuple(order))

    def _append(self, pieces: list[str], more: tuple[str, ...]) -> None:
        """Append pieces, and join the two adjacent literals. Equal pairs always result in the same object."""
        adjacent = (pieces[-1], more[0])
        joined = self._joined.get(adjacent)
        if joined is None:
            joined = self._joined[adjacent] = "".join(adjacent)
        pieces[-1] = joined
        pieces += more[1:]

    def _compiled(self, frame: _Frame, sections: tuple[str, ...]) -> tuple[list[Shape[str]], Shape[str], Shape[str]]:
        """Return the shapes of all sections, and those of the parts before and behind them."""
        distinct = dict.fromkeys(sections)
        if new := [section for section in distinct if section not in frame.sections]:
            self._compile(frame, new)
        shapes = [shape for section in sections if (shape := frame.sections[section])]
        if len(shapes) != len(sections):
            raise Inseparable
        heads: dict[str, str] = {}
        for section in distinct:
            heads.setdefault(frame.heads[section], section)
        key = tuple(heads)
        if key not in frame.edges:
            frame.edges[key] = self._edges(frame, tuple(heads.values()))
        return (shapes, *frame.edges[key])

    def _compile(self, frame: _Frame, sections: list[str]) -> None:
        """Compile new sections. Raises ValueError if one cannot be compiled."""
        mjml = frame.document(sections)
        if any(find_invalid(mjml)):
            raise Inseparable
        raw = to_html(mjml)
        results = zip(raw.split(_SEAM)[1:-1], inline(raw, self.css).split(_SEAM)[1:-1], strict=True)
        first = frame.before.count(SLOT)
        for section, (compiled, inlined) in zip(sections, results, strict=True):
            # Some components have numbered ids, so check that a section's HTML is the same when it occurs twice.
            head, once, twice, _ = to_html(frame.document((section, section))).split(_SEAM)
            variants = {TOKEN.sub(SLOT, html) for html in (compiled, once, twice)}
            shape, count = split(inlined), section.count(SLOT)
            order = tuple(slot - first for slot in shape.order)
            is_local = all(0 <= slot < count for slot in order) and not _NONLOCAL_TAG.search(section)
            frame.heads[section] = head
            frame.sections[section] = Shape(shape.pieces, order) if len(variants) == 1 and is_local else None
            first += count

    def _edges(self, frame: _Frame, sections: tuple[str, ...]) -> tuple[Shape[str], Shape[str]]:
        """Compile the parts before and behind these sections.

        Raises Inseparable if one of the parts contains a token of a section.
        """
        before, *_, behind = map(split, inline(to_html(frame.document(sections)), self.css).split(_SEAM))
        start, count = frame.before.count(SLOT), sum(section.count(SLOT) for section in sections)
        if any(start <= slot < start + count for slot in (*before.order, *behind.order)):
            raise Inseparable
        return _without_slots(before, start, count), _without_slots(behind, start, count)


def _without_slots(shape: Shape[str], start: int, count: int) -> Shape[str]:
    """Renumber the slots as if `count` slots, starting at `start`, did not exist."""
    return Shape(shape.pieces, tuple(slot - count if slot >= start else slot for slot in shape.order))
