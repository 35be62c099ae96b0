"""Record a trace of a template: the values that it prints and the conditions that it tests during one rendering.

While a recorder is active, values that can differ between announcements are replaced by Traced objects. A Traced
object knows the expression that produced it, such as `values["story"].title`, but does not reveal its text. When it is
printed, it becomes a slot. A question about it (Is there an image? How many links are there?) is answered for the
current value, and the question and its answer become a guard. If other values satisfy all guards of a trace, they
produce the same text, with the results of the recorded expressions in its slots.

A Traced object has no text, so that content cannot get into the trace by accident. An operation that is not
implemented here raises Bailout. Then Jinja always renders the template, as it would without the fast path.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from newsletter.theme.content import HEAD, TAIL, Constant, Content, View
from newsletter.theme.fastpath.traced import Bailout, Rendered, TooLong, Traced, holds_traced, identifier, real
from newsletter.theme.printable import require_characters, require_text

Question = Callable[[Any], Any]

current: ContextVar["TraceRecorder | None"] = ContextVar("recorder", default=None)

# A template that exceeds these limits prints a list, such as an issue's stories. Two long lists rarely have the same
# trace, and compiling a long function is slow.
MAX_GUARDS = 200
MAX_VARIABLES = 160
_PLAIN = frozenset({str, int, float, bool, NoneType})


def visible(value: str) -> Any:
    """Return True for a text with a visible character, which needs a slot; otherwise return the text itself."""
    return value if not value or value.isspace() else True


def value_and_class(value: Any) -> Any:
    """Return the value and its class, so that 1 differs from True."""
    return value.__class__, value


class Slot(NamedTuple):
    """A printed variable. `html` is True for HTML and False for plain text; `marks` is True in a snippet."""

    variable: int
    html: bool
    marks: bool


class Guard(NamedTuple):
    """A question about a variable, and the answer to it during recording."""

    question: Question
    variable: int
    answer: Any


@dataclass(slots=True)
class TraceRecorder:
    """Records the trace of one rendering of a template.

    `values` are the template's values. If `shape` is true, the text is MJML, in which numbers and blank texts are
    printed directly instead of into a slot. `definitions` contains one Python expression for each variable. It may use
    `values`, earlier variables (`v3`) and `constants` (`k1`).
    """

    values: Mapping[str, Any]
    shape: bool
    definitions: list[str] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)  # variables by definition
    _answers: dict[tuple[Question, int], Any] = field(default_factory=dict)

    @contextmanager
    def recording(self) -> Iterator[dict[str, Any]]:
        """Record the template rendered in this context. Yields the values to render it with."""
        token = current.set(self)
        try:
            yield {
                name: Traced(self, f"values[{name!r}]", value) if identity(value, self.shape) is None else value
                for name, value in self.values.items()
            }
        finally:
            current.reset(token)

    def variable(self, code: str) -> int:
        """Return the number of the variable defined by `code`.

        Raises TooLong if there are more than MAX_VARIABLES variables.
        """
        if code not in self._numbers:
            if len(self.definitions) == MAX_VARIABLES:
                raise TooLong
            self._numbers[code] = len(self.definitions)
            self.definitions.append(code)
        return self._numbers[code]

    def guard(self, question: Question, variable: int, value: Any) -> Any:
        """Return the answer to a question about a variable, and record a guard unless it is already recorded.

        `value` is the variable's current value. Raises Bailout if the answer is not hashable, or if there are more
        than MAX_GUARDS guards.
        """
        key = question, variable
        if key not in self._answers:
            if len(self.guards) == MAX_GUARDS:
                raise Bailout
            answer = self._answers[key] = question(value)
            try:
                hash(answer)
            except TypeError:
                raise Bailout from None
            self.guards.append(Guard(question, variable, answer))
        return self._answers[key]

    def code(self, value: Any) -> str:
        """Return a Python expression for a value used in the template."""
        if isinstance(value, Traced):
            return value.template_code
        if isinstance(value, Rendered):
            raise Bailout
        if holds_traced(value):
            if isinstance(value, dict):
                return "{" + "".join(f"{self.code(key)}: {self.code(each)}, " for key, each in value.items()) + "}"
            entries = "".join(f"{self.code(each)}, " for each in value)
            return f"[{entries}]" if isinstance(value, list) else f"({entries})"
        if isinstance(value, slice):
            return f"slice({self.code(value.start)}, {self.code(value.stop)}, {self.code(value.step)})"
        for number, constant in enumerate(self.constants):
            if constant is value:
                return f"k{number}"
        self.constants.append(value)
        return f"k{len(self.constants) - 1}"

    def call(self, function: Any, args: tuple[Any, ...], named: Mapping[str, Any] | None = None) -> "Traced":
        """Record a call and return its result as a Traced object.

        The result of `function` must depend only on its arguments.
        """
        named = named or {}
        arguments = [self.code(each) for each in args]
        arguments += [f"{identifier(name)}={self.code(each)}" for name, each in named.items()]
        token = current.set(None)  # do not record what the function does
        try:
            sample = real(function)(*map(real, args), **{name: real(each) for name, each in named.items()})
        finally:
            current.reset(token)
        return Traced(self, f"{self.code(function)}({', '.join(arguments)})", sample)

    def print(self, value: Any, html: bool, marks: bool) -> str:
        """Return the text that the template prints for a value. For a Traced object, this is the token of a slot.

        `html` and `marks` have the same meaning as in Slot.
        """
        if isinstance(value, Rendered):
            return value.text
        if isinstance(value, Content) and self.shape:
            value = Traced(self, self.code(value), value)
        sample = value.sample if isinstance(value, Traced) else value
        require_text(sample)
        if isinstance(sample, str):
            require_characters(sample, marks=marks)
        written = escape if html else str
        if not isinstance(value, Traced):
            return str(written(value))
        if self.shape:
            if isinstance(value.sample, Markup) or not html:
                raise Bailout  # mrml must process markup, but must not process content
            if not isinstance(value.sample, Content):
                return str(escape(self.guard(value_and_class, value.number, value.raw)[1]))
            if (text := self.guard(visible, value.number, value.raw)) is not True:
                return str(escape(text))
        self.slots.append(Slot(value.number, html, marks))
        return f"{HEAD}{len(self.slots) - 1}{TAIL}"


def identity(value: Any, shape: bool) -> Any:
    """Return a key for a template's value that is equal while the value is the same, or None if it must be traced.

    The key of Strings, Markup, functions and other objects that live through many renderings is their id. If `shape` is
    true, the key of numbers and plain texts is their value: they come from the theme, because text from announcements
    is Content.
    """
    if shape and value.__class__ in _PLAIN:
        return value.__class__, value
    return None if _varies(value.__class__) else id(value)


@cache
def _varies(kind: type) -> bool:
    if issubclass(kind, Markup | Constant) or any("__call__" in each.__dict__ for each in kind.__mro__):
        return False
    return issubclass(kind, str | int | float | tuple | list | View | NoneType) or is_dataclass(kind)
