"""Load the settings from newsletter.toml or from `[tool.newsletter]` in pyproject.toml."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from newsletter import text
from newsletter.load.context import FieldContext
from newsletter.load.field_types import Extension, Mailbox, Zone
from newsletter.load.fields import EMAIL, LANGUAGE, Bool, Choice, ListOf, MappingOf, Number, Text, Url
from newsletter.load.keys import PLATFORMS
from newsletter.load.safe_open import MAX_TEXT, open_beneath, read, report_unread
from newsletter.load.toml_places import key_places, syntax_place
from newsletter.model import (
    CheckSettings,
    FeedSettings,
    Fields,
    Items,
    MailSettings,
    Node,
    Organisation,
    Pairs,
    Scalar,
    Sender,
    Settings,
    SocialSettings,
    Unsubscribe,
    plain_pairs,
)
from newsletter.model.problems import Aborted, Place, Problems

_COLOUR = Text(7, r"#[0-9A-Fa-f]{6}", "a colour such as #1a5f7a")
_SETTINGS_TABLE = re.compile(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*newsletter[ \t]*[\].]", re.MULTILINE)
COLOURS = ("accent", "on_accent", "background", "card", "text", "muted", "line")

# These names must match those in rules/rendered/clients.toml.
MAIL_PROGRAMS = ("outlook-windows", "outlook-new", "gmail", "apple-mail", "orange", "sfr", "laposte", "free")


def _brand(**pairs: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs.items()))


def _audience(**shares: int) -> tuple[tuple[str, int], ...]:
    return tuple(shares.items())


_MAILBOX = Mailbox(254, EMAIL, "an address")

KEYS = MappingOf(
    {
        "title": Text(100),
        "language": Text(35, LANGUAGE, "a language such as fr"),
        "timezone": Zone(60),
        "url": Url(),
        "authority": Text(100, r"[a-z0-9.-]+(?:@[a-z0-9.-]+)?,\d{4}(?:-\d\d(?:-\d\d)?)?", "example.org,2024"),
        "sender": MappingOf(
            {"name": Text(100), "email": _MAILBOX, "reply_to": _MAILBOX},
            Sender,
            ("name", "email"),
        ),
        "description": Text(500, lines=True),
        "cadence": Choice(("monthly", "weekly", "quarterly", "manual")),
        "theme": Text(40, r"[a-z][a-z0-9-]*", "the name of a theme"),
        "organisation": MappingOf(
            {"name": Text(100), "address": Text(500, lines=True), "logo": Text(200)}, Organisation
        ),
        "unsubscribe": MappingOf({"url": Url(placeholder=True), "mailto": _MAILBOX}, Unsubscribe),
        "brand": MappingOf({f"{name}{dark}": _COLOUR for name in COLOURS for dark in ("", "_dark")}, _brand),
        "feeds": MappingOf(
            {"entries": Number(1, 500), "content": Choice(("full", "summary")), "hub": Url()}, FeedSettings
        ),
        "social": MappingOf(
            {
                "platforms": ListOf(Choice(PLATFORMS)),
                "hashtags": ListOf(Text(100)),
                "mastodon_limit": Number(100, 100_000),
                "sms_segments": Number(1, 10),
                "utm": Bool(),
            },
            SocialSettings,
        ),
        "mail": MappingOf({"utm": Bool(), "domains": ListOf(Text(253, r"[a-z0-9.-]+", "a domain"))}, MailSettings),
        "check": MappingOf(
            {
                "ignore": ListOf(Text(60)),
                "error": ListOf(Text(60)),
                "audience": MappingOf({name: Number(0, 100) for name in MAIL_PROGRAMS}, _audience),
            },
            CheckSettings,
        ),
        "attachments": ListOf(Extension(10, r"\.[A-Za-z0-9]{1,9}", "an extension such as .gpx")),
    },
    required=("title", "language", "timezone", "url", "authority", "sender"),
)

MAX_SETTINGS = 1024 * 1024  # maximum length of a settings file in characters
_MAX_LEVELS = 20  # levels of nested values
_MAX_KEY_PARTS = 200  # parts of a dotted key
_BETWEEN_KEYS = re.compile(r"[^\w.\"' \t-]")


def find_project(start: Path) -> Path | None:
    """Return the nearest folder that has settings, from `start` upwards, or None."""
    for folder in (start, *start.parents):
        if _candidates(folder):
            return folder
    return None


def _candidates(folder: Path) -> list[str]:
    """Return the names of the settings files in a folder.

    A pyproject.toml that cannot be read is included, so that load_settings() reports it.
    """
    names = ["newsletter.toml"] if os.path.lexists(folder / "newsletter.toml") else []
    pyproject = folder / "pyproject.toml"
    try:
        content = _start_of(pyproject) if os.path.isfile(pyproject) else b""
    except OSError:
        return [*names, "pyproject.toml"]
    if _SETTINGS_TABLE.search(content):
        names.append("pyproject.toml")
    return names


def _start_of(path: Path) -> bytes:
    """Return the first MAX_TEXT bytes of a file."""
    with path.open("rb") as file:
        return file.read(MAX_TEXT)


def _read(root: Path, name: str, problems: Problems) -> str:
    """Return the text of a settings file.

    If the file cannot be read or is not UTF-8, reports a problem and raises Aborted. Raises OSError if the machine
    lacks resources.
    """
    try:
        content = read(open_beneath(str(root), name), MAX_TEXT)
    except OSError as fault:
        report_unread(name, fault, problems)
        raise Aborted from None
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line_start = content.rfind(b"\n", 0, fault.start) + 1
        column = len(content[line_start : fault.start].decode("utf-8-sig", "replace")) + 1
        place = Place(name, content.count(b"\n", 0, fault.start) + 1, column)
        problems.error(place, "not-utf-8", f"byte 0x{content[fault.start]:02x} is not UTF-8", "save the file as UTF-8")
        raise Aborted from None


def _parse(content: str, name: str, problems: Problems) -> tuple[Fields, Pairs]:
    """Return the settings as nodes with their places, and as plain pairs.

    If the TOML is invalid, reports a problem and raises Aborted.
    """
    prefix = _prefix(name)
    try:
        _refuse_size(content)
        table: Any = tomllib.loads(content)
        for step in prefix:
            table = table[step]
        node = _node(table, prefix, key_places(content))
        return node, plain_pairs(node)
    except (LookupError, TypeError, AttributeError):  # [tool.newsletter] is inside a string, or is an array
        problems.error(Place(name), "no-settings", "there is no table [tool.newsletter]", "add one")
    except RecursionError:
        problems.error(
            Place(name), "toml-syntax", f"values are nested deeper than {_MAX_LEVELS} levels", "flatten them"
        )
    except _Oversized as fault:
        problems.error(Place(name), "toml-syntax", str(fault), "shorten it")
    except ValueError as fault:
        # Python refuses to convert a number with thousands of digits.
        reason = str(fault) if isinstance(fault, tomllib.TOMLDecodeError) else "a number is too long"
        problems.error(syntax_place(fault, name), "toml-syntax", f"not valid TOML: {reason}")
    raise Aborted


def _prefix(name: str) -> tuple[str, ...]:
    """Return the key of the table that contains the settings, by the name of the file."""
    return ("tool", "newsletter") if name == "pyproject.toml" else ()


def place_of(root: Path, name: str, keys: Iterable[str]) -> Place:
    """Return the place of the first of `keys` that is set in the settings file `name`.

    `keys` are dotted, such as `check.ignore`. If none is set, the place is the beginning of the file.
    """
    places: Mapping[tuple[str, ...], tuple[int, int]] = {}
    with suppress(OSError, _Oversized):  # a preview must continue while the file is being replaced
        content = read(open_beneath(str(root), name), MAX_TEXT).decode("utf-8-sig", "replace").replace("\r\n", "\n")
        _refuse_size(content)
        places = key_places(content)
    positions = (places.get((*_prefix(name), *key.split("."))) for key in keys)
    return next((Place(name, *position) for position in positions if position), Place(name))


class _Oversized(ValueError):
    """The settings are unreasonably large. The message names the limit."""


def _refuse_size(content: str) -> None:
    """Raise _Oversized for settings that would take tomllib too long."""
    if len(content) > MAX_SETTINGS:
        raise _Oversized(f"this file is larger than {MAX_SETTINGS // 1024:,} KiB")
    # tomllib takes quadratic time in the number of parts of a key.
    if any(part.count(".") > _MAX_KEY_PARTS for part in _BETWEEN_KEYS.split(content)):
        raise _Oversized(f"a key has more than {_MAX_KEY_PARTS} parts")


def load_settings(root: Path, problems: Problems) -> Settings:
    """Load the settings of the project in the folder `root`.

    If they cannot be used, reports why and raises Aborted.
    """
    names = _candidates(root)
    if len(names) != 1:
        if names:
            message, fix = "there are two settings files", "keep newsletter.toml or [tool.newsletter], not both"
        else:
            message = "this folder has no settings"
            fix = "add newsletter.toml, or [tool.newsletter] to pyproject.toml; 'newsletter init DIR' creates a project"
        problems.error(Place(names[0] if names else "newsletter.toml"), "no-settings", message, fix)
        raise Aborted
    name = names[0]
    content = _read(root, name, problems)
    node, pairs = _parse(content, name, problems)
    _refuse_forbidden(node, name, problems)
    values = KEYS.collect(pairs, FieldContext(name, problems, lambda: node))
    if problems.fatal:
        raise Aborted
    values["url"] = values["url"].rstrip("/") + "/"
    settings = Settings(**values, path=name)
    problems.ignore, problems.raised = frozenset(settings.check.ignore), frozenset(settings.check.error)
    return settings


def _refuse_forbidden(node: Node, name: str, problems: Problems) -> None:
    """Report characters that must not occur in text. A TOML file can contain them as escapes such as "\\u0000"."""
    if isinstance(node, Scalar):
        for _, character in text.forbidden(node.value):
            place = Place(name, node.line, node.column)
            problems.error(place, "control-character", f"{character} must not occur in text", "delete it")
        return
    parts = node.items if isinstance(node, Items) else (part for pair in node.pairs for part in pair)
    for part in parts:
        _refuse_forbidden(part, name, problems)


def _node(
    value: Any, path: tuple[str, ...], places: Mapping[tuple[str, ...], tuple[int, int]], level: int = 0
) -> Any:  # fmt: skip
    """Convert a TOML value to a node. A value without a place of its own gets the place of its table or array.

    Raises RecursionError for values nested deeper than _MAX_LEVELS.
    """
    if level > _MAX_LEVELS:
        raise RecursionError
    nearest = path
    while nearest and nearest not in places:
        nearest = nearest[:-1]
    line, column = places.get(nearest, (1, 1))
    if isinstance(value, dict):
        pairs = tuple(
            (_key(key, (*path, key), places, (line, column)), _node(item, (*path, key), places, level + 1))
            for key, item in value.items()
        )
        return Fields(pairs, line, column)
    if isinstance(value, list):
        return Items(tuple(_node(item, path, places, level + 1) for item in value), line, column)
    plain = str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(plain, line, column, isinstance(value, str))


def _key(
    key: str, path: tuple[str, ...], places: Mapping[tuple[str, ...], tuple[int, int]], table: tuple[int, int]
) -> Scalar:
    line, column = places.get(path, table)
    return Scalar(key, line, column)
