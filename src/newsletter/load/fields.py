"""Fields: how one value of front matter or settings is read, judged and described.

A kind reads a plain value into a typed one, reporting every fault at its place, and describes itself
as JSON Schema. One table of kinds serves announcements, issue files, settings and the schema.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from newsletter.load.context import FieldContext
from newsletter.model import Pairs, Plain, is_empty
from newsletter.text.dates import PATTERN, Moment, SkippedTime, read_moment
from newsletter.text.urls import Unsafe, judge

SLUG = r"[a-z0-9](?:-?[a-z0-9])*"
ID = r"[a-z0-9][a-z0-9-]*"
LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
EMAIL = r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+\.[^\s@<>\"(),:;\\\[\]]+"


_GUESSES = 100  # unknown keys of a mapping that are compared with the known ones


def is_unseen(text: str) -> bool:
    """Whether a text has no character that can be seen: only spaces of any kind, and signs without width."""
    return all(unicodedata.category(sign) in ("Zs", "Cf") for sign in text)


class FieldType(Protocol):
    """What a field's value must be. `read` gives None after reporting a fault."""

    def read(self, given: Plain, at: FieldContext, key: str) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


def _text(given: Plain, at: FieldContext, key: str, expected: str) -> str | None:
    if isinstance(given, str):
        return given
    found = "a list" if isinstance(given, list) else "a mapping"
    at.error("wrong-type", f"'{key}' is {found}", f"write {expected}")
    return None


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text of at most `most` code points, on one line unless `lines`."""

    most: int = 1000
    pattern: str = ""
    expected: str = "text"
    code: str = "bad-value"
    lines: bool = False
    _fits: Callable[[str], object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fits", re.compile(self.pattern).fullmatch)

    def read(self, given: Plain, at: FieldContext, key: str) -> str | None:
        value = _text(given, at, key, self.expected)
        if value is None:
            return None
        value = value.strip(" \t\n")
        if not self.lines and "\n" in value:
            at.error("line-break", f"'{key}' has a line break", "write it on one line")
        elif len(value) > self.most:
            at.error(
                "too-long", f"'{key}' has {len(value)} characters", f"at most {self.most} are allowed"
            )  # fmt: skip
        elif not value.isascii() and is_unseen(value):
            at.error("bad-value", f"'{key}' holds nothing that can be seen", f"write {self.expected}")
        elif self.pattern and not self._fits(value):
            at.error(self.code, f"'{value}' is no valid '{key}'", f"write {self.expected}")
        else:
            return value
        return None

    def schema(self) -> dict[str, Any]:
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": ["string", "number"] if not self.pattern else "string", "maxLength": self.most} | pattern


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, given: Plain, at: FieldContext, key: str) -> str | None:
        if isinstance(given, str) and given in self.words:
            return given
        value = _text(given, at, key, " or ".join(self.words))
        if value is None:
            return None
        every = f"write {', '.join(self.words[:-1])} or {self.words[-1]}"
        at.error("bad-value", f"'{key}' cannot be '{value}'", suggest(value, self.words) or every)
        return None

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Bool:
    """true or false."""

    def read(self, given: Plain, at: FieldContext, key: str) -> bool | None:
        value = _text(given, at, key, "true or false")
        if value is not None and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if value is not None:
            at.error("wrong-type", f"'{key}' cannot be '{value}'", "write true or false")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds."""

    least: int
    most: int

    def read(self, given: Plain, at: FieldContext, key: str) -> int | None:
        value = _text(given, at, key, "a whole number")
        if value is None:
            return None
        if re.fullmatch(r"\d{1,9}", value, re.ASCII) and self.least <= int(value) <= self.most:
            return int(value)
        at.error("bad-value", f"'{key}' cannot be '{value}'",
                 f"write a whole number from {self.least} to {self.most}")  # fmt: skip
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Date:
    """`YYYY-MM-DD`, or that plus `T` or a space plus `HH:MM[:SS][Z|±HH:MM]`, nothing else."""

    def read(self, given: Plain, at: FieldContext, key: str) -> Moment | None:
        value = _text(given, at, key, "a date such as 2024-11-26 or 2024-11-26 09:30")
        if value is None:
            return None
        try:
            return read_moment(value, at.zone)
        except ValueError as fault:
            code = "time-gap" if isinstance(fault, SkippedTime) else "bad-date"
            at.error(code, f"'{key}': {fault}", "write 2024-11-26 or 2024-11-26 09:30, with Z or +01:00 if need be")
            return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{PATTERN}$"}


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute address; https, or http with a warning, plus the `others` kinds of judge()."""

    others: tuple[str, ...] = ()
    placeholder: bool = False

    def read(self, given: Plain, at: FieldContext, key: str) -> str | None:
        value = _text(given, at, key, "an address such as https://example.org/")
        if value is None:
            return None
        if self.placeholder and re.fullmatch(r"\{\{.+\}\}|\{%.+%\}|\*\|.+\|\*|%%.+%%|\[\[?.+\]\]?|%[^%]+%", value):
            return value
        try:
            found = judge(value)
        except Unsafe as fault:
            at.error(fault.code, fault.message, fault.fix)
            return None
        if found.kind != "web" and found.kind not in self.others:
            at.error("bad-address", f"'{value}' is no web address", "write https://…")
            return None
        if found.plain_http:
            at.warning("plain-http", f"'{value}' is not encrypted", "use https:// if the host has it")
        return found.address if found.kind == "web" else value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri-reference"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one kind; `distinct` drops later ones that are equal to an earlier one."""

    kind: FieldType
    most: int = 100

    def read(self, given: Plain, at: FieldContext, key: str) -> tuple[Any, ...] | None:
        if not isinstance(given, list):
            at.error("wrong-type", f"'{key}' is not a list", f"write {key}: [one, two]")
            return None
        if len(given) > self.most:
            at.error("too-long", f"'{key}' has {len(given)} entries", f"at most {self.most} are allowed")
            return None
        read, steps = self.kind.read, at.steps
        values = []
        steps.append(0)
        for number, item in enumerate(given):
            if is_empty(item):
                continue
            steps[-1] = number
            value = read(item, at, key)
            if value is not None:
                values.append(value)
        steps.pop()
        return tuple(values)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.kind.schema(), "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class MappingOf:
    """A mapping with known keys. `make` builds the value from those that were read.

    `short` names the key that a plain text stands for (`authors: [Nom]` is `{name: Nom}`).
    """

    keys: Mapping[str, FieldType]
    make: Callable[..., Any] = dict
    required: tuple[str, ...] = ()
    short: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)

    def read(self, given: Plain, at: FieldContext, key: str) -> Any:
        if self.short and isinstance(given, str):
            given = ((self.short, given),)
        if not isinstance(given, tuple):
            wanted = ", ".join(f"{name}: …" for name in self.required or tuple(self.keys)[:2])
            at.error("wrong-type", f"'{key}' is not a mapping", f"write {key}: {{{wanted}}}")
            return None
        values = self.collect(given, at, key)
        for name in self.required:
            if name not in values:
                return None
        if self.rename:
            values = {self.rename.get(name, name): value for name, value in values.items()}
        return self.make(**values)

    def collect(self, given: Pairs, at: FieldContext, key: str = "") -> dict[str, Any]:
        """The values that could be read, by key; unknown and missing keys are reported."""
        values: dict[str, Any] = {}
        present, unknown = set(), 0
        keys, steps = self.keys, at.steps
        steps.append(0)
        for number, (word, value) in enumerate(given):
            steps[-1] = number
            kind = keys.get(word)
            if kind is None:
                guess = suggest(word, keys) if unknown < _GUESSES else ""
                unknown += 1
                at.error_at_key("unknown-key", f"unknown key '{word}'", guess or "delete it")
                continue
            # `alt: ""` says that an image is decoration; anything else empty is absent.
            if is_empty(value) and not (word == "alt" and value is not None):
                continue
            present.add(word)
            read = kind.read(value, at, word)
            if read is not None:
                values[word] = read
        steps.pop()
        for wanted in self.required:
            if wanted not in present:
                inside = f" in '{key}'" if key else ""
                code = "no-alt" if wanted == "alt" else "missing-key"
                at.error(code, f"'{wanted}' is missing{inside}", f"write {wanted}: …")
        return values

    def schema(self) -> dict[str, Any]:
        whole = {
            "type": "object", "additionalProperties": False, "required": list(self.required),
            "properties": {name: kind.schema() for name, kind in self.keys.items()},
        }  # fmt: skip
        return {"anyOf": [self.keys[self.short].schema(), whole]} if self.short else whole


def suggest(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """`did you mean 'x'?`, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
