"""Restrict the objects that a template can access, because it may come from a stranger's pull request.

Jinja's sandbox hides Python's internals and names that begin with an underscore. A template could still access
everything else that is reachable from a value, such as a path that reads files or a function that parses them.
Therefore templates only see data: texts, numbers, dates, collections, and frozen dataclasses that contain these. They
can only call globals, methods of built-in types, and methods that are decorated with `for_templates`.
"""

from collections.abc import Mapping
from datetime import date, time, timedelta, tzinfo
from functools import cache
from types import BuiltinMethodType, MethodType, MethodWrapperType, NoneType
from typing import Any

from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace

from newsletter.model import Asset, Source, SourceFile
from newsletter.theme.content import View, is_for_templates

_PLAIN = (
    str, bytes, int, float, NoneType, date, time, timedelta, tzinfo, tuple, list, set, frozenset, range, Mapping,
)  # fmt: skip
_RUNTIME = (BlockReference, Cycler, Joiner, LoopContext, Macro, Namespace, TemplateModule, TemplateReference, Undefined)
_METHODS = (MethodType, BuiltinMethodType, MethodWrapperType)

# The only attributes of these classes that templates see. The others describe the computer, or are not for readers.
_ONLY: Mapping[type, frozenset[str]] = {
    Asset: frozenset({"path", "media_type", "size", "sha256", "width", "height"}),
    Source: frozenset({"path"}),
    SourceFile: frozenset({"path"}),
}


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment in which templates only see data, and cannot change data that other templates see."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Remove random functions, because the same input must produce the same bytes.
        del self.globals["lipsum"], self.filters["random"]
        self._safe: set[tuple[type, str, type]] = set()  # an object's class, an attribute's name, the attribute's class

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may access `obj.attr`, whose value is `value`."""
        if isinstance(obj, View):
            obj = obj._of  # noqa: SLF001 (only here and where values are recorded)
        if isinstance(value, _METHODS):
            return self._is_safe_name(obj, attr, value) and _is_method(value)
        # For anything except methods, the result depends only on the classes, so cache it.
        key = type(obj), attr, type(value._of if isinstance(value, View) else value)  # noqa: SLF001
        if key in self._safe:
            return True
        if not (self._is_safe_name(obj, attr, value) and is_shown(value)):
            return False
        self._safe.add(key)
        return True

    def _is_safe_name(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether templates may access attributes of `obj`, and in particular the attribute `attr`."""
        return super().is_safe_attribute(obj, attr, value) and is_shown(obj) and attr in _ONLY.get(type(obj), (attr,))

    def is_safe_callable(self, obj: Any) -> bool:
        """Return True, because is_safe_attribute() hides all objects that a template must not call."""
        return True


def is_shown(value: Any) -> bool:
    """Return whether a template may access attributes of a value, because it is data or belongs to Jinja."""
    kind: Any = type(value._of if isinstance(value, View) else value)  # noqa: SLF001
    return _is_shown(kind)


@cache
def _is_shown(kind: type) -> bool:
    # A dataclass that is not frozen, such as Templates or Problems, is not data.
    made = getattr(kind, "__dataclass_params__", None)
    return issubclass(kind, _PLAIN + _RUNTIME) or (made is not None and made.frozen)


def _is_method(value: Any) -> bool:
    """Return whether a bound method may be called, because it is built in or decorated with `for_templates`."""
    owner = value.__self__
    if isinstance(value, MethodType) and not isinstance(owner, (str, *_RUNTIME)):
        return is_for_templates(value)
    return isinstance(owner, _PLAIN + _RUNTIME)
