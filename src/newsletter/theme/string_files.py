"""strings: the theme's words in one language, from `strings/<language>.toml`. They may come from a stranger."""

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from string import Formatter
from typing import Any

from newsletter import text
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.theme.strings import TIMES, is_time_pattern
from newsletter.theme.templates import Templates

# A key, or the first part of one, at the start of a line; or the name of a table.
_KEY = re.compile(r"[ \t]*(?:\[\[?[ \t]*)?[\"']?([\w-]+)[\"']?[ \t]*[.=\]]")


def load_strings(templates: Templates, lang: str) -> Mapping[str, str]:
    """The theme's strings in a language: `strings/<lang>.toml`, and English for what is missing there.

    A project's or a theme's file only needs to hold what it changes. Raises Aborted for a file with an error.
    """
    base = re.split(r"[-_]", lang.lower())[0]
    faults = len(templates.problems)
    names = dict.fromkeys((f"strings/{base}.toml", "strings/en.toml"))
    files = [_Strings(path, content, templates.problems) for name in names for path, content in templates.layers(name)]
    strings: dict[str, str] = {}
    known: dict[str, set[str]] = {}
    for each in reversed(files):
        each.check(known)
        strings |= each.values
    if len(templates.problems) > faults:
        raise Aborted
    return strings


@lru_cache(maxsize=32)
def _parsed(content: str) -> Mapping[str, Any]:
    """The values of a TOML file. English is read again for each language that has no strings of its own."""
    return tomllib.loads(content)


class _Strings:
    """One file of strings. Raises Aborted when it is no TOML."""

    def __init__(self, path: str, content: str, problems: Problems) -> None:
        self.path, self.content, self.problems = path, content, problems
        try:
            parsed = _parsed(content)
        except (ValueError, RecursionError) as fault:  # not TOML, or a number or a nesting that Python refuses
            where = re.search(r"at line (\d+), column (\d+)", str(fault))
            place = Place(path, int(where[1]), int(where[2])) if where else Place(path)
            problems.error(place, "toml-syntax", f"not valid TOML: {fault}")
            raise Aborted from None
        self.values: dict[str, str] = {}
        for key, value in parsed.items():
            if isinstance(value, str):
                self.values[key] = value
            else:
                self._report(key, f"{_kind(value)} is not a text", _quoted(key, value))

    @cached_property
    def _lines(self) -> Mapping[str, int]:
        """The line of each key, as far as a look at the start of lines tells."""
        found: dict[str, int] = {}
        for number, line in enumerate(self.content.split("\n"), 1):
            if match := _KEY.match(line):
                found.setdefault(match[1], number)
        return found

    def check(self, known: dict[str, set[str]]) -> None:
        """Report strings that could not be filled, or that ask for more than their `{names}`.

        `known` holds the names in each string of the files that this one takes precedence over, and gets its own.
        """
        for key, value in self.values.items():
            for _, character in text.forbidden(value):
                self._report(key, f"{character} must not occur in text", "delete it")
            if key in TIMES:
                if not is_time_pattern(value):
                    self._report(key, f"'{value}' is no pattern for a time of day", "write it as in `H:mm`")
                continue
            names = _names(value)
            if names is None:
                self._report(
                    key, "a brace is not part of a {name}", "write a name alone in braces; for a brace, write {{ or }}"
                )
            elif key in known and not names <= known[key]:
                self._report(
                    key, f"there is no {{{min(names - known[key])}}} here",
                    f"use {', '.join(f'{{{name}}}' for name in sorted(known[key]))}" if known[key] else "leave it out",
                )  # fmt: skip
            else:
                known.setdefault(key, set()).update(names)

    def _report(self, key: str, message: str, fix: str) -> None:
        place = Place(self.path, self._lines.get(key, 1))
        self.problems.error(place, "bad-string", f"the string '{key}': {message}", fix)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"the switch {str(value).lower()}"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else "a date or time"


def _quoted(key: str, value: Any) -> str:
    """The line to write instead."""
    if isinstance(value, list | dict):
        return f'write one text in quotes: {key} = "…"'
    return f'write it in quotes: {key} = "{str(value).lower() if isinstance(value, bool) else value}"'


def _names(pattern: str) -> set[str] | None:
    """The names in braces in a string; None when there is anything else in braces, or one brace alone.

    Python's own patterns reach into what they are given: `{title.__class__}`.
    """
    try:
        fields = [field for field in Formatter().parse(pattern) if field[1] is not None]
    except ValueError:
        return None
    is_plain = all(
        name and name.isidentifier() and not spec and conversion is None for _, name, spec, conversion in fields
    )
    return {str(name) for _, name, _, _ in fields} if is_plain else None
