"""clashes: ids, slugs and aliases that two files share. Both files are named.

This looks at sources, not at announcements, so that a file with another error still counts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from newsletter import text
from newsletter.fields import LANGUAGE
from newsletter.model import Items, Node, Scalar, Settings, Source
from newsletter.problems import Place, Problems

_SUFFIX = re.compile(rf"(.+)\.({LANGUAGE})")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d-?")


class Claim(NamedTuple):
    """A file's claim to a name, an id or a slug, in one language; both are compared case-folded."""

    what: str
    name: str
    lang: str
    path: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where the name stands, or would."""
        return Place(self.path, self.line, self.column)


def claims(source: Source, settings: Settings) -> Iterator[Claim]:
    """The names that a file claims for itself."""
    stem = source.path.rpartition("/")[2].removesuffix(".md")
    suffix = _SUFFIX.fullmatch(stem) if "." in stem else None
    stem, suffix_lang = (suffix[1], suffix[2]) if suffix else (stem, "")
    given = {name.value: node for name, node in reversed(source.front.pairs)}
    lang = (_value(given, "lang") or suffix_lang or settings.language).casefold()

    def claim(what: str, name: str, node: Node | None) -> Iterator[Claim]:
        if name:
            at = node or source.front
            yield Claim(what, name.casefold(), lang, source.path, at.line, at.column)

    yield from claim("id", _value(given, "id") or text.fold(stem), given.get("id"))
    yield from claim("slug", _value(given, "slug") or text.fold(_DATE.sub("", stem)), given.get("slug"))
    aliases = given.get("aliases")
    for alias in aliases.items if isinstance(aliases, Items) else ():
        if isinstance(alias, Scalar):
            yield from claim("slug", alias.value, alias)


def find_clashes(claimed: Iterable[Claim], problems: Problems) -> None:
    """Report every id, slug or alias that is taken twice in one language, compared case-folded."""
    taken: dict[tuple[str, str, str], Claim] = {}
    for claim in claimed:
        other = taken.setdefault(claim[:3], claim)
        if other is not claim:
            what, name = claim.what, claim.name
            for one, said, another in ((claim, "already", other), (other, "again", claim)):
                problems.error(
                    one.place, f"duplicate-{what}", f"the {what} '{name}' stands {said} in {another.place}",
                    "change one of them",
                )  # fmt: skip


def _value(given: Mapping[str, Node], key: str) -> str:
    node = given.get(key)
    return node.value.strip(" \t\n") if isinstance(node, Scalar) else ""
