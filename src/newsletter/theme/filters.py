"""Replace Jinja's text filters and operators, so that their result for Content is Content.

They also raise Unprintable for values that have no text, such as functions.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jinja2
from jinja2 import pass_environment
from jinja2.filters import make_attrgetter
from jinja2.utils import _PassArg
from markupsafe import Markup

from newsletter.theme import content
from newsletter.theme.content import Content
from newsletter.theme.printable import require_text

# Jinja's filters that convert their arguments to text.
TEXT_FILTERS = (
    "capitalize", "center", "e", "escape", "forceescape", "format", "indent", "lower", "pprint", "replace", "safe",
    "string", "striptags", "title", "tojson", "trim", "truncate", "upper", "urlencode", "urlize", "wordcount",
    "wordwrap", "xmlattr",
)  # fmt: skip


def of_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function that converts its arguments to text, so that arguments without a text raise Unprintable."""
    first = 0 if _PassArg.from_obj(function) is None else 1

    @functools.wraps(function)
    def checked(*args: Any, **named: Any) -> Any:
        for each in (*args[first:], *named.values()):
            require_text(each)
        return function(*args, **named)

    return checked


def modulo(left: Any, right: Any) -> Any:
    """Return `left % right`. Raises Unprintable if `left` is a text and `right` has no text."""
    if isinstance(left, str):
        require_text(right)
    return left % right


def concat(parts: tuple[Any, ...]) -> Any:
    """Return the result of Jinja's operator `~`. Raises Unprintable if a part has no text."""
    for part in parts:
        require_text(part)
    return content.concat(parts)


def _escape(value: Any) -> Any:
    return value if isinstance(value, (Content, Markup)) else Content(str(value))


def _safe(value: Any) -> Any:
    return Content(str(value), safe=True) if isinstance(value, Content) else Markup(value)


@pass_environment
def _join(
    environment: jinja2.Environment, values: Iterable[Any], d: str = "", attribute: str | int | None = None
) -> Any:
    parts = tuple(map(make_attrgetter(environment, attribute), values) if attribute is not None else values)
    require_text((d, parts))
    return content.join(parts, d)


def _format(value: str, *args: Any, **options: Any) -> Any:
    if isinstance(value, Markup):
        return value % (options or args)
    formatted = str.__str__(value) % (options or args)
    inputs = (*args, *options.values(), value)
    return Content(formatted) if any(isinstance(each, Content) for each in inputs) else formatted


FILTERS: Mapping[str, Callable[..., Any]] = {
    "e": _escape, "escape": _escape, "safe": _safe, "join": _join, "format": _format,
}  # fmt: skip
