"""Values of a template while a trace is recorded: each knows its expression, but does not show its text."""

import operator
from collections.abc import Callable
from dataclasses import is_dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from newsletter.theme.content import View, as_content

if TYPE_CHECKING:
    from newsletter.theme.fastpath.recorder import TraceRecorder


class Bailout(Exception):
    """The template does something that a trace cannot express."""


class TooLong(Bailout):
    """The trace for these values is too long; for other values it may be short enough."""


class Opaque:
    """A value that a template may pass on and print. Any other use raises Bailout."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise Bailout

    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __hash__ = __str__ = _refuse
    __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __call__ = __format__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __getattr__ = _refuse


class Rendered(Opaque):
    """The result of a macro or block: text that may hold slots."""

    __slots__ = ("text",)

    def __init__(self, text: Any) -> None:
        self.text = str(text)


class Traced(Opaque):
    """A value that may differ the next time the template is rendered.

    `code` is the Python expression for `raw`, the present value: a View is replaced by the dataclass in it, and a text
    is not yet Content. With `wrapped`, the template sees as_content(raw) instead. `sample` is what the template sees
    now.
    """

    __slots__ = ("_wrapped", "number", "raw", "recorder", "sample")

    def __init__(self, recorder: "TraceRecorder", code: str, raw: Any, *, wrapped: bool = False) -> None:
        if isinstance(raw, View):
            raw, code, wrapped = raw._of, f"{code}._of", True  # noqa: SLF001 (the fast path works on the dataclass)
        self.recorder, self.raw, self._wrapped = recorder, raw, wrapped
        self.sample = as_content(raw) if wrapped else raw
        self.number = recorder.variable(code)

    @property
    def template_code(self) -> str:
        """Python expression for the value as the template sees it."""
        variable = f"v{self.number}"
        return f"v{self.recorder.variable(f'seen({variable})')}" if self._wrapped else variable

    def attribute(self, name: str) -> Any:
        """Return the attribute `name` as a Traced object."""
        name = identifier(name)
        if is_dataclass(self.raw) and self._wrapped:
            return self._member(f"v{self.number}.{name}", getattr(self.raw, name))
        return Traced(self.recorder, f"{self.template_code}.{name}", getattr(self.sample, name))

    def item(self, key: Any) -> Any:
        """Return the item `key` as a Traced object."""
        if isinstance(self.raw, tuple) and self._wrapped and isinstance(key, int):
            return self._member(f"v{self.number}[{key}]", self.raw[key])
        return Traced(self.recorder, f"{self.template_code}[{self.recorder.code(key)}]", self.sample[real(key)])

    def _member(self, code: str, raw: Any) -> "Traced":
        """Return a member of a view, which shows text as Content and dataclasses as views."""
        wrapped = raw.__class__ is str or isinstance(raw, tuple) or is_dataclass(raw)
        return Traced(self.recorder, code, raw, wrapped=wrapped)

    def guard_class(self) -> None:
        """Record a guard on the value's class."""
        self.recorder.guard(type, self.number, self.raw)

    def __bool__(self) -> bool:
        return bool(self.recorder.guard(bool, self.number, self.raw))

    def __len__(self) -> int:
        return int(self.recorder.guard(len, self.number, self.raw))

    def __iter__(self) -> Any:
        if not isinstance(self.raw, tuple | list):
            return iter(self.recorder.call(tuple, (self,)))
        return iter([self.item(number) for number in range(len(self))])

    def __contains__(self, item: Any) -> bool:
        return bool(self.recorder.call(operator.contains, (self, item)))

    def __getitem__(self, key: Any) -> Any:
        return self.recorder.call(operator.getitem, (self, key))


def _operator(function: Callable[..., Any], *, swapped: bool = False, is_test: bool = False) -> Callable[..., Any]:
    """Return an operator method that records a call of `function`; with `is_test`, its truth becomes a guard."""

    def method(self: Traced, *others: Any) -> Any:
        operands = (*others, self) if swapped else (self, *others)
        result = self.recorder.call(function, operands)
        return bool(result) if is_test else result

    return method


for _name in ("add", "sub", "mul", "mod", "truediv", "floordiv", "pow"):
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, _name)))
    setattr(Traced, f"__r{_name}__", _operator(getattr(operator, _name), swapped=True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, _name), is_test=True))
for _name in ("neg", "pos"):
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, _name)))


def real(value: Any) -> Any:
    """Return the present value of a traced value; any other value as it is."""
    if isinstance(value, Traced):
        return value.sample
    if isinstance(value, Rendered):
        raise Bailout
    if isinstance(value, dict):
        return {real(key): real(each) for key, each in value.items()}
    return type(value)(map(real, value)) if type(value) in (list, tuple) else value


def holds_traced(value: Any) -> bool:
    """Return whether a value is traced or, as a list, tuple or dict, holds a traced value."""
    if isinstance(value, Opaque):
        return True
    if isinstance(value, dict):
        return any(holds_traced(each) for pair in value.items() for each in pair)
    return isinstance(value, list | tuple) and any(map(holds_traced, value))


def identifier(name: str) -> str:
    """Return `name` if it can be used as a name in Python code; otherwise raise Bailout."""
    if not name.isidentifier() or iskeyword(name):
        raise Bailout
    return name
