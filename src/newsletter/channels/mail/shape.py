"""shape: a mail's MJML with tokens for content, compiled once, filled for every mail.

Templates produce MJML in which each piece of content is a token. That text is the shape; two
announcements with the same blocks have the same one. Only shapes pass through mrml and premailer.
Where a template breaks a token, that mail takes the full path, content and all, and is reported.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.channels.mail.compiling import MjmlFault, to_html
from newsletter.channels.mail.inlining import inline
from newsletter.content import HEAD, TAIL, slots
from newsletter.problems import Place, Problems, Stop
from newsletter.templates import Template, Templates

_TOKEN = re.compile(f"{HEAD}(\\d+){TAIL}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled document: `literals` with the slots `order` between them."""

    literals: tuple[str, ...]
    order: tuple[int, ...]

    def fill(self, content: list[str]) -> tuple[str, ...]:
        """The document's pieces: literals at even places, content between them."""
        out = [self.literals[0]]
        for slot, literal in zip(self.order, self.literals[1:], strict=True):
            out += content[slot], literal
        return tuple(out)


@dataclass(slots=True)
class Press:
    """Renders mail templates, compiling each shape once. `css` is inlined."""

    templates: Templates
    css: str
    problems: Problems
    shapes: dict[str, Shape] = field(default_factory=dict)

    def render(self, template: Template, values: Mapping[str, Any]) -> str:
        """A mail's HTML. Raises Stop on a template's fault, reported at its line."""
        return "".join(self.pieces(template, values))

    def pieces(self, template: Template, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The same, cut where content begins and ends: at even places is what the shape has."""
        with slots() as content:
            mjml = template.render(values)
        shape = self.shapes.get(mjml)
        if shape is None:
            if lost := _lost(mjml, len(content)):
                self._report_lost(template, lost)
                return "", self.full(template, values)
            pieces = _TOKEN.split(self._compile(template, mjml))
            shape = Shape(tuple(pieces[::2]), tuple(map(int, pieces[1::2])))
            self.shapes[mjml] = shape
            self.templates.tally["shapes"] += 1
        return shape.fill(content)

    def full(self, template: Template, values: Mapping[str, Any]) -> str:
        """The same by the full path: the whole document through mrml and premailer."""
        self.templates.tally["full paths"] += 1
        return self._compile(template, template.render(values))

    def _compile(self, template: Template, mjml: str) -> str:
        try:
            return inline(to_html(mjml), self.css)
        except MjmlFault as fault:
            place = self._place(template, mjml, fault.position)
            self.problems.error(
                place, "mjml-fault", f"this template gives MJML that cannot be compiled: {fault.message}",
                "correct the tag at this line",
            )  # fmt: skip
            raise Stop from None

    def _place(self, template: Template, mjml: str, position: int) -> Place:
        """The line of the theme that gave what stands at `position`, as far as it can be found."""
        rest = mjml[position : position + 80] if position >= 0 else ""
        literal = re.split(f"{HEAD}\\d+{TAIL}|\n", rest)[0]
        # The template's own text goes as far as the next value; the longest part of it decides.
        for end in range(len(literal), 2, -1):
            for path, source in self.templates.sources().values():
                if (offset := source.find(literal[:end])) >= 0:
                    start = source.rfind("\n", 0, offset)
                    return Place(path, source.count("\n", 0, offset) + 1, offset - start)
        return Place(template.path)

    def _report_lost(self, template: Template, lost: str) -> None:
        self.problems.warning(
            Place(template.path, *self._line_of_breaker()), "lost-slot",
            f"this template changes content after it was printed ({lost}), so each mail is compiled whole",
            "apply the filter to the value itself: {{ title|upper }}, not {% filter upper %}",
        )  # fmt: skip

    def _line_of_breaker(self) -> tuple[int, int]:
        for _, source in self.templates.sources().values():
            if match := re.search(r"\{%-?\s*filter\b", source):
                start = source.rfind("\n", 0, match.start())
                return source.count("\n", 0, match.start()) + 1, match.start() - start
        return 1, 1


def _lost(mjml: str, issued: int) -> str:
    """What happened to a token, or "". Each must stand whole, and no fragment of one elsewhere."""
    whole = {int(number) for number in _TOKEN.findall(mjml)}
    if len(whole) != issued:
        return f"{issued - len(whole)} of {issued} pieces are missing"
    rest = _TOKEN.sub("", mjml).lower()
    return "a piece was altered" if HEAD.lower() in rest else ""
