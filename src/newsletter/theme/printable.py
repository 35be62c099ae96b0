"""Check the values and characters that a template prints.

This is necessary because templates may come from strangers, and their output is published unchanged.
"""

import re
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from dataclasses import is_dataclass
from datetime import date, time, timedelta, tzinfo
from types import GeneratorType, NoneType
from typing import Any

from jinja2.environment import TemplateModule
from jinja2.runtime import Macro, Undefined
from markupsafe import Markup

from newsletter import text
from newsletter.theme.content import ConstantText, Content, View, as_html

_TEXTS = frozenset((str, Content, ConstantText, Markup, int, float, bool, NoneType))
_PLAIN = (str, bytes, int, float, NoneType, date, time, timedelta, tzinfo, range, TemplateModule)
_COLLECTIONS = (tuple, list, Mapping, KeysView, ValuesView, ItemsView)

# The characters that begin, end and separate a note about a block of a snippet, such as its kind. Announcements cannot
# contain them.
MARKS = "\x02", "\x03", "\x1f"
_MARK = re.compile("\x02[^\0-\x1f\x7f-\x9f]*(?:\x1f-?[0-9]{1,9}){3}\x03")


class Unprintable(ValueError):
    """A template printed a value or character that it must not print. `fix` is what to do instead."""

    def __init__(self, message: str, fix: str = "correct this line") -> None:
        super().__init__(message)
        self.fix = fix


def require_text(value: Any) -> None:
    """Raise Unprintable unless the text of a value is the same in each build.

    Python's text for methods, generators and most other objects contains a memory address.
    """
    if value.__class__ in _TEXTS or isinstance(value, _PLAIN):
        return
    if isinstance(value, Undefined):
        str(value)  # raises UndefinedError, except for the empty result of an `if` without `else`
        return
    if isinstance(value, _COLLECTIONS):
        parts = value.items() if isinstance(value, Mapping) else value
        for part in parts:
            require_text(part)
        return
    of = value._of if isinstance(value, View) else value  # noqa: SLF001 (a view stands for its dataclass)
    if isinstance(value, Macro) or (callable(value) and not is_dataclass(of)):
        name = getattr(value, "name", None) or getattr(value, "__name__", "this")
        raise Unprintable(f"'{name}' is a function, which has no text", f"call it: write {name}()")
    if isinstance(value, GeneratorType | map | filter | zip):
        raise Unprintable("an iterator cannot be printed directly", "add |join or |list")
    if type(of).__str__ is object.__str__:  # type: ignore[comparison-overlap]
        raise Unprintable(f"{type(of).__name__} has no text", "print one of its attributes")


def require_characters(printed: str, *, marks: bool = False) -> str:
    """Return `printed` unchanged. Raises Unprintable if it contains a character that must not be published.

    If `marks`, the notes at the start of a snippet's blocks are allowed, because they are not published.
    """
    if text.is_clean(printed):
        return printed
    judged = _MARK.sub("", printed) if marks and MARKS[0] in printed else printed
    for offset, character in text.forbidden(judged):
        if judged[offset] != "\r":
            raise Unprintable(f"it prints {character}, which must not occur in text", "print another character")
    return printed


def text_of(value: Any) -> str:
    """Return the text that a template prints for a value in plain text.

    Raises Unprintable if the value has no text.
    """
    if value.__class__ not in _TEXTS:
        require_text(value)
    return str(value)


def html_of(value: Any) -> str:
    """Return the text that a template prints for a value in HTML.

    Raises Unprintable if the value has no text.
    """
    if value.__class__ not in _TEXTS:
        require_text(value)
    return as_html(value)
