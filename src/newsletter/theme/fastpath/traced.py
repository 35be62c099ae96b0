"""Define the values that a template gets while a trace is recorded.

Each value knows the Python expression that produced it, but does not reveal its text.
"""

import operator
from collections.abc import Callable
from dataclasses import is_dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from newsletter.theme.content import View, as_content

if TYPE_CHECKING:
    from newsletter.theme.fastpath.recorder import TraceRecorder


class Bailout(Exception):
    """The template uses an operation that a trace cannot express."""


class TooLong(Bailout):
    """The trace for the current values is too long. For other values, it may be short enough."""


class Opaque:
    """A value that a template may only pass on and print. Any other operation raises Bailout."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise Bailout

    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __hash__ = __str__ = _refuse
    __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __call__ = __format__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __getattr__ = _refuse


class Rendered(Opaque):
    """The result of a macro or block, which is text that may contain the tokens of slots."""

    __slots__ = ("text",)

    def __init__(self, text: Any) -> None:
        self.text = str(text)


class Traced(Opaque):
    """A value that may differ the next time the template is rendered.

    `raw` is the current value, and `code` is the Python expression for it. A View is replaced by its dataclass. If
    `wrapped` is true, the template sees as_content(raw) instead of `raw`. `sample` is the value that the template
    currently sees.
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
        """The Python expression for the value that the template sees."""
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
        """Return a member of a view. In the template, text becomes Content and a dataclass becomes a View."""
        wrapped = raw.__class__ is str or isinstance(raw, tuple) or is_dataclass(raw)
        return Traced(self.recorder, code, raw, wrapped=wrapped)

    def guard_class(self) -> None:
        """Record a guard that checks the value's class."""
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
    """Return an operator method that records a call of `function`.

    If `swapped`, `self` is the last operand. If `is_test`, the truth value of the result becomes a guard.
    """

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
    """Return the current value of a Traced object, or any other value unchanged.

    Also replaces Traced objects in dicts, lists and tuples. Raises Bailout for a Rendered object.
    """
    if isinstance(value, Traced):
        return value.sample
    if isinstance(value, Rendered):
        raise Bailout
    if isinstance(value, dict):
        return {real(key): real(each) for key, each in value.items()}
    return type(value)(map(real, value)) if type(value) in (list, tuple) else value


def holds_traced(value: Any) -> bool:
    """Return whether a value is a Traced or Rendered object, or a list, tuple or dict that contains one."""
    if isinstance(value, Opaque):
        return True
    if isinstance(value, dict):
        return any(holds_traced(each) for pair in value.items() for each in pair)
    return isinstance(value, list | tuple) and any(map(holds_traced, value))


def identifier(name: str) -> str:
    """Return `name` if it is a valid name in Python code. Raises Bailout if it is not."""
    if not name.isidentifier() or iskeyword(name):
        raise Bailout
    return name
