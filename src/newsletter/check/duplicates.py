"""Find ids, slugs and aliases that two files share, and report them in both.

This compares sources, not announcements, so it includes files with other errors.
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

    The name is the value of `key` in the front matter or, if `number` is not negative, an item of that list.
    """

    what: str
    name: str
    lang: str
    source: Source
    key: str
    number: int = -1

    @property
    def place(self) -> Place:
        """The place of the name, or where it would be. Looked up only to report a problem."""
        node = self.source.front.get(self.key)
        if isinstance(node, Items) and 0 <= self.number < len(node.items):
            node = node.items[self.number]
        return self.source.at(node or self.source.front)


def claims(source: Source, settings: Settings) -> Iterator[Claim]:
    """Yield the names that a file claims: its id, its slug and its aliases."""
    stem, suffix_lang = file_stem(source.path)
    values = dict(reversed(source.values))
    lang = (_text(values, "lang") or suffix_lang or settings.language).casefold()
    if name := _text(values, "id") or text.fold(stem):
        yield Claim("id", name.casefold(), lang, source, "id")
    if name := _text(values, "slug") or default_slug(stem):
        yield Claim("slug", name.casefold(), lang, source, "slug")
    aliases = values.get("aliases")
    for number, alias in enumerate(aliases if isinstance(aliases, list) else ()):
        if isinstance(alias, str) and alias:
            yield Claim("slug", alias.casefold(), lang, source, "aliases", number)


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
