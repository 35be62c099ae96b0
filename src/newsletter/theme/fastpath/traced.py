"""traced: values that know how they came about, but not what they are."""

import operator
from collections.abc import Callable
from dataclasses import is_dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from newsletter.theme.content import View, as_content

if TYPE_CHECKING:
    from newsletter.theme.fastpath.recording import Recording


class Bailout(Exception):
    """This template does something that cannot be written down."""


class TooLong(Bailout):
    """What it does for these values would take too long to write down; for others it may not."""


class Opaque:
    """What a template may only pass on and print. Whatever else it does with it ends the recording."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise Bailout

    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __hash__ = __str__ = _refuse
    __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __call__ = __format__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __getattr__ = _refuse


class Rendered(Opaque):
    """What a macro or block gave: text with slots in it."""

    __slots__ = ("text",)

    def __init__(self, text: Any) -> None:
        self.text = str(text)


class Traced(Opaque):
    """A value that the template may meet again as another one.

    `raw` is the value now, without what templates see of it: views are opened, texts are no content. `code` gives it;
    `seen` tells that templates see `sample` instead.
    """

    __slots__ = ("_wrapped", "number", "raw", "recording", "sample")

    def __init__(self, recording: "Recording", code: str, raw: Any, *, seen: bool = False) -> None:
        if isinstance(raw, View):
            raw, code, seen = raw._of, f"{code}._of", True  # noqa: SLF001 (it is opened here)
        self.recording, self.raw, self._wrapped = recording, raw, seen
        self.sample = as_content(raw) if seen else raw
        self.number = recording.variable(code)

    @property
    def seen(self) -> str:
        """Python for the value as the template sees it."""
        variable = f"v{self.number}"
        return f"v{self.recording.variable(f'seen({variable})')}" if self._wrapped else variable

    def attribute(self, name: str) -> Any:
        """What the value holds under a name."""
        name = identifier(name)
        if is_dataclass(self.raw) and self._wrapped:
            return self._inside(f"v{self.number}.{name}", getattr(self.raw, name))
        return Traced(self.recording, f"{self.seen}.{name}", getattr(self.sample, name))

    def item(self, key: Any) -> Any:
        """What the value holds at a place."""
        if isinstance(self.raw, tuple) and self._wrapped and isinstance(key, int):
            return self._inside(f"v{self.number}[{key}]", self.raw[key])
        return Traced(self.recording, f"{self.seen}[{self.recording.code(key)}]", self.sample[real(key)])

    def _inside(self, code: str, raw: Any) -> "Traced":
        """What a view shows of what it holds: text as content, dataclasses as views."""
        return Traced(
            self.recording, code, raw, seen=raw.__class__ is str or isinstance(raw, tuple) or is_dataclass(raw)
        )

    def of_class(self) -> None:
        """Write down that it depends on the value's class what is there."""
        self.recording.ask(type, self.number, self.raw)

    def __bool__(self) -> bool:
        return bool(self.recording.ask(bool, self.number, self.raw))

    def __len__(self) -> int:
        return int(self.recording.ask(len, self.number, self.raw))

    def __iter__(self) -> Any:
        if not isinstance(self.raw, tuple | list):
            return iter(self.recording.call(tuple, (self,)))
        return iter([self.item(number) for number in range(len(self))])

    def __contains__(self, item: Any) -> bool:
        return bool(self.recording.call(operator.contains, (self, item)))

    def __getitem__(self, key: Any) -> Any:
        return self.recording.call(operator.getitem, (self, key))


def _operator(function: Callable[..., Any], *, swapped: bool = False, answer: bool = False) -> Callable[..., Any]:
    def method(self: Traced, *others: Any) -> Any:
        given = (*others, self) if swapped else (self, *others)
        found = self.recording.call(function, given)
        return bool(found) if answer else found

    return method


for _name in ("add", "sub", "mul", "mod", "truediv", "floordiv", "pow"):
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, _name)))
    setattr(Traced, f"__r{_name}__", _operator(getattr(operator, _name), swapped=True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, _name), answer=True))
for _name in ("neg", "pos"):
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, _name)))


def real(value: Any) -> Any:
    """The value itself, this time."""
    if isinstance(value, Traced):
        return value.sample
    if isinstance(value, Rendered):
        raise Bailout
    if isinstance(value, dict):
        return {real(key): real(each) for key, each in value.items()}
    return type(value)(map(real, value)) if type(value) in (list, tuple) else value


def holds(value: Any) -> bool:
    """Whether a value is traced, or holds one that is."""
    if isinstance(value, Opaque):
        return True
    if isinstance(value, dict):
        return any(holds(each) for pair in value.items() for each in pair)
    return isinstance(value, list | tuple) and any(map(holds, value))


def identifier(name: str) -> str:
    """A name that may stand in code."""
    if not name.isidentifier() or iskeyword(name):
        raise Bailout
    return name
