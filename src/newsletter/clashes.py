"""clashes: ids, slugs and aliases that two files share. Both files are named.

This looks at sources, not at announcements, so that a file with another error still counts.
"""

import re
from collections.abc import Iterable

from newsletter import text
from newsletter.fields import LANGUAGE
from newsletter.model import Items, Scalar, Settings, Source
from newsletter.problems import Place, Problems


def find_clashes(sources: Iterable[Source], settings: Settings, problems: Problems) -> None:
    """Report every id, slug or alias that is taken twice in one language, compared case-folded."""
    ids: dict[tuple[str, str], Place] = {}
    slugs: dict[tuple[str, str], Place] = {}
    for source in sources:
        stem = source.path.rpartition("/")[2].removesuffix(".md")
        suffix = re.fullmatch(rf"(.+)\.({LANGUAGE})", stem)
        stem, suffix_lang = (suffix[1], suffix[2]) if suffix else (stem, "")
        lang = (_value(source, "lang") or suffix_lang or settings.language).casefold()
        own_id = _value(source, "id") or text.fold(stem)
        _take(ids, (own_id.casefold(), lang), source.at_key("id"), "id", problems)
        slug = _value(source, "slug") or text.fold(re.sub(r"^\d{4}-\d\d-\d\d-?", "", stem))
        _take(slugs, (slug.casefold(), lang), source.at_key("slug"), "slug", problems)
        aliases = source.front.get("aliases")
        for alias in aliases.items if isinstance(aliases, Items) else ():
            if isinstance(alias, Scalar) and alias.value:
                _take(slugs, (alias.value.casefold(), lang), source.at(alias), "slug", problems)


def _value(source: Source, key: str) -> str:
    node = source.front.get(key)
    return node.value.strip(" \t\n") if isinstance(node, Scalar) else ""


def _take(
    taken: dict[tuple[str, str], Place], key: tuple[str, str], place: Place, what: str, problems: Problems
) -> None:
    if not key[0]:
        return
    other = taken.setdefault(key, place)
    if other is not place:
        problems.error(
            place, f"duplicate-{what}", f"the {what} '{key[0]}' stands already in {other}", "change one of them"
        )
        problems.error(
            other, f"duplicate-{what}", f"the {what} '{key[0]}' stands again in {place}", "change one of them"
        )
