"""clashes: ids, slugs and aliases that two files share. Both files are named.

This looks at sources, not at announcements, so that a file with another error still counts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from newsletter import text
from newsletter.check.checker import default_slug, file_stem
from newsletter.model import Items, Plain, Settings, Source
from newsletter.model.problems import Place, Problems

MAX_VERSIONS = 50  # languages of one announcement: each page links to all versions


class Claim(NamedTuple):
    """A file's claim to a name, an id or a slug, in one language; both are compared case-folded.

    It stands at `key` of the front matter, or at the item of that number in its list.
    """

    what: str
    name: str
    lang: str
    source: Source
    key: str
    number: int = -1

    @property
    def place(self) -> Place:
        """Where the name stands, or would. Few ask."""
        node = self.source.front.get(self.key)
        if isinstance(node, Items) and 0 <= self.number < len(node.items):
            node = node.items[self.number]
        return self.source.at(node or self.source.front)


def claims(source: Source, settings: Settings) -> Iterator[Claim]:
    """The names that a file claims for itself."""
    stem, suffix_lang = file_stem(source.path)
    given = dict(reversed(source.given))
    lang = (_value(given, "lang") or suffix_lang or settings.language).casefold()
    if name := _value(given, "id") or text.fold(stem):
        yield Claim("id", name.casefold(), lang, source, "id")
    if name := _value(given, "slug") or default_slug(stem):
        yield Claim("slug", name.casefold(), lang, source, "slug")
    aliases = given.get("aliases")
    for number, alias in enumerate(aliases if isinstance(aliases, list) else ()):
        if isinstance(alias, str) and alias:
            yield Claim("slug", alias.casefold(), lang, source, "aliases", number)


def find_clashes(claimed: Iterable[Claim], problems: Problems) -> None:
    """Report every id, slug or alias that is taken twice in one language, compared case-folded."""
    taken: dict[tuple[str, str, str], Claim] = {}
    versions: Counter[str] = Counter()
    for claim in claimed:
        other = taken.setdefault(claim[:3], claim)
        if other is claim:
            versions[claim.name] += claim.what == "id"
            if claim.what == "id" and versions[claim.name] > MAX_VERSIONS:
                told = f"'{claim.name}' has versions in more than {MAX_VERSIONS} languages"
                problems.error(claim.place, "too-long", told, "give some another id")
        else:
            what, name = claim.what, claim.name
            for one, said, another in ((claim, "already", other), (other, "again", claim)):
                problems.error(
                    one.place, f"duplicate-{what}", f"the {what} '{name}' stands {said} in {another.place}",
                    "change one of them",
                )  # fmt: skip


def _value(given: Mapping[str, Plain], key: str) -> str:
    value = given.get(key)
    return value.strip(" \t\n") if isinstance(value, str) else ""
