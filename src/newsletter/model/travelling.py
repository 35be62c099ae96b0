"""travelling: what is sent between processes by the thousand is taken apart and put together by C, not by fields."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

Made = TypeVar("Made")

_SETTERS: dict[type, tuple[Callable[[Any, Any], None], ...]] = {}


def travels(made: type[Made]) -> type[Made]:
    """For frozen dataclasses with slots and at least two fields: pickle their values, in order."""
    names = [each.name for each in fields(made)]  # type: ignore[arg-type]
    values = attrgetter(*names)
    _SETTERS[made] = tuple(getattr(made, name).__set__ for name in names)

    def __reduce__(self: Any) -> tuple[Any, ...]:
        return _arrived, (made, *values(self))

    made.__reduce__ = __reduce__  # type: ignore[method-assign]
    return made


def _arrived(made: type[Made], *values: Any) -> Made:
    new = object.__new__(made)
    for put, value in zip(_SETTERS[made], values, strict=True):
        put(new, value)
    return new
