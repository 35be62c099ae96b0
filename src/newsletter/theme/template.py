"""template: one file of the theme, rendered by Jinja or as Jinja did it before. Faults are told at their lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jinja2

from newsletter.model.problems import Aborted, Place, Problems
from newsletter.model.refusals import is_shortage
from newsletter.theme.content import TOKEN, capture_part, is_capturing, slots
from newsletter.theme.fastpath.plan import CompiledTrace
from newsletter.theme.fastpath.recording import Recording
from newsletter.theme.printable import Unprintable, require_characters


@dataclass(frozen=True, slots=True)
class Template:
    """One file of the theme. `path` is what problems name.

    What Jinja did for some values is done for others by a CompiledTrace, where it can be.
    """

    name: str
    path: str
    source: str
    _compiled: jinja2.Template
    _problems: Problems
    _text: CompiledTrace = field(init=False)
    _shape: CompiledTrace = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_text", CompiledTrace(self._record, shape=False))
        object.__setattr__(self, "_shape", CompiledTrace(self._record, shape=True))

    def render(self, values: Mapping[str, Any]) -> str:
        """The file with `values`. A fault is reported at its line; then Aborted is raised."""
        if filled := self._text.fill(values):
            text, content = filled
            return "".join(text.shape.fill(content))
        return self._rendered(values)

    def fill(self, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        """What render() joins: a text with a token for each value that is printed, and these values' texts.

        Many renders give the same text; one that Jinja rendered whole comes without values. Faults as in render().
        """
        if filled := self._text.fill(values):
            return filled[0].text, filled[1]
        return self._rendered(values), []

    def anew(self, values: Mapping[str, Any]) -> str:
        """What render() gives, by Jinja: for values that hardly ever come again in the same form."""
        return self._rendered(values)

    def draw(self, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        """The file with a token for each piece of content, and the HTML of these pieces. Faults as in render()."""
        if filled := self._shape.fill(values):
            return filled[0].text, filled[1]
        return self._drawn(values)

    def within(self, values: Mapping[str, Any]) -> str:
        """The file as a part of another one: with tokens where that is being drawn."""
        return capture_part(lambda: self._split(values)) if is_capturing() else self.render(values)

    def _split(self, values: Mapping[str, Any]) -> tuple[Sequence[str], list[str]]:
        """As draw(), with the text split at its tokens: what a plan gives, is."""
        if filled := self._shape.fill(values):
            return filled[0].shape.pieces, filled[1]
        text, content = self._drawn(values)
        return TOKEN.split(text), content

    def _drawn(self, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        with slots() as content:
            text = self._rendered(values)
        return text, content

    def _rendered(self, values: Mapping[str, Any]) -> str:
        try:
            return self._judged(self._compiled.render(values))
        except Aborted:
            raise
        except Exception as fault:  # a template may cause any, whatever its author meant
            if is_shortage(fault):
                raise
            raise report(fault, self._problems, self.path) from fault

    def _judged(self, text: str) -> str:
        """The same text. What is printed was judged at its line; marks of blocks belong in snippets only."""
        return text if self.name.startswith("social/") and self.name.endswith(".txt") else require_characters(text)

    def _record(self, recording: Recording) -> str:
        with recording.running() as values:
            return self._judged(self._compiled.render(values))


def report(fault: Exception, problems: Problems, path: str = "templates") -> Aborted:
    """Report a fault at the innermost line of a template that it passed through, or else at `path`."""
    place = Place(path)
    if isinstance(fault, jinja2.TemplateSyntaxError):
        place = Place(fault.filename or fault.name or "templates", fault.lineno)
    else:
        trace = fault.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if "__jinja_exception__" in trace.tb_frame.f_globals:
                place = Place(name, trace.tb_lineno)
            trace = trace.tb_next
    if isinstance(fault, jinja2.TemplateNotFound):
        problems.error(place, "missing-template", f"there is no template '{fault.name}'", "correct the name")
        return Aborted()
    message = str(fault.message if isinstance(fault, jinja2.TemplateError) else fault) or type(fault).__name__
    fix = fault.fix if isinstance(fault, Unprintable) else "correct this line"
    problems.error(place, "template-fault", f"the template cannot be rendered: {message}", fix)
    return Aborted()
