"""Define the rule for CSS and HTML that mail programs do not support, according to the table in clients.toml."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from newsletter.rules.rendered.sheets import Sheet, SheetPart
from newsletter.rules.rule import Family, Finding

FAMILY = Family("clients", "CSS and HTML that your readers' mail programs do not support.")
# Per cent of the audience that must be affected if the lack of a feature only makes a mail plainer.
MIN_SHARE = 25


@dataclass(frozen=True, slots=True)
class Feature:
    """A row of the table: a feature of CSS or HTML, how to recognize it, and the mail programs that do not support it.

    `breaks` is true if a mail is broken without the feature, not merely plainer. `fails` contains the names of mail
    programs in settings. `page` is the page on caniemail.com, and `tested` the date of its last test.
    """

    name: str
    kind: str
    pattern: re.Pattern[str]
    value: re.Pattern[str] | None
    breaks: bool
    fails: tuple[str, ...]
    page: str
    tested: str

    def is_used(self, piece: SheetPart) -> bool:
        """Return whether a part of a file uses this feature."""
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
    """The files of a theme, the features in `baseline` that are not reported, and the audience.

    `audience` is the share of each mail program in per cent.
    """

    sheets: tuple[Sheet, ...]
    baseline: frozenset[str]
    audience: Mapping[str, int]


@FAMILY.rule("client-support", "A feature that a mail program does not support", fails="display: flex",
             passes="<mj-column>…</mj-column><mj-column>…</mj-column>")  # fmt: skip
def client_support(themes: Themes) -> Iterator[Finding]:
    """A table lists about fifty features of CSS and HTML, the mail programs that do not support them, and the date of
    each test. The data is from [Can I email](https://www.caniemail.com/). Features that the default theme uses are not
    reported, because it provides fallbacks. If the lack of a feature breaks a mail, it is reported if anyone in your
    audience is affected. If it only makes the mail plainer, it is reported if a quarter of your audience is affected.
    Set your audience, in per cent, in `[tool.newsletter.check]`:
    `audience = {gmail = 40, orange = 20, outlook-windows = 15, apple-mail = 25}`. The other mail programs are
    outlook-new, sfr, laposte and free.
    """
    for sheet in themes.sheets:
        for feature, piece in uses(sheet):
            affected = [name for name in feature.fails if themes.audience.get(name)]
            share = sum(themes.audience[name] for name in affected)
            if feature.name not in themes.baseline and affected and (feature.breaks or share >= MIN_SHARE):
                programs = ", ".join(clients()[name] for name in affected)
                yield Finding(
                    sheet.place(piece.offset),
                    f"{feature.name} {'breaks' if feature.breaks else 'is lost'} in {programs} "
                    f"({min(share, 100)} % of your readers; caniemail.com/features/{feature.page}, {feature.tested})",
                    "remove it, or make sure that the mail is complete without it",
                )


def uses(sheet: Sheet) -> Iterator[tuple[Feature, SheetPart]]:
    """Yield each use of a known feature in a sheet, with the part that uses it."""
    for piece in sheet.pieces:
        for feature in known_features():
            if feature.is_used(piece):
                yield feature, piece


def features_of(sheets: Iterable[Sheet]) -> frozenset[str]:
    """Return the names of all known features that the sheets use."""
    return frozenset(feature.name for sheet in sheets for feature, _ in uses(sheet))


def audience_of(shares: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Return the share of each mail program in per cent. Without `shares` in the settings, all are equal."""
    return dict(shares) or {name: 100 // len(clients()) for name in clients()}


@cache
def clients() -> Mapping[str, str]:
    """Map the names of mail programs in settings to their full names."""
    return dict(support_table()["clients"])


@cache
def known_features() -> tuple[Feature, ...]:
    """Return the features in the table, each unsupported by at least one mail program."""
    features = []
    for row in support_table()["features"]:
        kind = next(key for key in row if key in (
            "property", "value", "function", "unit", "at", "selector", "tag", "attribute"))  # fmt: skip
        pattern = row[kind]
        if kind == "function":
            pattern = rf"(?<![\w-])(?:{pattern})\("
        elif kind == "unit":
            pattern = rf"(?<![\w#.-])[\d.]+(?:{pattern})\b"
        value = re.compile(rf"(?:^|\s)(?:{row['is']})\b") if "is" in row else None
        features.append(
            Feature(row["name"], kind, re.compile(pattern), value, row.get("breaks", False),
                    tuple(row["fails"].split()), row["page"], str(row["tested"]))
        )  # fmt: skip
    return tuple(features)


@cache
def support_table() -> Mapping[str, Any]:
    """Return the contents of clients.toml: mail programs, and the features that they do not support."""
    return tomllib.loads(Path(__file__).with_name("clients.toml").read_text(encoding="utf-8"))
