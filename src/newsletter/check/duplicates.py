"""Find ids, slugs and aliases that two files share, and report them in both.

Sources are compared, not announcements, so files with other errors are included.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from newsletter import text
from newsletter.check.checker import default_slug, file_stem
from newsletter.model import Items, Plain, Settings, Source
from newsletter.model.problems import Place, Problems

MAX_VERSIONS = 50  # languages of one announcement, whose pages all link to each other


class Claim(NamedTuple):
    """A file's claim to a name in one language, both case-folded. `what` is "id" or "slug".

    `place` is that of the name in the front matter, or where it would be.
    """

    what: str
    name: str
    lang: str
    place: Place


def claims(source: Source, settings: Settings) -> Iterator[Claim]:
    """Yield the names that a file claims: its id, its slug and its aliases."""
    stem, suffix_lang = file_stem(source.path)
    values = dict(reversed(source.values))
    lang = (_text(values, "lang") or suffix_lang or settings.language).casefold()
    if name := _text(values, "id") or text.fold(stem):
        yield Claim("id", name.casefold(), lang, source.at_key("id"))
    if name := _text(values, "slug") or default_slug(stem):
        yield Claim("slug", name.casefold(), lang, source.at_key("slug"))
    aliases = values.get("aliases")
    node = source.front.get("aliases")
    if isinstance(aliases, list) and isinstance(node, Items):
        for alias, item in zip(aliases, node.items, strict=True):
            if isinstance(alias, str) and alias:
                yield Claim("slug", alias.casefold(), lang, source.at(item))


def find_clashes(claims: Iterable[Claim], problems: Problems) -> None:
    """Report ids and slugs that two files use in one language, and ids with too many languages.

    Aliases count as slugs.
    """
    first_claims: dict[tuple[str, str, str], Claim] = {}
    versions: Counter[str] = Counter()
    for claim in claims:
        other = first_claims.setdefault(claim[:3], claim)
        if other is claim:
            versions[claim.name] += claim.what == "id"
            if claim.what == "id" and versions[claim.name] > MAX_VERSIONS:
                message = f"'{claim.name}' has versions in more than {MAX_VERSIONS} languages"
                problems.error(claim.place, "too-long", message, "give some of them another id")
        else:
            what, name = claim.what, claim.name
            for one, adverb, another in ((claim, "already", other), (other, "also", claim)):
                problems.error(
                    one.place, f"duplicate-{what}", f"the {what} '{name}' is {adverb} used in {another.place}",
                    "change one of them",
                )  # fmt: skip


def _text(values: Mapping[str, Plain], key: str) -> str:
    value = values.get(key)
    return value.strip(" \t\n") if isinstance(value, str) else ""
