"""shape: a mail's MJML with tokens for content, compiled once, filled for every mail.

Templates produce MJML in which each piece of content is a token. That text is the shape; two
announcements with the same blocks have the same one. Only shapes pass through mrml and premailer.
Where a template breaks a token, that mail takes the full path, content and all, and is reported.
"""

import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from newsletter.channels.mail.compiling import MjmlFault, check_balance, mark, to_html
from newsletter.channels.mail.inlining import inline
from newsletter.channels.mail.validating import find_invalid
from newsletter.content import slots
from newsletter.filling import Shape, lost, split
from newsletter.problems import Place, Problems, Stop
from newsletter.templates import Template, Templates, Trace


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mail as its template gave it, and as HTML: a shape, or a whole mail that has none."""

    press: "Press"
    template: Template
    values: Mapping[str, Any]
    mjml: str
    html: str
    is_shape: bool

    def trace(self) -> Trace:
        """Where the lines of `mjml` come from."""
        with slots() if self.is_shape else nullcontext():
            return self.press.templates.trace(self.template, self.values, self.mjml)

    def marked(self) -> str:
        """`html` once more, its elements marked with their offsets in `mjml` (see `mark`)."""
        return inline(to_html(mark(self.mjml)), self.press.css)


@dataclass(slots=True)
class Press:
    """Renders mail templates, compiling each shape once. `css` is inlined."""

    templates: Templates
    css: str
    problems: Problems
    shapes: dict[str, Shape[str]] = field(default_factory=dict)

    def render(self, template: Template, values: Mapping[str, Any]) -> str:
        """A mail's HTML. Raises Stop on a template's fault, reported at its line."""
        return "".join(self.pieces(template, values))

    def pieces(self, template: Template, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The same, cut where content begins and ends: at even places is what the shape has."""
        mjml, content = template.draw(values)
        shape = self.shapes.get(mjml)
        if shape is None:
            if fault := lost(mjml, len(content)):
                self._report_lost(template, fault)
                return "", self.full(template, values)
            shape = split(self._compile(template, values, mjml, is_shape=True))
            self.shapes[mjml] = shape
            self.templates.tally["shapes"] += 1
        return shape.fill(content)

    def full(self, template: Template, values: Mapping[str, Any]) -> str:
        """The same by the full path: the whole document through mrml and premailer."""
        self.templates.tally["full paths"] += 1
        return self._compile(template, values, template.render(values), is_shape=False)

    def _compile(self, template: Template, values: Mapping[str, Any], mjml: str, *, is_shape: bool) -> str:
        drawn = Drawn(self, template, values, mjml, "", is_shape)
        try:
            check_balance(mjml)
            self._refuse_invalid(drawn)
            drawn = replace(drawn, html=inline(to_html(mjml), self.css))
        except MjmlFault as fault:
            place = drawn.trace().place(fault.position) if fault.position >= 0 else Place(template.path)
            self.problems.error(
                place, "mjml-fault", f"this template gives MJML that cannot be compiled: {fault.message}",
                "correct the tag at this line",
            )  # fmt: skip
            raise Stop from None
        if self.templates.watch:
            self.templates.watch(drawn)
        return drawn.html

    def _refuse_invalid(self, drawn: Drawn) -> None:
        found = list(find_invalid(drawn.mjml))
        if found:
            trace = drawn.trace()
            for fault in found:
                self.problems.error(trace.place(fault.position), fault.code, fault.message, fault.fix)
            raise Stop

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
