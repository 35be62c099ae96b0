"""settings: `[tool.newsletter]` of pyproject.toml, or newsletter.toml, with the place of every value."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.fields import EMAIL, LANGUAGE, Choice, Flag, Many, Number, Record, Text, Web
from newsletter.keys import PLATFORMS
from newsletter.model import (
    CheckSettings,
    FeedSettings,
    Fields,
    Items,
    MailSettings,
    Organisation,
    Plain,
    Scalar,
    Sender,
    Settings,
    SocialSettings,
    Unsubscribe,
    plain_pairs,
)
from newsletter.problems import Place, Problems, Stop
from newsletter.reading import Reading

_COLOUR = Text(7, r"#[0-9A-Fa-f]{6}", "a colour such as #1a5f7a")
COLOURS = ("accent", "on_accent", "background", "card", "text", "muted", "line")


# As in rules/clients.toml.
MAIL_PROGRAMS = ("outlook-windows", "outlook-new", "gmail", "apple-mail", "orange", "sfr", "laposte", "free")


class _Zone(Text):
    """A time zone of the IANA database."""

    def read(self, given: Plain, at: Reading, key: str) -> Any:
        name = super().read(given, at, key)
        try:
            return ZoneInfo(name) if name else None
        except (ValueError, OSError, KeyError):
            at.error("bad-value", f"'{name}' is no time zone", "write one such as Europe/Paris")
            return None


def _brand(**pairs: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs.items()))


def _audience(**shares: int) -> tuple[tuple[str, int], ...]:
    return tuple(shares.items())


KEYS = Record(
    {
        "title": Text(100),
        "language": Text(35, LANGUAGE, "a language such as fr"),
        "timezone": _Zone(60),
        "url": Web(),
        "authority": Text(100, r"[a-z0-9.-]+(?:@[a-z0-9.-]+)?,\d{4}(?:-\d\d(?:-\d\d)?)?", "example.org,2024"),
        "sender": Record(
            {"name": Text(100), "email": Text(254, EMAIL, "an address"), "reply_to": Text(254, EMAIL, "an address")},
            Sender,
            ("name", "email"),
        ),
        "description": Text(500, lines=True),
        "cadence": Choice(("monthly", "weekly", "quarterly", "manual")),
        "theme": Text(40, r"[a-z][a-z0-9-]*", "the name of a theme"),
        "organisation": Record({"name": Text(100), "address": Text(500, lines=True), "logo": Text(200)}, Organisation),
        "unsubscribe": Record({"url": Web(placeholder=True), "mailto": Text(254, EMAIL, "an address")}, Unsubscribe),
        "brand": Record({f"{name}{dark}": _COLOUR for name in COLOURS for dark in ("", "_dark")}, _brand),
        "feeds": Record(
            {"entries": Number(1, 500), "content": Choice(("full", "summary")), "hub": Web()}, FeedSettings
        ),
        "social": Record(
            {
                "platforms": Many(Choice(PLATFORMS)),
                "hashtags": Many(Text(100)),
                "mastodon_limit": Number(100, 100_000),
                "sms_segments": Number(1, 10),
                "utm": Flag(),
            },
            SocialSettings,
        ),
        "mail": Record({"utm": Flag(), "domains": Many(Text(253, r"[a-z0-9.-]+", "a domain"))}, MailSettings),
        "check": Record(
            {
                "ignore": Many(Text(60)),
                "error": Many(Text(60)),
                "audience": Record({name: Number(0, 100) for name in MAIL_PROGRAMS}, _audience),
            },
            CheckSettings,
        ),
    },
    required=("title", "language", "timezone", "url", "authority", "sender"),
)


MAX_SETTINGS = 1024 * 1024  # bytes of a settings file
_LEVELS = 20
_PARTS = 200
_BETWEEN_KEYS = re.compile(r"[^\w.\"' \t-]")
_DEEP = f"values are nested deeper than {_LEVELS} levels"
_OURS = re.compile(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*newsletter[ \t]*[\].]", re.MULTILINE)


def find_project(start: Path) -> Path | None:
    """The nearest parent of `start` (or itself) that holds settings."""
    for folder in (start, *start.parents):
        if _candidates(folder):
            return folder
    return None


def _candidates(folder: Path) -> list[str]:
    found = ["newsletter.toml"] if (folder / "newsletter.toml").is_file() else []
    pyproject = folder / "pyproject.toml"
    if pyproject.is_file() and _OURS.search(_read(pyproject)):
        found.append("pyproject.toml")
    return found


def _read(path: Path) -> str:
    """A settings file as text; of one that is too long, enough to see that."""
    with path.open("rb") as file:
        return file.read(MAX_SETTINGS + 1).decode("utf-8", "replace")


def load_settings(root: Path, problems: Problems) -> Settings:
    """The settings of the project at `root`. Raises Stop when they cannot be used."""
    names = _candidates(root)
    if len(names) != 1:
        told = "two settings files" if names else "no settings"
        fix = "keep [tool.newsletter] or newsletter.toml" if names else "add [tool.newsletter] to pyproject.toml"
        problems.error(Place(names[0] if names else "pyproject.toml"), "no-settings", f"there are {told}", fix)
        raise Stop
    name = names[0]
    content = _read(root / name).replace("\r\n", "\n")
    prefix = ("tool", "newsletter") if name == "pyproject.toml" else ()
    node = _tables(name, content, prefix, problems)
    values = KEYS.collect(plain_pairs(node), Reading(name, problems, lambda: node))
    if problems.fatal:
        raise Stop
    values["url"] = values["url"].rstrip("/") + "/"
    settings = Settings(**values, path=name)
    problems.ignore, problems.raised = frozenset(settings.check.ignore), frozenset(settings.check.error)
    return settings


def _tables(name: str, content: str, prefix: tuple[str, ...], problems: Problems) -> Any:
    """The settings file's tables under `prefix` as a node. Raises Stop."""
    try:
        if len(content) > MAX_SETTINGS:
            raise ValueError(f"the file is larger than {MAX_SETTINGS // 1024:,} KiB")
        # tomllib goes through all parts of a key for each of them.
        if any(part.count(".") > _PARTS for part in _BETWEEN_KEYS.split(content)):
            raise ValueError(f"a key has more than {_PARTS} parts")
        tables: Any = tomllib.loads(content)
        for step in prefix:
            # What looks like our table may stand inside a text.
            tables = tables[step] if isinstance(tables, dict) and step in tables else {}
        return _node(tables, prefix, dict(_places(content)))
    except (ValueError, RecursionError) as fault:  # ValueError: also a number that is too long
        told = _DEEP if isinstance(fault, RecursionError) else str(fault)
        where = re.search(r"at line (\d+), column (\d+)", told)
        place = Place(name, int(where[1]), int(where[2])) if where else Place(name)
        problems.error(place, "toml-syntax", f"not valid TOML: {told}")
        raise Stop from None


def _node(
    value: Any, path: tuple[str, ...], places: dict[tuple[str, ...], tuple[int, int]], level: int = 0
) -> Any:  # fmt: skip
    """A TOML value as a node; a value without a place of its own has that of what holds it. Raises ValueError."""
    if level > _LEVELS:
        raise ValueError(_DEEP)
    near = path
    while near and near not in places:
        near = near[:-1]
    line, column = places.get(near, (1, 1))
    if isinstance(value, dict):
        pairs = tuple(
            (_key(key, (*path, key), places, (line, column)), _node(item, (*path, key), places, level + 1))
            for key, item in value.items()
        )
        return Fields(pairs, line, column)
    if isinstance(value, list):
        return Items(tuple(_node(item, path, places, level + 1) for item in value), line, column)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(text, line, column, isinstance(value, str))


def _key(
    key: str, path: tuple[str, ...], places: dict[tuple[str, ...], tuple[int, int]], near: tuple[int, int]
) -> Scalar:
    line, column = places.get(path, near)
    return Scalar(key, line, column)


_TABLE = re.compile(r"\s*\[\[?\s*([^\s\]][^\]]*)\]\]?\s*(?:#.*)?$")
_PAIR = re.compile(r"\s*([A-Za-z0-9_\"'.-]+)\s*=")


def _places(content: str) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    """Where each key stands. tomllib tells no positions; a look at line starts is enough here."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(content.split("\n"), 1):
        if match := _TABLE.match(line):
            table = tuple(part.strip(" \"'") for part in match[1].split("."))
            yield table, (number, match.start(1) + 1)
        elif match := _PAIR.match(line):
            yield (*table, *(part.strip(" \"'") for part in match[1].split("."))), (number, match.start(1) + 1)
