"""clients: what mail programs do not support, by the table in clients.toml."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from newsletter.rules.rendered.sheets import Sheet, SheetPart
from newsletter.rules.rule import Family, Finding

FAMILY = Family("clients", "What mail programs of your readers do not support.")
PLAINER = 25  # per cent of the audience that what is only plainer must concern


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of the table: how a use is recognised, and the programs that do without."""

    name: str
    kind: str
    pattern: re.Pattern[str]
    value: re.Pattern[str] | None
    breaks: bool
    fails: tuple[str, ...]
    page: str
    tested: str

    def is_used(self, piece: SheetPart) -> bool:
        """Whether the piece uses it."""
        match self.kind, piece.kind:
            case ("property", "declaration") | ("at", "at") | ("tag", "tag") | ("attribute", "attribute"):
                return bool(self.pattern.fullmatch(piece.name))
            case "value", "declaration":
                return bool(self.pattern.fullmatch(piece.name) and self.value and self.value.search(piece.value))
            case ("function" | "unit", "declaration") | ("selector", "selector"):
                return bool(self.pattern.search(piece.value))
        return False


@dataclass(frozen=True, slots=True)
class Themes:
    """The sheets of a theme, the features that need no telling, and who reads (per cent by program)."""

    sheets: tuple[Sheet, ...]
    baseline: frozenset[str]
    audience: Mapping[str, int]


@FAMILY.rule("client-support", "Something that a mail program does not know", fails="display: flex",
             passes="<mj-column>…</mj-column><mj-column>…</mj-column>")  # fmt: skip
def client_support(themes: Themes) -> Iterator[Finding]:
    """The table behind it holds about fifty features, and the mail programs that do without, by
    [Can I email](https://www.caniemail.com/), with the date of each test. What the default theme uses itself, with care,
    is not told again. What breaks a mail is told when it concerns anyone in your audience; what only makes it plainer,
    when it concerns a quarter. Say who reads you, in per cent, in `[tool.newsletter.check]`:
    `audience = {gmail = 40, orange = 20, outlook-windows = 15, apple-mail = 25}`; also outlook-new, sfr, laposte, free.
    """
    for sheet in themes.sheets:
        for feature, piece in uses(sheet):
            hit = [name for name in feature.fails if themes.audience.get(name)]
            share = sum(themes.audience[name] for name in hit)
            if feature.name not in themes.baseline and hit and (feature.breaks or share >= PLAINER):
                who = ", ".join(clients()[name] for name in hit)
                yield Finding(
                    sheet.place(piece.offset),
                    f"{feature.name} {'breaks' if feature.breaks else 'is lost'} in {who} "
                    f"({min(share, 100)} % of your readers; caniemail.com/features/{feature.page}, {feature.tested})",
                    "do without, or see that the mail is complete without it",
                )


def uses(sheet: Sheet) -> Iterator[tuple[Feature, SheetPart]]:
    """The features of the table that a sheet uses, each use once."""
    for piece in sheet.pieces:
        for feature in known_features():
            if feature.is_used(piece):
                yield feature, piece


def features_of(sheets: Iterable[Sheet]) -> frozenset[str]:
    """The names of all features that sheets use."""
    return frozenset(feature.name for sheet in sheets for feature, _ in uses(sheet))


def audience_of(chosen: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Who reads, per cent by program; as many of each when nobody says otherwise."""
    return dict(chosen) or {name: 100 // len(clients()) for name in clients()}


@cache
def clients() -> Mapping[str, str]:
    """Names of mail programs, by their names in settings."""
    return dict(support_table()["clients"])


@cache
def known_features() -> tuple[Feature, ...]:
    """Return the features of the table that some mail program lacks."""
    found = []
    for row in support_table()["features"]:
        kind = next(key for key in row if key in (
            "property", "value", "function", "unit", "at", "selector", "tag", "attribute"))  # fmt: skip
        pattern = row[kind]
        if kind == "function":
            pattern = rf"(?<![\w-])(?:{pattern})\("
        elif kind == "unit":
            pattern = rf"(?<![\w#.-])[\d.]+(?:{pattern})\b"
        value = re.compile(rf"(?:^|\s)(?:{row['is']})\b") if "is" in row else None
        found.append(
            Feature(row["name"], kind, re.compile(pattern), value, row.get("breaks", False),
                    tuple(row["fails"].split()), row["page"], str(row["tested"]))
        )  # fmt: skip
    return tuple(found)


@cache
def support_table() -> Mapping[str, Any]:
    """Return clients.toml: mail programs, and what each supports."""
    return tomllib.loads(Path(__file__).with_name("clients.toml").read_text(encoding="utf-8"))
