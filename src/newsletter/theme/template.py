"""Render a template with Jinja, or fill a trace recorded earlier. Errors are reported at their lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jinja2

from newsletter.model.problems import Aborted, Place, Problems
from newsletter.model.refusals import is_shortage
from newsletter.theme.content import TOKEN, capture_part, is_capturing, slots
from newsletter.theme.fastpath.compiled import CompiledTrace
from newsletter.theme.fastpath.recorder import TraceRecorder
from newsletter.theme.printable import Unprintable

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # a memory address, which differs in each run


@dataclass(frozen=True)
class Template:
    """A template of the theme. `path` is the path used in problem messages.

    Where possible, it is filled from the trace of an earlier rendering (see CompiledTrace) instead of being rendered by
    Jinja.
    """

    name: str
    path: str
    source: str
    _compiled: jinja2.Template
    _problems: Problems

    @cached_property
    def _text(self) -> CompiledTrace:
        return CompiledTrace(self._record, shape=False)

    @cached_property
    def _shape(self) -> CompiledTrace:
        return CompiledTrace(self._record, shape=True)

    def render(self, values: Mapping[str, Any]) -> str:
        """Render the template with `values`. If an error occurs, reports it at its line and raises Aborted."""
        if filled := self._text.fill(values):
            text, content = filled
            return "".join(text.shape.fill(content))
        return self._rendered(values)

    def fill(self, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        """Return the text of render() with tokens in place of printed values, and the texts of these values.

        Calls that use the same trace return the same text. If Jinja renders the text, it has no tokens, and the list of
        values is empty. Reports errors like render().
        """
        if filled := self._text.fill(values):
            return filled[0].text, filled[1]
        return self._rendered(values), []

    def render_with_jinja(self, values: Mapping[str, Any]) -> str:
        """Render the template like render(), but always with Jinja.

        Use this method for values whose trace would rarely be used again.
        """
        return self._rendered(values)

    def draw(self, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        """Return the text with tokens in place of content, and the HTML of the content for each token.

        Reports errors like render().
        """
        if filled := self._shape.fill(values):
            return filled[0].text, filled[1]
        return self._drawn(values)

    def within(self, values: Mapping[str, Any]) -> str:
        """Render the template as part of another template.

        The text contains tokens if content is captured in the other template.
        """
        return capture_part(lambda: self._split(values)) if is_capturing() else self.render(values)

    def _split(self, values: Mapping[str, Any]) -> tuple[Sequence[str], list[str]]:
        """Return the same as draw(), with the text split at its tokens."""
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
            return self._compiled.render(values)
        except Aborted:
            raise
        except Exception as fault:  # a template may cause any exception
            if is_shortage(fault):
                raise
            raise report(fault, self._problems, self.path) from fault

    def _record(self, recorder: TraceRecorder) -> str:
        with recorder.recording() as values:
            return self._compiled.render(values)


def report(fault: Exception, problems: Problems, path: str = "templates") -> Aborted:
    """Report an exception raised by a template, and return the Aborted to raise.

    The place is the innermost template line in the traceback or, if there is none, `path`.
    """
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
    message = _ADDRESS.sub("", message)
    fix = fault.fix if isinstance(fault, Unprintable) else "correct this line"
    problems.error(place, "template-fault", f"the template cannot be rendered: {message}", fix)
    return Aborted()
