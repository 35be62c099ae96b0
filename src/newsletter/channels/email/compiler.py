"""shape: a mail's MJML with tokens for content, compiled once, filled for every mail.

Templates produce MJML in which each piece of content is a token. That text is the shape; two
announcements with the same blocks have the same one. Only shapes pass through mrml and premailer,
and of these each kind of section once (see `sections`). Where a template breaks a token, that mail
takes the full path, content and all, and is reported.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from newsletter.channels.email.css import CssFault, inline
from newsletter.channels.email.fastpath.sections import SLOT, Inseparable, Sections, Split
from newsletter.channels.email.mjml import MjmlFault, check_balance, mark, to_html
from newsletter.channels.email.mjml_schema import find_invalid
from newsletter.channels.email.quoted_printable import Literal
from newsletter.model.problems import MAX_ALIKE, Aborted, Place, Problems
from newsletter.theme.content import CapturedHtml, slots
from newsletter.theme.slots import TOKEN, Shape, lost, split, token
from newsletter.theme.templates import SourceMap, Template, Templates

_MOST = 64  # shapes that are kept


@dataclass(frozen=True, slots=True)
class CompiledMail:
    """A mail as its template gave it, and what it was compiled to.

    `sections` are what `mjml` is made of, less the numbers of its slots: what stands around them all
    first. What is no shape has no slots: it is a whole mail with its content.
    """

    press: "MailCompiler"
    template: Template
    values: Mapping[str, Any]
    mjml: str
    is_shape: bool
    sections: tuple[str, ...] = ()
    shape: Shape[str] = field(default_factory=lambda: Shape(("",), ()))
    cut: Split | None = None  # when it was not compiled whole

    @property
    def html(self) -> str:
        """The compiled document, with a token in each slot."""
        return _with_tokens(self.shape)

    def html_of(self, sections: Sequence[str]) -> str:
        """The document with no other `sections` than these, the first among them; whole when it could not be cut."""
        if self.cut is None:
            return self.html
        less = self.cut._replace(sections=tuple(sections[1:]))
        return _with_tokens(self.press.sections.shape(less, range("".join(sections).count(SLOT))))

    def trace(self) -> SourceMap:
        """Where the lines of `mjml` come from."""
        with slots() if self.is_shape else nullcontext():
            return self.press.templates.trace(self.template, self.values, self.mjml)

    def marked(self) -> str:
        """`html` once more, its elements marked with their offsets in `mjml` (see `mark`)."""
        return inline(to_html(mark(self.mjml)), self.press.css)


@dataclass(slots=True)
class MailCompiler:
    """Renders mail templates, compiling each shape once. `css` is inlined."""

    templates: Templates
    css: str
    problems: Problems
    shapes: dict[str, Shape[str]] = field(default_factory=dict)
    settled: dict[tuple[str, tuple[str | None, ...]], Shape[str] | None] = field(default_factory=dict)
    sections: Sections = field(init=False)

    def __post_init__(self) -> None:
        self.sections = Sections(self.css)

    def render(self, template: Template, values: Mapping[str, Any]) -> str:
        """A mail's HTML. Raises Aborted on a template's fault, reported at its line."""
        return "".join(self.pieces(template, values))

    def pieces(self, template: Template, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The same, cut where content begins and ends: at even places is what the shape has."""
        mjml, content = template.draw(values)
        shape = self.shapes.get(mjml)
        if shape is None:
            pieces = TOKEN.split(mjml)
            if fault := lost(pieces, len(content)):
                self._report_lost(template, fault)
                return "", self.full(template, values)
            shape = self._draw(CompiledMail(self, template, values, mjml, is_shape=True), pieces)
            _keep(self.shapes, mjml, shape)
            self.templates.tally["shapes"] += 1
        known = tuple([each if each.__class__ is CapturedHtml else None for each in content])
        key = mjml, known
        if key not in self.settled:
            _keep(self.settled, key, None)  # most issues are one of a kind
            return shape.fill(content)
        settled = self.settled[key] = self.settled[key] or _settled(shape, known)
        return settled.fill(content)

    def full(self, template: Template, values: Mapping[str, Any]) -> str:
        """The same by the full path: the whole document through mrml and premailer."""
        self.templates.tally["full paths"] += 1
        drawn = CompiledMail(self, template, values, template.render(values), is_shape=False)
        drawn = replace(drawn, shape=Shape((self._compile(drawn),), ()))
        self._show(drawn)
        return drawn.html

    def _draw(self, drawn: CompiledMail, pieces: Sequence[str]) -> Shape[str]:
        """The shape of a mail, whose MJML is split at its tokens: joined of its sections, or compiled whole."""
        sections: tuple[str, ...] = (SLOT.join(pieces[::2]),)
        cut = None
        try:
            found = self.sections.cut(*sections)
            sections = (found.before + found.behind, *found.sections)
            shape = self.sections.shape(found, [int(number) for number in pieces[1::2]])
            cut = found
        except Inseparable:
            self.templates.tally["whole shapes"] += 1
            shape = split(self._compile(drawn))
        self._show(replace(drawn, sections=sections, shape=shape, cut=cut))
        return shape

    def _show(self, drawn: CompiledMail) -> None:
        if self.templates.watch:
            self.templates.watch(drawn)

    def _compile(self, drawn: CompiledMail) -> str:
        """A whole mail's HTML. Raises Aborted on a template's fault."""
        try:
            check_balance(drawn.mjml)
            self._refuse_invalid(drawn)
            return inline(to_html(drawn.mjml), self.css)
        except CssFault as fault:
            place = Place(self.templates.read("email/inline.css")[0])
            self.problems.error(place, "template-fault", f"these styles cannot be used: {fault}", "write them flat")
            raise Aborted from None
        except MjmlFault as fault:
            place = drawn.trace().place(fault.position) if fault.position >= 0 else Place(drawn.template.path)
            self.problems.error(
                place, "mjml-fault", f"this template gives MJML that cannot be compiled: {fault.message}",
                "correct the tag at this line",
            )  # fmt: skip
            raise Aborted from None

    def _refuse_invalid(self, drawn: CompiledMail) -> None:
        found = list(islice(find_invalid(drawn.mjml), MAX_ALIKE + 1))
        if found:
            trace = drawn.trace()
            for fault in found:
                self.problems.error(trace.place(fault.position), fault.code, fault.message, fault.fix)
            raise Aborted

    def _report_lost(self, template: Template, fault: str) -> None:
        self.problems.warning(
            Place(template.path, *self._line_of_breaker()), "lost-slot",
            f"this template changes content after it was printed ({fault}), so each mail is compiled whole",
            "apply the filter to the value itself: {{ title|upper }}, not {% filter upper %}",
        )  # fmt: skip

    def _line_of_breaker(self) -> tuple[int, int]:
        for _, source in self.templates.sources().values():
            if match := re.search(r"\{%-?\s*filter\b", source):
                start = source.rfind("\n", 0, match.start())
                return source.count("\n", 0, match.start()) + 1, match.start() - start
        return 1, 1


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    """Keep a value, and no more than a few: an issue's shape is large, and hardly ever wanted again."""
    if len(kept) >= _MOST:
        del kept[next(iter(kept))]
    kept[key] = value


def _settled(shape: Shape[str], known: Sequence[str | None]) -> Shape[str]:
    """The shape with what is the same each time in its slots: between others, that is one literal."""
    pieces, order = [[shape.pieces[0]]], list[int]()
    for slot, literal in zip(shape.order, shape.pieces[2::2], strict=True):
        same = known[slot]
        if same is None:
            order.append(slot)
            pieces += [[], [literal]]
        else:
            pieces[-1] += [same, literal]
    return Shape(tuple(map(Literal, pieces)), tuple(order))


def _with_tokens(shape: Shape[str]) -> str:
    return "".join(shape.fill([token(slot) for slot in range(max(shape.order, default=-1) + 1)]))
