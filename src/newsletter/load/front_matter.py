"""front: front matter and other small YAML as text."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any


def quoted(value: Any) -> str:
    """A scalar as JSON writes it, which YAML reads too."""
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> str:
    """A scalar as a person writes it: a text bare where that is safe in front matter, else quoted."""
    if not isinstance(value, str):
        return quoted(value)
    bare = re.fullmatch(r"[^\W_][\w ’.,()/+\u00a0-]*", value) and not value.endswith((" ", ":"))
    return value if bare or re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", value) else quoted(value)


def lines(value: Any, write: Callable[[Any], str] = plain, indent: str = "") -> Iterator[str]:
    """Lines of YAML for a mapping or list of mappings, lists and scalars; lists of texts stand in one line.

    None is a key that is left open.
    """
    entries = value.items() if isinstance(value, dict) else (("-", each) for each in value)
    for key, each in entries:
        mark = indent + ("-" if key == "-" else f"{key}:")
        if isinstance(each, dict) and key == "-":
            first, *rest = lines(each, write, indent + "  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest
        elif isinstance(each, list | tuple) and not any(isinstance(one, dict) for one in each):
            yield f"{mark} [{', '.join(map(write, each))}]"
        elif isinstance(each, dict | list | tuple):
            yield mark
            yield from lines(each, write, indent + "  ")
        else:
            yield mark if each is None else f"{mark} {write(each)}"
