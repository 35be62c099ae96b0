"""content: text that comes from announcements, issues and settings, as templates see it.

In a template, Content behaves as the text it is: comparison, length and slicing act on it. While
a mail's shape is drawn, its HTML form is a slot's token instead, so that no serialiser ever
touches the text itself. Otherwise its HTML form is the text, escaped.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import is_dataclass
from typing import Any, TypeVar

from markupsafe import Markup, escape

from newsletter.text.entities import escape_as_templates

HEAD, TAIL = "QzSlot", "Zq"  # of a token: letters and digits, so that nothing escapes it
TOKEN = re.compile(f"{HEAD}(\\d+){TAIL}")

_slots: ContextVar[list[str] | None] = ContextVar("slots", default=None)


@contextmanager
def slots() -> Iterator[list[str]]:
    """While this is open, content is put aside: the list holds its HTML, one text a slot."""
    taken: list[str] = []
    token = _slots.set(taken)
    try:
        yield taken
    finally:
        _slots.reset(token)


def is_capturing() -> bool:
    """Whether content is put aside now."""
    return _slots.get() is not None


def capture_part(draw: Callable[[], tuple[Sequence[str], list[str]]]) -> str:
    """What `draw` gives, a text split at its tokens and its content, as part of the text that is being drawn."""
    taken = _slots.get()
    assert taken is not None
    token = _slots.set(None)  # its own content is for it to put aside
    try:
        pieces, content = draw()
    finally:
        _slots.reset(token)
    before = len(taken)
    taken += content
    pieces = list(pieces)
    pieces[1::2] = [_TOKENS[int(number) + before] for number in pieces[1::2]]
    return "".join(pieces)


class _Tokens(dict[int, str]):
    """The token of each number; a few hundred come again and again."""

    def __missing__(self, number: int) -> str:
        made = self[number] = f"{HEAD}{number}{TAIL}"
        return made


_TOKENS = _Tokens()


def as_html(value: Any) -> str:
    """What escape() gives for a value, as a plain str."""
    if value.__class__ is Content:
        return str.__str__(value) if value.safe else escape_as_templates(str.__str__(value))
    return escape_as_templates(value) if value.__class__ is str else str.__str__(escape(value))


class Content(str):
    """A text from outside the template; `safe` when it is HTML already."""

    safe: bool = False

    def __new__(cls, value: str, safe: bool = False) -> "Content":
        """Text, or with `safe` HTML, as content."""
        made = str.__new__(cls, value)
        if safe:  # most is not, and then needs no dictionary
            made.safe = True
        return made

    def __html__(self) -> str:
        """A slot's token while a shape is drawn, else the text as HTML."""
        taken = _slots.get()
        if taken is None or self.isspace() or not self:
            return self.as_html()
        taken.append(self.as_html())
        return f"{HEAD}{len(taken) - 1}{TAIL}"

    def as_html(self) -> str:
        """The text, escaped for element text and attribute values alike."""
        return str.__str__(self) if self.safe else escape_as_templates(str.__str__(self))

    def __add__(self, other: str) -> Any:
        return concat((self, other))

    def __radd__(self, other: str) -> Any:
        return concat((other, self))

    def __rmod__(self, other: str) -> "Content":
        return Content(str.__mod__(other, str.__str__(self)))


def _kept(name: str) -> Callable[..., Any]:
    """The method of str, giving Content where str gives text."""
    plain = getattr(str, name)

    def method(self: Content, *args: Any, **options: Any) -> Any:
        result = plain(self, *args, **options)
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
    setattr(Content, _name, _kept(_name))


def concat(parts: Iterable[Any]) -> Any:
    """Jinja's `~`: content stays content. Markup among the parts makes the whole Markup."""
    parts = tuple(parts)
    if not _TEXTS.issuperset(map(type, parts)):
        return concat_any(parts)
    made, is_content = "".join(parts), False
    for part in parts:
        if part.__class__ is not str:
            if part.safe:
                return concat_any(parts)
            is_content = True
    return Content(made) if is_content else made


def concat_any(parts: tuple[Any, ...]) -> Any:
    """The same for parts of any kind."""
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
    """Jinja's `join` filter: content stays content."""
    parts: list[Any] = []
    for value in values:
        parts += [separator] if parts else []
        parts.append(value)
    return concat(parts)


def as_content(value: Any) -> Any:
    """What a template may see of `value`: texts as Content, dataclasses as View, tuples of these."""
    if value.__class__ is str:
        return Content(value)
    if isinstance(value, tuple):
        return tuple(map(as_content, value))
    if is_dataclass(value):
        return View(value)
    return value


Method = TypeVar("Method", bound=Callable[..., Any])


def for_templates(method: Method) -> Method:
    """Mark a method of a dataclass as one that templates may call."""
    method.__dict__["for_templates"] = True
    return method


def is_for_templates(method: Any) -> bool:
    """Whether templates may call this bound method of a dataclass."""
    return getattr(method, "for_templates", False) is True


class View:
    """A dataclass as templates see it."""

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
    """A mark: this value is the same object in many renders, so that what is made of it need be made once."""

    __slots__ = ()


class ConstantText(Constant, Content):
    """Content that lasts."""


class ConstantView(Constant, View):
    """A view that lasts."""

    __slots__ = ()


_TEXTS = frozenset((str, Content, ConstantText))


class CapturedHtml(str):
    """The HTML of content in a slot that holds the same in every document of its shape."""

    __slots__ = ()


def constant(value: Any) -> Any:
    """As as_content(), of what is given to templates as one object again and again."""
    if value.__class__ is str:
        return ConstantText(value)
    return ConstantView(value) if is_dataclass(value) else as_content(value)
