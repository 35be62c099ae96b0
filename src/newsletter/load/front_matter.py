"""Write front matter and other small YAML documents."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any


def quoted(value: Any) -> str:
    """Return a scalar as JSON, which is valid YAML."""
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> str:
    """Return a scalar as people write it: without quotation marks where that is safe in front matter."""
    if not isinstance(value, str):
        return quoted(value)
    is_safe = re.fullmatch(r"[^\W_][\w ’.,()/+\u00a0-]*", value) and not value.endswith((" ", ":"))
    return value if is_safe or re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", value) else quoted(value)


def lines(value: Any, write: Callable[[Any], str] = plain, indent: str = "") -> Iterator[str]:
    """Yield the YAML lines of a mapping or list, which may contain mappings, lists and scalars.

    `write` converts a scalar to YAML. A list of scalars is written on one line. For the value None, only the key is
    written.
    """
    entries = value.items() if isinstance(value, dict) else (("-", each) for each in value)
    for key, each in entries:
        start = indent + ("-" if key == "-" else f"{key}:")
        if isinstance(each, dict) and key == "-":
            first, *rest = lines(each, write, indent + "  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest
        elif isinstance(each, list | tuple) and not any(isinstance(entry, dict) for entry in each):
            yield f"{start} [{', '.join(map(write, each))}]"
        elif isinstance(each, dict | list | tuple):
            yield start
            yield from lines(each, write, indent + "  ")
        else:
            yield start if each is None else f"{start} {write(each)}"
