"""Define how templates see data from announcements, issues and settings.

A text becomes Content, which behaves like a str: comparison, length and slicing work on the text. The HTML form of
Content is the escaped text. While a mail's shape is rendered, the HTML form is the token of a slot instead, so that no
serializer changes the text itself. A dataclass becomes a View.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import is_dataclass
from typing import Any, TypeVar

from markupsafe import Markup, escape

from newsletter.text.entities import escape_as_templates

HEAD, TAIL = "QzSlot", "Zq"  # a token contains only letters and digits, so that no escaping changes it
TOKEN = re.compile(f"{HEAD}([0-9]{{1,9}}){TAIL}")

_slots: ContextVar[list[str] | None] = ContextVar("slots", default=None)


@contextmanager
def slots() -> Iterator[list[str]]:
    """Capture content in this context.

    Templates print tokens instead of content. The HTML of each slot is added to the yielded list.
    """
    captured: list[str] = []
    token = _slots.set(captured)
    try:
        yield captured
    finally:
        _slots.reset(token)


def is_capturing() -> bool:
    """Return whether content is being captured."""
    return _slots.get() is not None


def capture_part(draw: Callable[[], tuple[Sequence[str], list[str]]]) -> str:
    """Add a part's content to the captured slots, and return the part's text with its tokens renumbered.

    `draw` returns the part's text, split at its tokens, and its content.
    """
    captured = _slots.get()
    assert captured is not None
    token = _slots.set(None)  # the part captures its own content
    try:
        pieces, content = draw()
    finally:
        _slots.reset(token)
    before = len(captured)
    captured += content
    pieces = list(pieces)
    pieces[1::2] = [_TOKENS[int(number) + before] for number in pieces[1::2]]
    return "".join(pieces)


class _Tokens(dict[int, str]):
    """A cache of tokens by number. The same few hundred tokens are used all the time."""

    def __missing__(self, number: int) -> str:
        token = self[number] = f"{HEAD}{number}{TAIL}"
        return token


_TOKENS = _Tokens()


def as_html(value: Any) -> str:
    """Return escape(value) as a plain str."""
    if value.__class__ is Content:
        return str.__str__(value) if value.safe else escape_as_templates(str.__str__(value))
    return escape_as_templates(value) if value.__class__ is str else str.__str__(escape(value))


class Content(str):
    """A text that does not come from the template. `safe` is True if the text is HTML."""

    safe: bool = False

    def __new__(cls, value: str, safe: bool = False) -> "Content":
        """Create Content from a text or, if `safe`, from HTML."""
        content = str.__new__(cls, value)
        if safe:  # set the attribute only if needed, because without attributes the object has no dictionary
            content.safe = True
        return content

    def __html__(self) -> str:
        """Return the token of a new slot while content is captured, otherwise the text as HTML."""
        captured = _slots.get()
        if captured is None or self.isspace() or not self:
            return self.as_html()
        captured.append(self.as_html())
        return f"{HEAD}{len(captured) - 1}{TAIL}"

    def as_html(self) -> str:
        """Return the text as HTML, escaped for both element text and attribute values."""
        return str.__str__(self) if self.safe else escape_as_templates(str.__str__(self))

    def __add__(self, other: str) -> Any:
        return concat((self, other))

    def __radd__(self, other: str) -> Any:
        return concat((other, self))

    def __rmod__(self, other: str) -> "Content":
        return Content(str.__mod__(other, str.__str__(self)))


def _content_method(name: str) -> Callable[..., Any]:
    """Return a method like str's method `name`, except that it returns Content instead of str."""
    str_method = getattr(str, name)

    def method(self: Content, *args: Any, **options: Any) -> Any:
        result = str_method(self, *args, **options)
        if isinstance(result, str):
            return Content(result, self.safe)
        return type(result)(Content(item, self.safe) for item in result)

    return method


for _name in (
    "__getitem__", "__mul__", "__rmul__", "capitalize", "casefold", "center", "expandtabs", "ljust",
    "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rjust",
    "rpartition", "rsplit", "rstrip", "split", "splitlines", "strip", "swapcase", "title",
    "translate", "upper", "zfill",
):  # fmt: skip
    setattr(Content, _name, _content_method(_name))


def concat(parts: Iterable[Any]) -> Any:
    """Return the result of Jinja's operator `~`.

    It is Markup if one of the parts is Markup, otherwise Content if one of the parts is Content, otherwise str.
    """
    parts = tuple(parts)
    if not _TEXTS.issuperset(map(type, parts)):
        return concat_any(parts)
    text, is_content = "".join(parts), False
    for part in parts:
        if part.__class__ is not str:
            if part.safe:
                return concat_any(parts)
            is_content = True
    return Content(text) if is_content else text


def concat_any(parts: tuple[Any, ...]) -> Any:
    """Return the same as concat(), for parts of any type."""
    if any(isinstance(part, Markup) for part in parts):
        return Markup("").join(parts)
    texts = tuple(part if isinstance(part, str) else str(part) for part in parts)
    if not any(isinstance(part, Content) for part in texts):
        return "".join(texts)
    if any(isinstance(part, Content) and part.safe for part in texts):
        pieces = (part.as_html() if isinstance(part, Content) else str(escape(part)) for part in texts)
        return Content("".join(pieces), safe=True)
    return Content("".join(texts))


def join(values: Iterable[Any], separator: str = "") -> Any:
    """Return the result of Jinja's `join` filter, computed with concat() instead of str.join()."""
    parts: list[Any] = []
    for value in values:
        parts += [separator] if parts else []
        parts.append(value)
    return concat(parts)


def as_content(value: Any) -> Any:
    """Return `value` as templates see it.

    A str becomes Content, a dataclass becomes a View, and the items of a tuple are converted in the same way.
    """
    if value.__class__ is str:
        return Content(value)
    if isinstance(value, tuple):
        return tuple(map(as_content, value))
    if is_dataclass(value):
        return View(value)
    return value


Method = TypeVar("Method", bound=Callable[..., Any])


def for_templates(method: Method) -> Method:
    """Decorator for a method of a dataclass that templates may call."""
    method.__dict__["for_templates"] = True
    return method


def is_for_templates(method: Any) -> bool:
    """Return whether templates may call this bound method of a dataclass."""
    return getattr(method, "for_templates", False) is True


class View:
    """A dataclass instance as templates see it. Attributes are converted with as_content()."""

    __slots__ = ("_of",)

    def __init__(self, of: Any) -> None:
        self._of = of

    def __getattr__(self, name: str) -> Any:
        return as_content(getattr(self._of, name))

    def __str__(self) -> str:
        return str(self._of)

    def __eq__(self, other: object) -> bool:
        return self._of == other._of if isinstance(other, View) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._of)


class Constant:
    """Base class of values that are the same object in many renderings. Results for them can be cached."""

    __slots__ = ()


class ConstantText(Constant, Content):
    """Content that is the same object in many renderings."""


class ConstantView(Constant, View):
    """A view that is the same object in many renderings."""

    __slots__ = ()


_TEXTS = frozenset((str, Content, ConstantText))


class CapturedHtml(str):
    """The HTML of a slot that has the same content in all documents of its shape."""

    __slots__ = ()


def constant(value: Any) -> Any:
    """Return as_content(value), marked as a value that is the same object in many renderings."""
    if value.__class__ is str:
        return ConstantText(value)
    return ConstantView(value) if is_dataclass(value) else as_content(value)
