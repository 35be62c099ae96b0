"""Fields: how one value of front matter or settings is read, judged and described.

A kind reads a node into a typed value, reporting every fault at its place, and describes itself
as JSON Schema. One table of kinds serves announcements, issue files, settings and the schema.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, Protocol

from newsletter.addresses import Unsafe, judge
from newsletter.dates import PATTERN, Moment, read_moment
from newsletter.model import Fields, Items, Node, Scalar
from newsletter.problems import Place, Problems

SLUG = r"[a-z0-9](?:-?[a-z0-9])*"
ID = r"[a-z0-9][a-z0-9-]*"
LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
EMAIL = r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+\.[^\s@<>\"(),:;\\\[\]]+"


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a file's values are read: its path, the collector, the publication's time zone."""

    path: str
    problems: Problems
    zone: tzinfo = UTC

    def error(self, node: Node, code: str, message: str, fix: str = "") -> None:
        """Report a fault at a node."""
        self.problems.error(Place(self.path, node.line, node.column), code, message, fix)

    def warning(self, node: Node, code: str, message: str, fix: str = "") -> None:
        """Report a doubt at a node."""
        self.problems.warning(Place(self.path, node.line, node.column), code, message, fix)


class Kind(Protocol):
    """What a field's value must be. `read` gives None after reporting a fault."""

    def read(self, node: Node, at: Reading, key: str) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


def _scalar(node: Node, at: Reading, key: str, expected: str) -> str | None:
    if isinstance(node, Scalar):
        return node.value
    found = "a list" if isinstance(node, Items) else "a mapping"
    at.error(node, "wrong-type", f"'{key}' is {found}", f"write {expected}")
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

    def read(self, node: Node, at: Reading, key: str) -> str | None:
        value = _scalar(node, at, key, self.expected)
        if value is None:
            return None
        value = value.strip(" \t\n")
        if not self.lines and "\n" in value:
            at.error(node, "line-break", f"'{key}' has a line break", "write it on one line")
        elif len(value) > self.most:
            at.error(
                node, "too-long", f"'{key}' has {len(value)} characters", f"at most {self.most} are allowed"
            )  # fmt: skip
        elif self.pattern and not self._fits(value):
            at.error(node, self.code, f"'{value}' is no valid '{key}'", f"write {self.expected}")
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

    def read(self, node: Node, at: Reading, key: str) -> str | None:
        if isinstance(node, Scalar) and node.value in self.words:
            return node.value
        value = _scalar(node, at, key, " or ".join(self.words))
        if value is None:
            return None
        every = f"write {', '.join(self.words[:-1])} or {self.words[-1]}"
        at.error(node, "bad-value", f"'{key}' cannot be '{value}'", suggest(value, self.words) or every)
        return None

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def read(self, node: Node, at: Reading, key: str) -> bool | None:
        value = _scalar(node, at, key, "true or false")
        if value is not None and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if value is not None:
            at.error(node, "wrong-type", f"'{key}' cannot be '{value}'", "write true or false")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds."""

    least: int
    most: int

    def read(self, node: Node, at: Reading, key: str) -> int | None:
        value = _scalar(node, at, key, "a whole number")
        if value is None:
            return None
        if re.fullmatch(r"\d{1,9}", value, re.ASCII) and self.least <= int(value) <= self.most:
            return int(value)
        at.error(node, "bad-value", f"'{key}' cannot be '{value}'",
                 f"write a whole number from {self.least} to {self.most}")  # fmt: skip
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class When:
    """`YYYY-MM-DD`, or that plus `T` or a space plus `HH:MM[:SS][Z|±HH:MM]`, nothing else."""

    def read(self, node: Node, at: Reading, key: str) -> Moment | None:
        value = _scalar(node, at, key, "a date such as 2024-11-26 or 2024-11-26 09:30")
        if value is None:
            return None
        try:
            return read_moment(value, at.zone)
        except ValueError as fault:
            code = "time-gap" if "clocks" in str(fault) else "bad-date"
            at.error(
                node, code, f"'{key}': {fault}", "write 2024-11-26 or 2024-11-26 09:30, with Z or +01:00 if need be"
            )
            return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{PATTERN}$"}


@dataclass(frozen=True, slots=True)
class Web:
    """An absolute address; https, or http with a warning, plus the `others` kinds of judge()."""

    others: tuple[str, ...] = ()
    placeholder: bool = False

    def read(self, node: Node, at: Reading, key: str) -> str | None:
        value = _scalar(node, at, key, "an address such as https://example.org/")
        if value is None:
            return None
        if self.placeholder and re.fullmatch(r"\{\{.+\}\}|\{%.+%\}|\*\|.+\|\*|%%.+%%|\[\[?.+\]\]?|%[^%]+%", value):
            return value
        try:
            found = judge(value)
        except Unsafe as fault:
            at.error(node, fault.code, fault.message, fault.fix)
            return None
        if found.kind != "web" and found.kind not in self.others:
            at.error(node, "bad-address", f"'{value}' is no web address", "write https://…")
            return None
        if found.plain_http:
            at.warning(node, "plain-http", f"'{value}' is not encrypted", "use https:// if the host has it")
        return found.address if found.kind == "web" else value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri-reference"}


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values of one kind; `distinct` drops later ones that are equal to an earlier one."""

    kind: Kind
    most: int = 100

    def read(self, node: Node, at: Reading, key: str) -> tuple[Any, ...] | None:
        if not isinstance(node, Items):
            at.error(node, "wrong-type", f"'{key}' is not a list", f"write {key}: [one, two]")
            return None
        if len(node.items) > self.most:
            at.error(node, "too-long", f"'{key}' has {len(node.items)} entries", f"at most {self.most} are allowed")
            return None
        read = self.kind.read
        values = [read(item, at, key) for item in node.items if not is_empty(item)]
        return tuple([value for value in values if value is not None])

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.kind.schema(), "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys. `make` builds the value from those that were read.

    `short` names the key that a plain text stands for (`authors: [Nom]` is `{name: Nom}`).
    """

    keys: Mapping[str, Kind]
    make: Callable[..., Any] = dict
    required: tuple[str, ...] = ()
    short: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)

    def read(self, node: Node, at: Reading, key: str) -> Any:
        if self.short and isinstance(node, Scalar):
            node = Fields(((Scalar(self.short, node.line, node.column), node),), node.line, node.column)
        if not isinstance(node, Fields):
            wanted = ", ".join(f"{name}: …" for name in self.required or tuple(self.keys)[:2])
            at.error(node, "wrong-type", f"'{key}' is not a mapping", f"write {key}: {{{wanted}}}")
            return None
        values = self.collect(node, at, key)
        if any(name not in values for name in self.required):
            return None
        if self.rename:
            values = {self.rename.get(name, name): value for name, value in values.items()}
        return self.make(**values)

    def collect(self, node: Fields, at: Reading, key: str = "") -> dict[str, Any]:
        """The values that could be read, by key; unknown and missing keys are reported."""
        values: dict[str, Any] = {}
        present = set()
        for name, value in node.pairs:
            word = name.value
            kind = self.keys.get(word)
            if kind is None:
                at.error(name, "unknown-key", f"unknown key '{word}'", suggest(word, self.keys) or "delete it")
                continue
            # `alt: ""` says that an image is decoration; anything else empty is absent.
            if is_empty(value) and not (word == "alt" and isinstance(value, Scalar) and value.quoted):
                continue
            present.add(word)
            read = kind.read(value, at, word)
            if read is not None:
                values[word] = read
        for wanted in self.required:
            if wanted not in present:
                inside = f" in '{key}'" if key else ""
                code = "no-alt" if wanted == "alt" else "missing-key"
                at.error(node, code, f"'{wanted}' is missing{inside}", f"write {wanted}: …")
        return values

    def schema(self) -> dict[str, Any]:
        whole = {
            "type": "object", "additionalProperties": False, "required": list(self.required),
            "properties": {name: kind.schema() for name, kind in self.keys.items()},
        }  # fmt: skip
        return {"anyOf": [self.keys[self.short].schema(), whole]} if self.short else whole


def is_empty(node: Node) -> bool:
    """An empty value counts as absent."""
    return node.__class__ is Scalar and not node.value.strip(" \t\n")


def suggest(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """`did you mean 'x'?`, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
