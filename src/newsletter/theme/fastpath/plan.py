"""plan: a template's recordings as Python functions, which do for other values what the template did, without Jinja.

Each function asks what the template asked, in its order. While the answers are those of its recording, it gives
what stands in the slots; at the first other answer it says which, and another function goes on from there. An
answer that no recording has had, or a fault of any kind, leaves the mail to Jinja.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from newsletter.theme.content import CapturedHtml, as_content, as_html
from newsletter.theme.fastpath.recording import Recording, blank, identity
from newsletter.theme.fastpath.traced import Bailout, TooLong
from newsletter.theme.printable import html_of, require_characters, text_of
from newsletter.theme.slots import Shape, split

_FIRST = 12  # renders before the first recording: a few announcements do not need one
_TRIALS = 3  # recordings that may come to nothing
_WORTH = 4  # fills that pay for one more
_VARIABLE = re.compile(r"\bv(\d+)\b")
_CONSTANT = re.compile(r"k\d+")


class RecordedText(NamedTuple):
    """What a recording says: the text with tokens, and the same split at them."""

    text: str
    shape: Shape[str]


@dataclass(slots=True)
class _Branch:
    """One function, what it is the way to, and where it goes on at another answer."""

    run: Callable[[Mapping[str, Any]], Any]
    text: RecordedText
    others: dict[tuple[int, Any], "_Branch"] = field(default_factory=dict)


class _Known(NamedTuple):
    """Values of the same names and classes: those that have an identity (which have, the class tells), and the ways.

    `plain` are known by what they are, `objects` by which they are.
    """

    plain: tuple[str, ...]
    objects: tuple[str, ...]
    ways: dict[tuple[Any, ...], _Branch]

    def key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What the values have to be for a way to be theirs."""
        return (*[values[name] for name in self.plain], *[id(values[name]) for name in self.objects])


@dataclass(slots=True)
class CompiledTrace:
    """The recordings of one template. `record` makes one for given values; `shape`: see Recording."""

    record: Callable[[Recording], str]
    shape: bool
    filled: int = 0
    _left: int = _FIRST
    _trials: int = _TRIALS
    _known: dict[tuple[Any, ...], _Known] = field(default_factory=dict)  # by names and classes of values
    _kept: list[Mapping[str, Any]] = field(default_factory=list)  # whose values are known by their identity

    def fill(self, values: Mapping[str, Any]) -> tuple[RecordedText, list[str]] | None:
        """The text for these values and what stands in its slots; None when Jinja has to render them."""
        if self._left:
            self._left -= 1
            return None
        kinds = (*values, *map(type, values.values()))
        known = self._known.get(kinds)
        if known is None:
            known = self._known[kinds] = self._sorted(values)
        way = known.ways.get(known.key(values))
        miss: tuple[int, Any] | None = None
        last = None
        while way is not None:
            try:
                found = way.run(values)
            except Exception:  # Jinja will say what is wrong, if anything is
                return None
            if found.__class__ is list:
                self.filled += 1
                return way.text, found
            last, miss, way = way, found, way.others.get(found)
        if self._trials + self.filled // _WORTH > 0:
            self._trials -= 1
            self._learn(known, values, last, miss)
        return None

    def _sorted(self, values: Mapping[str, Any]) -> _Known:
        identities = {name: identity(value, self.shape) for name, value in values.items()}
        plain = [name for name, found in identities.items() if isinstance(found, tuple)]
        objects = [name for name, found in identities.items() if isinstance(found, int)]
        return _Known(tuple(plain), tuple(objects), {})

    def _learn(
        self, known: _Known, values: Mapping[str, Any], last: _Branch | None, miss: tuple[int, Any] | None
    ) -> None:
        recording = Recording(values, self.shape)
        try:
            if any(isinstance(value, Iterator) for value in values.values()):
                raise Bailout  # Jinja would find it used up
            text = self.record(recording)
            shape = split(text)
            if shape.order != tuple(range(len(recording.slots))):
                raise Bailout
            asked = -1 if miss is None else miss[0]
            if miss is not None and recording.guards[asked].answer != miss[1]:
                raise Bailout
            way = _Branch(_function(recording, asked + 1), RecordedText(text, shape))
        except TooLong:
            return
        except Exception:  # whatever it is: this template is Jinja's
            self._trials = -(10**9)
            return
        if last is None or miss is None:
            known.ways[known.key(values)] = way
            self._kept.append(values)
        else:
            last.others[miss] = way


def _function(recording: Recording, first: int) -> Callable[[Mapping[str, Any]], Any]:
    """Python that asks the recording's questions from the `first` on, and gives the content of its slots."""
    constants = {f"k{number}": value for number, value in enumerate(recording.constants)}
    lines = ["def way(values):"]
    defined: set[int] = set()
    for number, guard in enumerate(recording.guards[first:], first):
        if _CONSTANT.fullmatch(recording.definitions[guard.variable]):
            continue  # it will give the same answer
        lines += _definitions(recording, guard.variable, defined)
        name = f"v{guard.variable}"
        if guard.ask is bool:
            lines.append(f" if {'not ' * guard.answer}{name}: return {number}, {not guard.answer}")
        elif guard.ask is blank and guard.answer is True:
            lines.append(f" if not {name} or {name}.isspace(): return {number}, {name}")
        else:
            constants[f"q{number}"], constants[f"a{number}"] = guard.ask, guard.answer
            lines.append(f" if (answer := q{number}({name})) != a{number}: return {number}, answer")
    printed: list[str] = []
    for slot, (variable, html) in enumerate(recording.slots):
        if html and _CONSTANT.fullmatch(code := recording.definitions[variable]):
            constants[f"p{slot}"] = CapturedHtml(as_html(constants[code]))
            printed.append(f"p{slot}")
            continue
        lines += _definitions(recording, variable, defined)
        code = f"html(v{variable})" if html else f"text(v{variable})"
        printed.append(f"judged({code}, marks={not html})" if _is_made(recording, variable) else code)
    lines.append(f" return [{', '.join(printed)}]")
    scope = {"seen": as_content, "html": html_of, "text": text_of, "judged": require_characters, **constants}
    exec("\n".join(lines), scope)  # of expressions that recording.py wrote, over names of ours
    made: Callable[[Mapping[str, Any]], Any] = scope["way"]
    return made


def _is_made(recording: Recording, variable: int) -> bool:
    """Whether the template makes a value, by a call: then its characters are not those that were read and judged."""
    code = recording.definitions[variable]
    if "(" in code.replace("seen(", ""):
        return True
    return any(_is_made(recording, int(match[1])) for match in _VARIABLE.finditer(code))


def _definitions(recording: Recording, variable: int, defined: set[int]) -> Iterator[str]:
    """Lines that define a variable, and those that it is made of."""
    if variable in defined:
        return
    defined.add(variable)
    code = recording.definitions[variable]
    for match in _VARIABLE.finditer(code):
        yield from _definitions(recording, int(match[1]), defined)
    yield f" v{variable} = {code}"
