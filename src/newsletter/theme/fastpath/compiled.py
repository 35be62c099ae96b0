"""Compile the traces of a template to Python functions, which fill its slots without Jinja.

A function checks the guards of its trace in order. If all hold, it returns the content of the slots. At the first
guard that fails it returns that guard's number and the new answer, and the branch recorded for this answer goes on
from there. If there is no such branch, or anything raises an exception, Jinja renders the template.
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

WARM_UP = 12  # renderings by Jinja before the first trace, which does not pay off for a few announcements
_ATTEMPTS = 3  # traces that are recorded even if they are never used again
_FILLS_PER_TRACE = 4  # fills that earn one more trace
_VARIABLE = re.compile(r"\bv(\d+)\b")
_CONSTANT = re.compile(r"k\d+")


class RecordedText(NamedTuple):
    """The text of a trace, with tokens for the slots, and its shape: the same text split at the tokens."""

    text: str
    shape: Shape[str]


@dataclass(slots=True)
class Branch:
    """A compiled trace, or the rest of one after a guard that failed.

    `run` returns a list, the content of the slots of `text`, if all guards hold; otherwise the number of the guard
    that failed and the answer, which is the key in `side_branches`.
    """

    run: Callable[[Mapping[str, Any]], Any]
    text: RecordedText
    side_branches: dict[tuple[int, Any], "Branch"] = field(default_factory=dict)


class _Signature(NamedTuple):
    """The traces for values of the same names and classes. The class decides whether a value has an identity.

    `plain` are the names of the values that are identified by value, `objects` of those that are identified by id.
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

    `record` renders the template with a recorder and returns the text; `shape` is passed to the recorder. `filled`
    counts the calls of fill() that did not need Jinja.
    """

    record: Callable[[TraceRecorder], str]
    shape: bool
    filled: int = 0
    _warm_up: int = field(default_factory=lambda: WARM_UP if is_on("templates") else sys.maxsize)
    _attempts: int = _ATTEMPTS
    _signatures: dict[tuple[Any, ...], _Signature] = field(default_factory=dict)  # by names and classes of the values
    _kept_alive: list[Mapping[str, Any]] = field(default_factory=list)  # so that no other object gets the same id

    def fill(self, values: Mapping[str, Any]) -> tuple[RecordedText, list[str]] | None:
        """Return the text for these values and the content of its slots, or None if Jinja has to render them."""
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
            except Exception:  # if something is wrong with the values, Jinja reports it
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
        """Record a trace for these values: a side branch of `last` for the guard that `failed`, or a first branch."""
        recorder = TraceRecorder(values, self.shape)
        try:
            if any(isinstance(value, Iterator) for value in values.values()):
                raise Bailout  # recording would exhaust it before Jinja renders
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
        except Exception:  # for any other reason, Jinja renders this template from now on
            self._attempts = -(10**9)
            return
        if last is None or failed is None:
            signature.branches[signature.key(values)] = branch
            self._kept_alive.append(values)
        else:
            last.side_branches[failed] = branch


def _compile(recorder: TraceRecorder, first: int) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function that checks the guards from number `first` on; see Branch for what it returns."""
    constants = {f"k{number}": value for number, value in enumerate(recorder.constants)}
    lines = ["def branch(values):"]
    defined: set[int] = set()
    for number, guard in enumerate(recorder.guards[first:], first):
        if _CONSTANT.fullmatch(recorder.definitions[guard.variable]):
            continue  # the answer never changes
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
    exec("\n".join(lines), scope)  # the code consists of the recorder's expressions, over names that it has chosen
    branch: Callable[[Mapping[str, Any]], Any] = scope["branch"]
    return branch


def _is_computed(recorder: TraceRecorder, variable: int) -> bool:
    """Return whether the template computes a value by a call: its characters were not checked when it was loaded."""
    code = recorder.definitions[variable]
    if "(" in code.replace("seen(", ""):
        return True
    return any(_is_computed(recorder, int(match[1])) for match in _VARIABLE.finditer(code))


def _definitions(recorder: TraceRecorder, variable: int, defined: set[int]) -> Iterator[str]:
    """Yield the lines that define a variable and the variables it depends on, except those already `defined`."""
    if variable in defined:
        return
    defined.add(variable)
    code = recorder.definitions[variable]
    for match in _VARIABLE.finditer(code):
        yield from _definitions(recorder, int(match[1]), defined)
    yield f" v{variable} = {code}"
