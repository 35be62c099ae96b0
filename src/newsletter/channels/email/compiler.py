"""Render mail templates, compiling each mail shape only once.

A template is rendered with a token, such as `QzSlot3Zq`, in place of each piece of content. The
resulting MJML is the mail's shape. Announcements with the same blocks have the same shape. Only
shapes go through mrml and premailer, and each distinct section of them only once (see
`fastpath.sections`). If a template damages a token, the mail is compiled with its content in place,
and a problem is reported.
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

MAX_SHAPES = 64  # maximum number of entries in each cache


@dataclass(frozen=True, slots=True)
class CompiledMail:
    """The MJML rendered from a template, and the HTML compiled from it.

    If `is_shape` is true, `mjml` has tokens in place of content. `sections` then contains its parts,
    with the numbers removed from their tokens: first the MJML around all sections, then each section. If
    `is_shape` is false, `mjml` is a complete mail with its content. `split` is None for a mail that was
    compiled in one piece.
    """

    compiler: "MailCompiler"
    template: Template
    values: Mapping[str, Any]
    mjml: str
    is_shape: bool
    sections: tuple[str, ...] = ()
    shape: Shape[str] = field(default_factory=lambda: Shape(("",), ()))
    split: Split | None = None

    @property
    def html(self) -> str:
        """The compiled document with its tokens."""
        return _with_tokens(self.shape)

    def html_of(self, sections: Sequence[str]) -> str:
        """Return the document reduced to a selection of its `sections`, which must include the first one.

        Returns the whole document if it was compiled in one piece.
        """
        if self.split is None:
            return self.html
        reduced = self.split._replace(sections=tuple(sections[1:]))
        return _with_tokens(self.compiler.sections.shape(reduced, range("".join(sections).count(SLOT))))

    def source_map(self) -> SourceMap:
        """Return the source map of `mjml`: the template line for each of its lines."""
        with slots() if self.is_shape else nullcontext():
            return self.compiler.templates.source_map(self.template, self.values, self.mjml)

    def marked(self) -> str:
        """Compile `mjml` again and return the HTML, in which each element is marked with its offset (see `mark`)."""
        return inline(to_html(mark(self.mjml)), self.compiler.css)


@dataclass(slots=True)
class MailCompiler:
    """Renders mail templates, compiling each shape once.

    `css` is inlined into style attributes. `shapes` maps MJML with tokens to compiled shapes. `folded`
    contains the shapes that were used more than once, with constant content merged into the
    surrounding literals.
    """

    templates: Templates
    css: str
    problems: Problems
    shapes: dict[str, Shape[str]] = field(default_factory=dict)
    folded: dict[tuple[str, tuple[str | None, ...]], Shape[str] | None] = field(default_factory=dict)
    sections: Sections = field(init=False)

    def __post_init__(self) -> None:
        self.sections = Sections(self.css)

    def render(self, template: Template, values: Mapping[str, Any]) -> str:
        """Return a mail's HTML. If the template has an error, reports it at its line and raises Aborted."""
        return "".join(self.render_pieces(template, values))

    def render_pieces(self, template: Template, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return a mail's HTML in pieces: literals of the shape at even indexes, content at odd indexes.

        Reports errors as `render` does.
        """
        mjml, content = template.draw(values)
        shape = self.shapes.get(mjml)
        if shape is None:
            pieces = TOKEN.split(mjml)
            if damage := lost(pieces, len(content)):
                self._report_lost(template, damage)
                return "", self.full(template, values)
            shape = self._compile_shape(CompiledMail(self, template, values, mjml, is_shape=True), pieces)
            _keep(self.shapes, mjml, shape)
            self.templates.tally["shapes"] += 1
        constants = tuple([each if each.__class__ is CapturedHtml else None for each in content])
        key = mjml, constants
        if key not in self.folded:
            _keep(self.folded, key, None)  # fold at the second mail: most issues have a unique shape
            return shape.fill(content)
        folded = self.folded[key] = self.folded[key] or _fold_constants(shape, constants)
        return folded.fill(content)

    def full(self, template: Template, values: Mapping[str, Any]) -> str:
        """Return a mail's HTML, compiled with its content by mrml and premailer.

        Reports errors as `render` does.
        """
        self.templates.tally["full paths"] += 1
        mail = CompiledMail(self, template, values, template.render(values), is_shape=False)
        mail = replace(mail, shape=Shape((self._compile(mail),), ()))
        self._notify(mail)
        return mail.html

    def _compile_shape(self, mail: CompiledMail, pieces: Sequence[str]) -> Shape[str]:
        """Compile a mail section by section, or in one piece if its sections depend on one another.

        `pieces` is the mail's MJML, split at its tokens.
        """
        sections: tuple[str, ...] = (SLOT.join(pieces[::2]),)
        joined = None
        try:
            parts = self.sections.split(*sections)
            sections = (parts.before + parts.behind, *parts.sections)
            shape = self.sections.shape(parts, [int(number) for number in pieces[1::2]])
            joined = parts
        except Inseparable:
            self.templates.tally["whole shapes"] += 1
            shape = split(self._compile(mail))
        self._notify(replace(mail, sections=sections, shape=shape, split=joined))
        return shape

    def _notify(self, mail: CompiledMail) -> None:
        if self.templates.watch:
            self.templates.watch(mail)

    def _compile(self, mail: CompiledMail) -> str:
        """Compile a mail in one piece. Raises Aborted if the template has an error."""
        try:
            check_balance(mail.mjml)
            self._refuse_invalid(mail)
            return inline(to_html(mail.mjml), self.css)
        except CssFault as fault:
            place = Place(self.templates.read("email/inline.css")[0])
            self.problems.error(place, "template-fault", f"these styles cannot be used: {fault}", fault.fix)
            raise Aborted from None
        except MjmlFault as fault:
            place = mail.source_map().place(fault.position) if fault.position >= 0 else Place(mail.template.path)
            self.problems.error(
                place, "mjml-fault", f"this template produces MJML that cannot be compiled: {fault.message}",
                "correct the tag at this line",
            )  # fmt: skip
            raise Aborted from None

    def _refuse_invalid(self, mail: CompiledMail) -> None:
        faults = list(islice(find_invalid(mail.mjml), MAX_ALIKE + 1))
        if faults:
            source_map = mail.source_map()
            for fault in faults:
                self.problems.error(source_map.place(fault.position), fault.code, fault.message, fault.fix)
            raise Aborted

    def _report_lost(self, template: Template, damage: str) -> None:
        self.problems.warning(
            Place(template.path, *self._line_of_filter_block()), "lost-slot",
            f"this template changes content after it was printed ({damage}), so each mail is compiled separately",
            "apply the filter to the value itself: {{ title|upper }}, not {% filter upper %}",
        )  # fmt: skip

    def _line_of_filter_block(self) -> tuple[int, int]:
        """Return the line and column of the first `{% filter %}` block, which is the usual cause.

        Returns (1, 1) if there is none.
        """
        for _, source in self.templates.sources().values():
            if match := re.search(r"\{%-?\s*filter\b", source):
                start = source.rfind("\n", 0, match.start())
                return source.count("\n", 0, match.start()) + 1, match.start() - start
        return 1, 1


def _keep(cache: dict[Any, Any], key: Any, value: Any) -> None:
    """Add a value to the cache, and drop the oldest value if the cache is full.

    The size is limited because the shapes of issues are large and rarely reused.
    """
    if len(cache) >= MAX_SHAPES:
        del cache[next(iter(cache))]
    cache[key] = value


def _fold_constants(shape: Shape[str], constants: Sequence[str | None]) -> Shape[str]:
    """Fill the slots whose content is constant, and merge it with the literals on both sides.

    `constants` contains the content of each slot, or None if the content varies.
    """
    pieces, order = [[shape.pieces[0]]], list[int]()
    for slot, literal in zip(shape.order, shape.pieces[2::2], strict=True):
        constant = constants[slot]
        if constant is None:
            order.append(slot)
            pieces += [[], [literal]]
        else:
            pieces[-1] += [constant, literal]
    return Shape(tuple(map(Literal, pieces)), tuple(order))


def _with_tokens(shape: Shape[str]) -> str:
    return "".join(shape.fill([token(slot) for slot in range(max(shape.order, default=-1) + 1)]))
