"""clashes: ids, slugs and aliases that two files share. Both files are named.

This looks at sources, not at announcements, so that a file with another error still counts.
"""

import re
from collections.abc import Iterable, Mapping

from newsletter import text
from newsletter.fields import LANGUAGE
from newsletter.model import Items, Node, Scalar, Settings, Source
from newsletter.problems import Place, Problems

_SUFFIX = re.compile(rf"(.+)\.({LANGUAGE})")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d-?")

Taken = dict[tuple[str, str], tuple[Source, Node | None]]  # by name and language: who has it, and where


def find_clashes(sources: Iterable[Source], settings: Settings, problems: Problems) -> None:
    """Report every id, slug or alias that is taken twice in one language, compared case-folded."""
    ids: Taken = {}
    slugs: Taken = {}
    for source in sources:
        stem = source.path.rpartition("/")[2].removesuffix(".md")
        suffix = _SUFFIX.fullmatch(stem) if "." in stem else None
        stem, suffix_lang = (suffix[1], suffix[2]) if suffix else (stem, "")
        given = {name.value: node for name, node in reversed(source.front.pairs)}
        lang = (_value(given, "lang") or suffix_lang or settings.language).casefold()
        own_id = _value(given, "id") or text.fold(stem)
        _take(ids, (own_id.casefold(), lang), (source, given.get("id")), "id", problems)
        slug = _value(given, "slug") or text.fold(_DATE.sub("", stem))
        _take(slugs, (slug.casefold(), lang), (source, given.get("slug")), "slug", problems)
        aliases = given.get("aliases")
        for alias in aliases.items if isinstance(aliases, Items) else ():
            if isinstance(alias, Scalar) and alias.value:
                _take(slugs, (alias.value.casefold(), lang), (source, alias), "slug", problems)


def _value(given: Mapping[str, Node], key: str) -> str:
    node = given.get(key)
    return node.value.strip(" \t\n") if isinstance(node, Scalar) else ""


def _take(
    taken: Taken, key: tuple[str, str], holder: tuple[Source, Node | None], what: str, problems: Problems
) -> None:
    if not key[0]:
        return
    former = taken.setdefault(key, holder)
    if former is not holder:
        place, other = _place(*holder), _place(*former)
        problems.error(
            place, f"duplicate-{what}", f"the {what} '{key[0]}' stands already in {other}", "change one of them"
        )
        problems.error(
            other, f"duplicate-{what}", f"the {what} '{key[0]}' stands again in {place}", "change one of them"
        )


def _place(source: Source, node: Node | None) -> Place:
    return source.at(node or source.front)
