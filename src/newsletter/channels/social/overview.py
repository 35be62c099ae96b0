"""Write `social/index.html`, which shows every snippet with its count and a button to copy it.

The pages are long. For speed, templates therefore receive snippets as finished HTML, and phrases that several snippets
share are rendered only once.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from newsletter.channels.social.counting.platforms import Platform
from newsletter.channels.social.writing.material import Material
from newsletter.channels.social.writing.post import Post
from newsletter.model import Artefact, Publication
from newsletter.text.entities import escape_as_templates as _html
from newsletter.theme.branding import colours
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Templates


class Section(NamedTuple):
    """One announcement or issue on the page. All texts are HTML. `lang` is a complete attribute, or empty."""

    number: int
    lang: str
    title: str
    date: str
    file: str
    alts: Iterable[str]
    cards: Iterable[str]


class Overview:
    """Renders snippets on `count` pages that work without a server or network."""

    def __init__(self, publication: Publication, templates: Templates, words: Strings, count: int) -> None:
        css = templates.get("social/index.css").render({"brand": colours(publication.settings)})
        script = templates.get("social/copy.js").render({})
        self._template = templates.get("social/index.html")
        self._card_template, self._copy = templates.get("social/card.html"), _html(words("social_copy"))
        self._facts = Facts(words)
        self._shared: Mapping[str, Any] = {
            "t": words, "publication": publication.settings.title, "css": css, "script": script,
            "policy": f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
                      "base-uri 'none'; form-action 'none'",
            "pages": tuple(map(_page_name, range(count))),
        }  # fmt: skip

    def page(self, number: int, shown: Sequence[tuple[Material, tuple[Post, ...]]]) -> Artefact:
        """Return page `number`, counted from 0, with the given materials and posts."""
        sections = [self._section(place, *each) for place, each in enumerate(shown, 1)]
        html = self._template.render({**self._shared, "page": _page_name(number), "shown": shown, "sections": sections})
        return Artefact(f"social/{_page_name(number)}", html.encode(), "text/html")

    def _section(self, number: int, material: Material, posts: Iterable[Post]) -> Section:
        lang = f' lang="{_html(material.lang)}"' if material.lang != self._facts.words.lang else ""
        cards = [self._card(f"s{number}-{place}", lang, post) for place, post in enumerate(posts, 1)]
        alts = [_html(alt) for _, alt in material.alts]
        return Section(
            number, lang, _html(material.title), _html(material.date), _html(f"{material.stem}.json"), alts, cards
        )  # fmt: skip

    def _card(self, key: str, lang: str, post: Post) -> str:
        """Return the HTML of one post. `key` is its id on the page."""
        text, fold, counted = post.text, post.fold, post.counted
        title = post.platform.title if post.parts == 1 else f"{post.platform.title} {post.part}/{post.parts}"
        # All values are HTML. `rest` is hidden at first; `filled` is the length as a percentage of the limit.
        values = {
            "lang": lang, "copy": self._copy, "key": key, "name": title,
            "filled": str(100 * counted.count // counted.limit),
            "shown": _html(fold) if fold else _html(text), "rest": _html(text[len(fold) :]) if fold else None,
            "facts": self._facts.of(post, fold),
        }  # fmt: skip
        return self._card_template.render(values)


class Facts:
    """Lists facts about each text, such as its length, as HTML in one language."""

    def __init__(self, words: Strings) -> None:
        self.words = words
        self._phrase = cache(lambda key, **values: _html(words(f"social_{key}", **values)))
        self._shared = cache(self._shared_facts)

    def of(self, post: Post, fold: str) -> list[tuple[str, str]]:
        """Return the names and values of the facts about a post. `fold` is the text shown before "more"."""
        counted, row, phrase, part_count = post.counted, post.platform, self._phrase, ""
        count_affixes, shared = self._shared(
            row, counted.limit, counted.certainty, fold != "", post.by_hand, post.dropped + post.shortened
        )
        extra = post.extra if row.unit == "sms" else {}
        if extra:
            part_count = f", {phrase('segments', count=extra['segments'], encoding=extra['encoding'])}"
        facts = [(phrase("count"), f"{counted.count}{count_affixes[0]}{part_count}{count_affixes[1]}"), *shared]
        if extra.get("offenders"):
            fewer = int(extra["segments_if_transliterated"]), int(extra["segments"])
            without = f" ({phrase('without', count=fewer[0])})" if fewer[0] < fewer[1] else ""
            facts.append((phrase("offenders"), f"{_html(post.offenders)}{without}"))
        return facts

    def _shared_facts(
        self, row: Platform, limit: int, certainty: str, folded: bool, by_hand: bool, shortened_blocks: tuple[str, ...]
    ) -> tuple[tuple[str, str], list[tuple[str, str]]]:
        """Return the facts that many texts share: the text around the number of parts, and pairs of name and value."""
        phrase = self._phrase
        facts = []
        if folded:
            facts.append((phrase("fold"), phrase("characters", count=row.fold)))
        if by_hand:
            facts.append((phrase("source"), phrase("by_hand")))
        if shortened_blocks:
            facts.append((phrase("dropped"), ", ".join(map(self._block_name, shortened_blocks))))
        return (f" {phrase('of')} {limit}", f" ({phrase(certainty.replace('-', '_'))})"), facts

    def _block_name(self, name: str) -> str:
        return _html(self.words.strings.get(f"social_block_{name.replace(' ', '_')}", name))


def _page_name(number: int) -> str:
    return f"index-{number + 1}.html" if number else "index.html"


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
