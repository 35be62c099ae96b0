"""Define the field types of front matter and settings: text, dates, URLs, lists and so on.

A field type converts a plain value to a typed one, reports faults with their places, and describes itself as JSON
Schema. Announcements, issue files and settings use the same types.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from newsletter.load.context import FieldContext
from newsletter.model import Pairs, Plain, is_empty
from newsletter.text.dates import PATTERN, Moment, SkippedTime, read_moment
from newsletter.text.urls import Unsafe, judge

SLUG = r"[a-z0-9](?:-?[a-z0-9])*"
ID = r"[a-z0-9][a-z0-9-]*"
LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
EMAIL = r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+\.[^\s@<>\"(),:;\\\[\]]+"

_MAX_SUGGESTIONS = 100  # unknown keys per mapping for which to suggest a known key


def is_invisible(text: str) -> bool:
    """Return whether a text contains only spaces (of any kind) and zero-width characters."""
    return all(unicodedata.category(character) in ("Zs", "Cf") for character in text)


class FieldType(Protocol):
    """The type of a field. `read` converts a plain value, or reports a fault in the field `key` and returns None."""

    def read(self, plain: Plain, context: FieldContext, key: str) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


def _text(plain: Plain, context: FieldContext, key: str, expected: str) -> str | None:
    """Return `plain` if it is text, or report a list or mapping and return None."""
    if isinstance(plain, str):
        return plain
    actual = "a list" if isinstance(plain, list) else "a mapping"
    context.error("wrong-type", f"'{key}' is {actual}", f"write {expected}")
    return None


@dataclass(frozen=True)
class Text:
    """Plain text of at most `most` code points, on one line unless `lines` is true.

    `pattern` is a regular expression that must match the whole text, and `code` the problem's code if it does not.
    `expected` tells authors what to write.
    """

    most: int = 1000
    pattern: str = ""
    expected: str = "text"
    code: str = "bad-value"
    lines: bool = False

    @cached_property
    def _matches(self) -> Callable[[str], object]:
        return re.compile(self.pattern).fullmatch

    def read(self, plain: Plain, context: FieldContext, key: str) -> str | None:
        value = _text(plain, context, key, self.expected)
        if value is None:
            return None
        value = value.strip(" \t\n")
        if not self.lines and "\n" in value:
            context.error("line-break", f"'{key}' has a line break", "write it on one line")
        elif len(value) > self.most:
            context.error("too-long", f"'{key}' has {len(value)} characters", f"at most {self.most} are allowed")
        elif not value.isascii() and is_invisible(value):
            context.error("bad-value", f"'{key}' has no visible character", f"write {self.expected}")
        elif self.pattern and not self._matches(value):
            context.error(self.code, f"'{value}' is not a valid '{key}'", f"write {self.expected}")
        else:
            return value
        return None

    def schema(self) -> dict[str, Any]:
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": ["string", "number"] if not self.pattern else "string", "maxLength": self.most} | pattern


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of the words in `words`."""

    words: tuple[str, ...]

    def read(self, plain: Plain, context: FieldContext, key: str) -> str | None:
        if isinstance(plain, str) and plain in self.words:
            return plain
        value = _text(plain, context, key, " or ".join(self.words))
        if value is None:
            return None
        list_all = f"write {', '.join(self.words[:-1])} or {self.words[-1]}"
        context.error("bad-value", f"'{key}' cannot be '{value}'", suggest(value, self.words) or list_all)
        return None

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Bool:
    """`true` or `false`, in any case."""

    def read(self, plain: Plain, context: FieldContext, key: str) -> bool | None:
        value = _text(plain, context, key, "true or false")
        if value is not None and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if value is not None:
            context.error("wrong-type", f"'{key}' cannot be '{value}'", "write true or false")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def read(self, plain: Plain, context: FieldContext, key: str) -> int | None:
        value = _text(plain, context, key, "a whole number")
        if value is None:
            return None
        if re.fullmatch(r"\d{1,9}", value, re.ASCII) and self.least <= int(value) <= self.most:
            return int(value)
        context.error("bad-value", f"'{key}' cannot be '{value}'",
                 f"write a whole number from {self.least} to {self.most}")  # fmt: skip
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Date:
    """A date `YYYY-MM-DD`, optionally followed by `T` or a space and a time `HH:MM[:SS][Z|±HH:MM]`."""

    def read(self, plain: Plain, context: FieldContext, key: str) -> Moment | None:
        value = _text(plain, context, key, "a date such as 2024-11-26 or 2024-11-26 09:30")
        if value is None:
            return None
        try:
            return read_moment(value, context.zone)
        except ValueError as fault:
            code = "time-gap" if isinstance(fault, SkippedTime) else "bad-date"
            context.error(
                code, f"'{key}': {fault}", "write 2024-11-26 or 2024-11-26 09:30, with Z or +01:00 if need be"
            )
            return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{PATTERN}$"}


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL. An http URL is accepted with a warning.

    `others` contains further kinds of targets to accept (see judge()). If `placeholder` is true, the placeholder of a
    mail service is also accepted, such as `{{ url }}` or `*|URL|*`.
    """

    others: tuple[str, ...] = ()
    placeholder: bool = False

    def read(self, plain: Plain, context: FieldContext, key: str) -> str | None:
        value = _text(plain, context, key, "an address such as https://example.org/")
        if value is None:
            return None
        if self.placeholder and re.fullmatch(r"\{\{.+\}\}|\{%.+%\}|\*\|.+\|\*|%%.+%%|\[\[?.+\]\]?|%[^%]+%", value):
            return value
        try:
            url = judge(value)
        except Unsafe as fault:
            context.error(fault.code, fault.message, fault.fix)
            return None
        if url.kind != "web" and url.kind not in self.others:
            context.error("bad-address", f"'{value}' is not a web address", "write https://…")
            return None
        if url.plain_http:
            context.warning("plain-http", f"'{value}' is not encrypted", "use https:// if the host has it")
        return url.address if url.kind == "web" else value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri-reference"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at most `most` values of one type. Empty and faulty values are dropped."""

    kind: FieldType
    most: int = 100

    def read(self, plain: Plain, context: FieldContext, key: str) -> tuple[Any, ...] | None:
        if not isinstance(plain, list):
            context.error("wrong-type", f"'{key}' is not a list", f"write {key}: [one, two]")
            return None
        if len(plain) > self.most:
            context.error("too-long", f"'{key}' has {len(plain)} entries", f"at most {self.most} are allowed")
            return None
        read, steps = self.kind.read, context.steps
        values = []
        steps.append(0)
        for number, item in enumerate(plain):
            if is_empty(item):
                continue
            steps[-1] = number
            value = read(item, context, key)
            if value is not None:
                values.append(value)
        steps.pop()
        return tuple(values)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.kind.schema(), "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class MappingOf:
    """A mapping with known keys, which is converted by passing its values to `make` as keyword arguments.

    `rename` maps keys to the names of keyword arguments, where they differ. If `short` is set, plain text is accepted
    as shorthand for a mapping with only this key: `authors: [Nom]` means `authors: [{name: Nom}]`.
    """

    keys: Mapping[str, FieldType]
    make: Callable[..., Any] = dict
    required: tuple[str, ...] = ()
    short: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)

    def read(self, plain: Plain, context: FieldContext, key: str) -> Any:
        if self.short and isinstance(plain, str):
            plain = ((self.short, plain),)
        if not isinstance(plain, tuple):
            example = ", ".join(f"{name}: …" for name in self.required or tuple(self.keys)[:2])
            context.error("wrong-type", f"'{key}' is not a mapping", f"write {key}: {{{example}}}")
            return None
        values = self.collect(plain, context, key)
        if any(name not in values for name in self.required):
            return None
        if self.rename:
            values = {self.rename.get(name, name): value for name, value in values.items()}
        return self.make(**values)

    def collect(self, plain: Pairs, context: FieldContext, key: str = "") -> dict[str, Any]:
        """Return the valid values by key, and report unknown and missing keys."""
        values: dict[str, Any] = {}
        present, unknown = set(), 0
        keys, steps = self.keys, context.steps
        steps.append(0)
        for number, (name, plain_value) in enumerate(plain):
            steps[-1] = number
            kind = keys.get(name)
            if kind is None:
                suggestion = suggest(name, keys) if unknown < _MAX_SUGGESTIONS else ""
                unknown += 1
                context.error_at_key("unknown-key", f"unknown key '{name}'", suggestion or "delete it")
                continue
            # `alt: ""` marks an image as decorative. All other empty values count as absent.
            if is_empty(plain_value) and not (name == "alt" and plain_value is not None):
                continue
            present.add(name)
            value = kind.read(plain_value, context, name)
            if value is not None:
                values[name] = value
        steps.pop()
        for name in self.required:
            if name not in present:
                where = f" in '{key}'" if key else ""
                code = "no-alt" if name == "alt" else "missing-key"
                context.error(code, f"'{name}' is missing{where}", f"write {name}: …")
        return values

    def schema(self) -> dict[str, Any]:
        mapping = {
            "type": "object", "additionalProperties": False, "required": list(self.required),
            "properties": {name: kind.schema() for name, kind in self.keys.items()},
        }  # fmt: skip
        return {"anyOf": [self.keys[self.short].schema(), mapping]} if self.short else mapping


def suggest(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Return "did you mean 'x'?" with the most similar of the known words, or "" if none is similar."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{matches[0]}'?" if matches else ""
