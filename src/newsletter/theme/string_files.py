"""Load the theme's strings in one language from `strings/<language>.toml`.

The file may come from a stranger, so the strings are checked.
"""

import tomllib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from string import Formatter
from typing import Any

from newsletter import text
from newsletter.load.toml_places import key_places, syntax_place
from newsletter.model.problems import Aborted, Place, Problems
from newsletter.theme.strings import TIMES, is_time_pattern
from newsletter.theme.templates import Templates


def load_strings(templates: Templates, lang: str) -> Mapping[str, str]:
    """Load the theme's strings in a language from `strings/<lang>.toml`. Missing strings are in English.

    The file in a project or theme only needs the strings that it changes. If a file has errors, reports them and raises
    Aborted.
    """
    base = text.base_language(lang)
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
    """Return the values of a TOML file. They are cached, because English is loaded with every language."""
    return tomllib.loads(content)


class _Strings:
    """A file of strings. If it is not valid TOML, reports this and raises Aborted."""

    def __init__(self, path: str, content: str, problems: Problems) -> None:
        self.path, self.content, self.problems = path, content, problems
        try:
            parsed = _parsed(content)
        except (ValueError, RecursionError) as fault:  # not TOML, or a number or nesting that Python rejects
            problems.error(
                syntax_place(fault, path),
                "toml-syntax",
                f"not valid TOML: {fault}",
            )
            raise Aborted from None
        self.values: dict[str, str] = {}
        for key, value in parsed.items():
            if isinstance(value, str):
                self.values[key] = value
            else:
                self._report(key, f"{_kind(value)} is not a text", _quoted(key, value))

    @cached_property
    def _places(self) -> Mapping[tuple[str, ...], tuple[int, int]]:
        return key_places(self.content)

    def check(self, known: dict[str, set[str]]) -> None:
        """Report strings that cannot be formatted or that use an unknown `{name}`.

        `known` contains the allowed names in each string, from the files with lower precedence. Names in new strings
        are added.
        """
        for key, value in self.values.items():
            for _, character in text.forbidden(value):
                self._report(key, f"{character} must not occur in text", "delete it")
            if key in TIMES:
                if not is_time_pattern(value):
                    self._report(key, f"'{value}' is not a pattern for a time of day", "write one such as `H:mm`")
                continue
            names = _names(value)
            if names is None:
                self._report(
                    key, "a brace is not part of a {name}", "write a name alone in braces; for a brace, write {{ or }}"
                )
            elif key in known and not names <= known[key]:
                self._report(
                    key, f"{{{min(names - known[key])}}} is not available here",
                    f"use {', '.join(f'{{{name}}}' for name in sorted(known[key]))}" if known[key] else "leave it out",
                )  # fmt: skip
            else:
                known.setdefault(key, set()).update(names)

    def _report(self, key: str, message: str, fix: str) -> None:
        # A table that is written only as `key.part = …` has no place of its own. Use the place of its first part.
        places = (place for names, place in self._places.items() if names[0] == key)
        line, column = self._places.get((key,)) or min(places, default=(1, 1))
        self.problems.error(Place(self.path, line, column), "bad-string", f"the string '{key}': {message}", fix)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else "a date or time"


def _quoted(key: str, value: Any) -> str:
    """Return the fix for a value that is not a text. The fix shows the line to write instead."""
    if isinstance(value, list | dict):
        return f'write one text in quotes: {key} = "…"'
    return f'write it in quotes: {key} = "{str(value).lower() if isinstance(value, bool) else value}"'


def _names(pattern: str) -> set[str] | None:
    """Return the names in braces in a string.

    Returns None if the string contains a single brace, or anything but a name in braces. Other format fields, such as
    `{title.__class__}`, could access attributes of the values.
    """
    try:
        fields = [field for field in Formatter().parse(pattern) if field[1] is not None]
    except ValueError:
        return None
    is_plain = all(
        name and name.isidentifier() and not spec and conversion is None for _, name, spec, conversion in fields
    )
    return {str(name) for _, name, _, _ in fields} if is_plain else None
