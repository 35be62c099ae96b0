"""sections: a mail's MJML is cut between the children of its body; each is compiled once and joined again.

An issue of sixty stories is a shape of its own, but its sections are of few kinds. mrml and premailer
see each kind once, among seams at which their HTML is cut, and once what stands around the sections,
whose styles follow from the kinds inside. The join is the whole document's HTML to the byte; what
cannot be cut so is compiled whole.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter.channels.email.css import inline, looks_around
from newsletter.channels.email.mjml import inside, is_closed, to_html
from newsletter.channels.email.mjml_schema import find_invalid
from newsletter.theme.content import HEAD, TAIL
from newsletter.theme.slots import TOKEN, Shape, split, token

SLOT = HEAD + TAIL  # a token without its number: where slots look the same, equal sections are equal texts
_SEAM = "QzSeamZq"
_START = re.compile(r"<mj-(?:section|wrapper|hero|raw)[\s>/]")
# Tags whose effect is not bound to the place where they stand.
_FAR = re.compile(r"<(?:html|head|title|base|meta|link|style|script|body|frameset)\b", re.IGNORECASE)


class Inseparable(ValueError):
    """The sections of a mail depend on one another, or one is faulty: the mail is to be compiled whole."""


class Split(NamedTuple):
    """MJML without the numbers of its slots: `sections` between what stands before and behind them."""

    before: str
    sections: tuple[str, ...]
    behind: str


@dataclass(slots=True)
class _Frame:
    """What was learnt of the sections that stand between the same `before` and `behind`.

    A section that may not be joined is None. `heads` are the beginnings of the documents that hold
    nothing but one section; together they say what stands around several sections: their `edges`.
    """

    before: str
    behind: str
    sections: dict[str, Shape[str] | None] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    edges: dict[tuple[str, ...], tuple[Shape[str], Shape[str]]] = field(default_factory=dict)

    def document(self, sections: Iterable[str]) -> str:
        """MJML of these sections with seams around each; its slots are numbered from beginning to end."""
        first, *rest = f"<mj-raw>{_SEAM}</mj-raw>".join((self.before, *sections, self.behind)).split(SLOT)
        return "".join((first, *(token(number) + piece for number, piece in enumerate(rest))))


@dataclass(slots=True)
class Sections:
    """Compiles mails by their sections; `css` is inlined."""

    css: str
    _joins: bool = field(init=False)
    _frames: dict[tuple[str, str], _Frame] = field(default_factory=dict)
    _closed: dict[str, bool] = field(default_factory=dict)
    _whole: dict[str, bool] = field(default_factory=dict)
    _joints: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._joins = not looks_around(self.css)

    def __len__(self) -> int:
        return sum(len(frame.sections) for frame in self._frames.values())

    def cut(self, mjml: str) -> Split:
        """Where sections of this MJML, whose slots have no numbers, begin and end. Raises Inseparable."""
        start, end = inside(mjml, "mj-body")
        if start < 0 or not self._is_closed(mjml[:start] + mjml[end:]):
            raise Inseparable
        sections, begin = [], start
        for at in (*(match.start() for match in _START.finditer(mjml, start, end)), end):
            # What begins inside a wrapper, a comment or a value is no section of its own.
            part = mjml[begin:at]
            if self._is_section(part):
                sections.append(part)
                begin = at
        if begin != end:
            raise Inseparable
        return Split(mjml[:start], tuple(sections), mjml[end:])

    def _is_closed(self, part: str) -> bool:
        known = self._closed.get(part)
        if known is None:
            known = self._closed[part] = is_closed(part)
        return known

    def _is_section(self, part: str) -> bool:
        """Whether it ends outside of wrappers, comments and values."""
        known = self._whole.get(part)
        if known is None:
            is_level = part.count("<mj-wrapper") == part.count("</mj-wrapper")
            known = self._whole[part] = is_level and self._is_closed(part)
        return known

    def shape(self, cut: Split, numbers: Sequence[int]) -> Shape[str]:
        """The mail's shape; `numbers` are those of its slots, from beginning to end. Raises Inseparable."""
        if not self._joins:
            raise Inseparable
        frame = self._frames.setdefault((cut.before, cut.behind), _Frame(cut.before, cut.behind))
        try:
            parts, before, behind = self._parts(frame, cut.sections)
        except ValueError:  # the whole document tells what is at fault, and where
            raise Inseparable from None
        at = cut.before.count(SLOT)
        around = [*numbers[:at], *numbers[len(numbers) - cut.behind.count(SLOT) :]]
        pieces, order = list(before.pieces), [around[slot] for slot in before.order]
        for section, part in zip(cut.sections, parts, strict=True):
            self._join(pieces, part.pieces)
            order += [numbers[at + slot] for slot in part.order]
            at += section.count(SLOT)
        self._join(pieces, behind.pieces)
        order += [around[slot] for slot in behind.order]
        return Shape(tuple(pieces), tuple(order))

    def _join(self, pieces: list[str], more: tuple[str, ...]) -> None:
        """Add pieces; the literals that meet become one, the same object for the same two."""
        meeting = (pieces[-1], more[0])
        joint = self._joints.get(meeting)
        if joint is None:
            joint = self._joints[meeting] = "".join(meeting)
        pieces[-1] = joint
        pieces += more[1:]

    def _parts(self, frame: _Frame, sections: tuple[str, ...]) -> tuple[list[Shape[str]], Shape[str], Shape[str]]:
        """The shapes of all sections, and of what stands before and behind them."""
        kinds = dict.fromkeys(sections)
        if fresh := [section for section in kinds if section not in frame.sections]:
            self._learn(frame, fresh)
        parts = [part for section in sections if (part := frame.sections[section])]
        if len(parts) != len(sections):
            raise Inseparable
        heads: dict[str, str] = {}
        for section in kinds:
            heads.setdefault(frame.heads[section], section)
        key = tuple(heads)
        if key not in frame.edges:
            frame.edges[key] = self._edges(frame, tuple(heads.values()))
        return (parts, *frame.edges[key])

    def _learn(self, frame: _Frame, fresh: list[str]) -> None:
        """Compile sections that were never seen. Raises ValueError where one cannot be compiled."""
        mjml = frame.document(fresh)
        if any(find_invalid(mjml)):
            raise Inseparable
        raw = to_html(mjml)
        made = zip(raw.split(_SEAM)[1:-1], inline(raw, self.css).split(_SEAM)[1:-1], strict=True)
        first = frame.before.count(SLOT)
        for section, (compiled, inlined) in zip(fresh, made, strict=True):
            # Alone and beside itself it must be what it is among others: some components count themselves.
            head, once, again, _ = to_html(frame.document((section, section))).split(_SEAM)
            alike = {TOKEN.sub(SLOT, html) for html in (compiled, once, again)}
            shape, count = split(inlined), section.count(SLOT)
            order = tuple(slot - first for slot in shape.order)
            is_own = all(0 <= slot < count for slot in order) and not _FAR.search(section)
            frame.heads[section] = head
            frame.sections[section] = Shape(shape.pieces, order) if len(alike) == 1 and is_own else None
            first += count

    def _edges(self, frame: _Frame, sections: tuple[str, ...]) -> tuple[Shape[str], Shape[str]]:
        """What stands before and behind such sections."""
        before, *_, behind = map(split, inline(to_html(frame.document(sections)), self.css).split(_SEAM))
        at, count = frame.before.count(SLOT), sum(section.count(SLOT) for section in sections)
        if any(at <= slot < at + count for slot in (*before.order, *behind.order)):
            raise Inseparable
        return _closed_up(before, at, count), _closed_up(behind, at, count)


def _closed_up(shape: Shape[str], at: int, count: int) -> Shape[str]:
    """The shape with its slots numbered as if the `count` from `at` on were not there."""
    return Shape(shape.pieces, tuple(slot - count if slot >= at else slot for slot in shape.order))
