"""recording: what a template does with its values, written down while it renders once.

While a recording runs, the values that differ from one announcement to the next are Traced: in their place stand
objects that know how they came about (`values["story"].title`), but not what they are. What the template prints of
them becomes a slot. What it wants to know of them (is there an image? how many links?) is answered with what
holds this time, and the question is written down with its answer. So a recording says: whoever gives the same
answers gets the same text, with these expressions in its slots.

A Traced has no text, so that no content can get into the text unseen: whatever asks it for more than is written
here ends the recording (Bailout), and the template is rendered by Jinja each time, as it would be without all this.
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
from newsletter.theme.fastpath.traced import Bailout, Rendered, TooLong, Traced, holds, identifier, real
from newsletter.theme.printable import require_characters, require_text

Question = Callable[[Any], Any]

current: ContextVar["Recording | None"] = ContextVar("recording", default=None)

_MOST = 200  # questions: two long lists, as of an issue's stories, are hardly ever alike
_LONGEST = 160  # variables: what prints more of them is a list, too, and its function takes long to make
_PLAIN = frozenset({str, int, float, bool, NoneType})


def blank(value: str) -> Any:
    """A text without any sign but blanks, as it is; True for any other: only that is worth a slot."""
    return value if not value or value.isspace() else True


def itself(value: Any) -> Any:
    """A value and its class: 1 is not True."""
    return value.__class__, value


class Guard(NamedTuple):
    """A question about a variable, and the answer this time."""

    ask: Question
    variable: int
    answer: Any


@dataclass(slots=True)
class Recording:
    """What is written down. `shape`: the text is MJML, in which numbers and blanks stand as they are.

    `definitions` are Python expressions, one a variable, over `values`, variables before it and `constants`
    (`v3`, `k1`); `slots` are the variables that are printed, and whether as HTML or as plain text.
    """

    values: Mapping[str, Any]
    shape: bool
    definitions: list[str] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    slots: list[tuple[int, bool]] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _asked: dict[tuple[Question, int], Any] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[dict[str, Any]]:
        """While this is open, templates that are rendered are recorded; gives the values to render with."""
        token = current.set(self)
        try:
            yield {
                name: Traced(self, f"values[{name!r}]", value) if identity(value, self.shape) is None else value
                for name, value in self.values.items()
            }
        finally:
            current.reset(token)

    def variable(self, code: str) -> int:
        """The number of the variable that holds what the code gives."""
        if code not in self._known:
            if len(self.definitions) == _LONGEST:
                raise TooLong
            self._known[code] = len(self.definitions)
            self.definitions.append(code)
        return self._known[code]

    def ask(self, ask: Question, variable: int, value: Any) -> Any:
        """The answer, which is written down the first time."""
        key = ask, variable
        if key not in self._asked:
            if len(self.guards) == _MOST:
                raise Bailout
            answer = self._asked[key] = ask(value)
            try:
                hash(answer)
            except TypeError:
                raise Bailout from None
            self.guards.append(Guard(ask, variable, answer))
        return self._asked[key]

    def code(self, value: Any) -> str:
        """Python for a value as the template sees it."""
        if isinstance(value, Traced):
            return value.seen
        if isinstance(value, Rendered):
            raise Bailout
        if holds(value):
            if isinstance(value, dict):
                return "{" + "".join(f"{self.code(key)}: {self.code(each)}, " for key, each in value.items()) + "}"
            inside = "".join(f"{self.code(each)}, " for each in value)
            return f"[{inside}]" if isinstance(value, list) else f"({inside})"
        if isinstance(value, slice):
            return f"slice({self.code(value.start)}, {self.code(value.stop)}, {self.code(value.step)})"
        for number, known in enumerate(self.constants):
            if known is value:
                return f"k{number}"
        self.constants.append(value)
        return f"k{len(self.constants) - 1}"

    def call(self, function: Any, args: tuple[Any, ...], named: Mapping[str, Any] | None = None) -> "Traced":
        """What the function will give for the values to come; it must depend on nothing else."""
        given = [self.code(each) for each in args]
        given += [f"{identifier(name)}={self.code(each)}" for name, each in (named or {}).items()]
        token = current.set(None)  # what it does is no part of the recording
        try:
            sample = real(function)(*map(real, args), **{name: real(each) for name, each in (named or {}).items()})
        finally:
            current.reset(token)
        return Traced(self, f"{self.code(function)}({', '.join(given)})", sample)

    def print(self, value: Any, html: bool) -> str:
        """What stands in the text for a value that the template prints."""
        if isinstance(value, Rendered):
            return value.text
        if isinstance(value, Content) and self.shape:
            value = Traced(self, self.code(value), value)
        seen = value.sample if isinstance(value, Traced) else value
        require_text(seen)
        if isinstance(seen, str):
            require_characters(seen, marks=not html)
        written = escape if html else str
        if not isinstance(value, Traced):
            return str(written(value))
        if self.shape:
            if isinstance(value.sample, Markup) or not html:
                raise Bailout  # markup must pass through mrml, content must not
            if not isinstance(value.sample, Content):
                return str(escape(self.ask(itself, value.number, value.raw)[1]))
            if (text := self.ask(blank, value.number, value.raw)) is not True:
                return str(escape(text))
        self.slots.append((value.number, html))
        return f"{HEAD}{len(self.slots) - 1}{TAIL}"


def identity(value: Any, shape: bool) -> Any:
    """None for a value of a template that may be another one each time; else what says that it is still the same.

    The same are words, marked-up text and whatever else is one object in many renders; in a shape also numbers and
    plain texts, which are the theme's: what comes from announcements is Content there.
    """
    if shape and value.__class__ in _PLAIN:
        return value.__class__, value
    return None if _varies(value.__class__) else id(value)


@cache
def _varies(kind: type) -> bool:
    if issubclass(kind, Markup | Constant) or any("__call__" in each.__dict__ for each in kind.__mro__):
        return False
    return issubclass(kind, str | int | float | tuple | list | View | NoneType) or is_dataclass(kind)
