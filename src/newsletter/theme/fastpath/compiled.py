"""Compile the traces of a template to Python functions, which compute the content of its slots without Jinja.

A function checks the guards of its trace in order. If all guards hold, it returns the content of the slots. Otherwise
it returns the number of the first guard that failed, with the new answer, and the branch recorded for this answer
continues from there. Jinja renders the template if there is no such branch, or if an exception is raised.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from newsletter.model.switches import is_on
from newsletter.theme.content import CapturedHtml, as_content, as_html
from newsletter.theme.fastpath.recorder import TraceRecorder, identity, visible
from newsletter.theme.fastpath.traced import Bailout, TooLong
from newsletter.theme.printable import html_of, require_characters, text_of
from newsletter.theme.slots import Shape, split

# The number of renderings by Jinja before the first trace. With fewer announcements, a trace takes more time than it
# saves.
WARM_UP = 12
_ATTEMPTS = 3  # number of traces that are recorded even if none is used again
_FILLS_PER_TRACE = 4  # number of fills after which one more trace may be recorded
_VARIABLE = re.compile(r"\bv(\d+)\b")
_CONSTANT = re.compile(r"k\d+")


class RecordedText(NamedTuple):
    """The text of a trace with tokens in its slots, and its shape, which is the same text split at the tokens."""

    text: str
    shape: Shape[str]


@dataclass(slots=True)
class Branch:
    """A compiled trace, or the rest of a trace after a guard that failed.

    If all guards hold, `run` returns a list with the content of the slots of `text`. Otherwise it returns a tuple of
    the number of the failed guard and the new answer. This tuple is the key in `side_branches`.
    """

    run: Callable[[Mapping[str, Any]], Any]
    text: RecordedText
    side_branches: dict[tuple[int, Any], "Branch"] = field(default_factory=dict)


class _Signature(NamedTuple):
    """The traces for values with the same names and classes.

    `plain` contains the names of values that are identified by value, and `objects` the names of values that are
    identified by id. All other values are traced. The class decides (see `identity`).
    """

    plain: tuple[str, ...]
    objects: tuple[str, ...]
    branches: dict[tuple[Any, ...], Branch]

    def key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the key in `branches` for these values."""
        return (*[values[name] for name in self.plain], *[id(values[name]) for name in self.objects])


@dataclass(slots=True)
class CompiledTrace:
    """The compiled traces of one template.

    `record` renders the template with a recorder and returns the text. `shape` is passed to the recorder. `filled`
    is the number of calls of fill() that did not need Jinja.
    """

    record: Callable[[TraceRecorder], str]
    shape: bool
    filled: int = 0
    _warm_up: int = field(default_factory=lambda: WARM_UP if is_on("templates") else sys.maxsize)
    _attempts: int = _ATTEMPTS
    _signatures: dict[tuple[Any, ...], _Signature] = field(default_factory=dict)  # by names and classes of the values
    _kept_alive: list[Mapping[str, Any]] = field(default_factory=list)  # so that no other object gets the same id

    def fill(self, values: Mapping[str, Any]) -> tuple[RecordedText, list[str]] | None:
        """Return the text for `values` and the content of its slots, or None if Jinja has to render the template."""
        if self._warm_up:
            self._warm_up -= 1
            return None
        names_and_classes = (*values, *map(type, values.values()))
        signature = self._signatures.get(names_and_classes)
        if signature is None:
            signature = self._signatures[names_and_classes] = self._new_signature(values)
        branch = signature.branches.get(signature.key(values))
        failed: tuple[int, Any] | None = None
        last = None
        while branch is not None:
            try:
                result = branch.run(values)
            except Exception:  # Jinja renders the template instead and reports the error
                return None
            if result.__class__ is list:
                self.filled += 1
                return branch.text, result
            last, failed, branch = branch, result, branch.side_branches.get(result)
        if self._attempts + self.filled // _FILLS_PER_TRACE > 0:
            self._attempts -= 1
            self._add_trace(signature, values, last, failed)
        return None

    def _new_signature(self, values: Mapping[str, Any]) -> _Signature:
        identities = {name: identity(value, self.shape) for name, value in values.items()}
        plain = [name for name, key in identities.items() if isinstance(key, tuple)]
        objects = [name for name, key in identities.items() if isinstance(key, int)]
        return _Signature(tuple(plain), tuple(objects), {})

    def _add_trace(
        self, signature: _Signature, values: Mapping[str, Any], last: Branch | None, failed: tuple[int, Any] | None
    ) -> None:
        """Record a trace for `values`.

        `last` is the branch that could not fill the text, and `failed` is its result. If there is no such branch, both
        are None.
        """
        recorder = TraceRecorder(values, self.shape)
        try:
            if any(isinstance(value, Iterator) for value in values.values()):
                raise Bailout  # recording would exhaust the iterator before Jinja renders the template
            text = self.record(recorder)
            shape = split(text)
            if shape.order != tuple(range(len(recorder.slots))):
                raise Bailout
            first = 0
            if failed is not None:
                number, answer = failed
                if recorder.guards[number].answer != answer:
                    raise Bailout
                first = number + 1
            branch = Branch(_compile(recorder, first), RecordedText(text, shape))
        except TooLong:
            return
        except Exception:  # stop recording this template; Jinja renders it from now on
            self._attempts = -(10**9)
            return
        if last is None or failed is None:
            signature.branches[signature.key(values)] = branch
            self._kept_alive.append(values)
        else:
            last.side_branches[failed] = branch


def _compile(recorder: TraceRecorder, first: int) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function that checks the guards, starting at number `first`. `Branch` describes its result."""
    constants = {f"k{number}": value for number, value in enumerate(recorder.constants)}
    lines = ["def branch(values):"]
    defined: set[int] = set()
    for number, guard in enumerate(recorder.guards[first:], first):
        if _CONSTANT.fullmatch(recorder.definitions[guard.variable]):
            continue  # the answer for a constant never changes
        lines += _definitions(recorder, guard.variable, defined)
        name = f"v{guard.variable}"
        if guard.question is bool:
            lines.append(f" if {'not ' * guard.answer}{name}: return {number}, {not guard.answer}")
        elif guard.question is visible and guard.answer is True:
            lines.append(f" if not {name} or {name}.isspace(): return {number}, {name}")
        else:
            constants[f"q{number}"], constants[f"a{number}"] = guard.question, guard.answer
            lines.append(f" if (answer := q{number}({name})) != a{number}: return {number}, answer")
    printed: list[str] = []
    for number, (variable, html, marks) in enumerate(recorder.slots):
        if html and _CONSTANT.fullmatch(code := recorder.definitions[variable]):
            constants[f"p{number}"] = CapturedHtml(as_html(constants[code]))
            printed.append(f"p{number}")
            continue
        lines += _definitions(recorder, variable, defined)
        code = f"html(v{variable})" if html else f"plain(v{variable})"
        printed.append(f"checked({code}, marks={marks})" if _is_computed(recorder, variable) else code)
    lines.append(f" return [{', '.join(printed)}]")
    scope = {"seen": as_content, "html": html_of, "plain": text_of, "checked": require_characters, **constants}
    exec("\n".join(lines), scope)  # safe: the code contains only expressions and names made by the recorder
    branch: Callable[[Mapping[str, Any]], Any] = scope["branch"]
    return branch


def _is_computed(recorder: TraceRecorder, variable: int) -> bool:
    """Return whether a value is the result of a call, whose characters were not checked during loading."""
    code = recorder.definitions[variable]
    if "(" in code.replace("seen(", ""):
        return True
    return any(_is_computed(recorder, int(match[1])) for match in _VARIABLE.finditer(code))


def _definitions(recorder: TraceRecorder, variable: int, defined: set[int]) -> Iterator[str]:
    """Yield the lines that define a variable and its dependencies, except variables in `defined`."""
    if variable in defined:
        return
    defined.add(variable)
    code = recorder.definitions[variable]
    for match in _VARIABLE.finditer(code):
        yield from _definitions(recorder, int(match[1]), defined)
    yield f" v{variable} = {code}"
