"""Parse other tools' front matter (YAML, TOML or JSON) into plain values.

Depth and size are limited.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from newsletter.importers.draft import Unreadable, strip_forbidden
from newsletter.load import MAX_FRONT_MATTER, parse
from newsletter.model import Fields, Items, Node, Scalar
from newsletter.model.problems import Problems

MAX_DEPTH = 20
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_YAML = re.compile(r"---[ \t]*\n")
_KEY = re.compile(r"[^\W\d][\w.-]{0,100}")


def split(content: str) -> tuple[dict[str, Any], str]:
    """Split a file into the keys of its front matter and its body.

    The front matter is YAML between `---`, TOML between `+++`, or a JSON object. Raises Unreadable
    if it cannot be parsed.
    """
    content = strip_forbidden(content)
    start = content.lstrip(" \t\n")  # Hugo allows white space before front matter
    if match := _TOML.match(start):
        return read_toml(match[1]), start[match.end() :]
    if _YAML.match(start):
        return _yaml(start)
    if start.startswith("{") and not start.startswith(("{{", "{%")):
        return _json(start)
    return {}, content


def read_toml(content: str) -> dict[str, Any]:
    """Parse a TOML document. Raises Unreadable if it is invalid or too long."""
    if len(content) > MAX_FRONT_MATTER:
        raise Unreadable("its front matter is too long")
    try:
        return _normal_keys(tomllib.loads(content))
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"its front matter is not valid TOML: {fault}") from None


def read_yaml(content: str) -> dict[str, Any]:
    """Parse a YAML document that is a mapping. Raises Unreadable if it cannot be read."""
    return _yaml("---\n" + content.removeprefix("---\n") + "\n---\n")[0]


def _yaml(content: str) -> tuple[dict[str, Any], str]:
    problems = Problems()
    source = parse("", content.encode("utf-8", "replace"), problems)
    if source is None:
        raise Unreadable(f"its front matter cannot be read: {next(iter(problems)).message}")
    return {key.value: _value(node) for key, node in source.front.pairs}, source.body


def _json(content: str) -> tuple[dict[str, Any], str]:
    try:
        keys, end = json.JSONDecoder().raw_decode(content)
    except (ValueError, RecursionError):
        return {}, content  # plain text that begins with a brace
    return _normal_keys(keys), content[end:].removeprefix("\n")


def _value(node: Node) -> Any:
    if isinstance(node, Fields):
        named = ((key.value, _value(value)) for key, value in node.pairs if _KEY.fullmatch(key.value))
        return {name: value for name, value in named if value != {}}
    if isinstance(node, Items):
        return [value for item in node.items if (value := _value(item)) != {}]
    assert isinstance(node, Scalar)
    return node.value


def _normal_keys(value: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    named = {key: each for key, each in value.items() if _KEY.fullmatch(key)}
    return {key: normal for key, each in named.items() if (normal := _normalize(each, depth + 1)) != {}}


def _normalize(value: Any, depth: int) -> Any:
    """Convert a value to what _yaml() would return.

    Dates become text, and keys that could not be written out again are dropped.
    """
    if depth > MAX_DEPTH:
        raise Unreadable(f"its front matter is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return _normal_keys(value, depth)
    if isinstance(value, list):
        return [normal for each in value if (normal := _normalize(each, depth + 1)) != {}]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= 10**18:
        raise Unreadable("its front matter contains a number that is too large")
    return value
