"""overview: `social/index.html`, every snippet with its count and a button that copies it.

Pages are long and much in them comes again, so what the template prints of snippets is HTML already, and
what is said of several of them was made once.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from markupsafe import escape

from newsletter.brand import colours
from newsletter.channels.social.material import Material
from newsletter.channels.social.posts import Post
from newsletter.model import Artefact, Publication
from newsletter.templates import Templates
from newsletter.words import Words


class Section(NamedTuple):
    """What one announcement or issue has on the page; all texts are HTML. `lang` is an attribute, or empty."""

    number: int
    lang: str
    title: str
    date: str
    file: str
    alts: Iterable[str]
    cards: Iterable["Card"]


class Card(NamedTuple):
    """One text on the page, as HTML; `rest` is what is not shown at first, `filled` its length in per cent."""

    key: str
    title: str
    shown: str
    rest: str | None
    filled: int
    facts: Iterable[tuple[str, str]]


class Overview:
    """Shows what was composed, on `count` pages that need neither server nor network."""

    def __init__(self, publication: Publication, templates: Templates, words: Words, count: int) -> None:
        css = templates.get("social/index.css").render({"brand": colours(publication.settings)})
        script = templates.get("social/copy.js").render({})
        self._template = templates.get("social/index.html")
        self._facts = Facts(words)
        self._shared: Mapping[str, Any] = {
            "t": words, "publication": publication.settings.title, "css": css, "script": script,
            "policy": f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
                      "base-uri 'none'; form-action 'none'",
            "pages": tuple(map(_name, range(count))),
        }  # fmt: skip

    def page(self, number: int, shown: Sequence[tuple[Material, tuple[Post, ...]]]) -> Artefact:
        """The page with this number, counted from 0."""
        sections = [self._section(place, *each) for place, each in enumerate(shown, 1)]
        html = self._template.render({**self._shared, "page": _name(number), "shown": shown, "sections": sections})
        return Artefact(f"social/{_name(number)}", html.encode(), "text/html")

    def _section(self, number: int, material: Material, posts: Iterable[Post]) -> Section:
        lang = f' lang="{_html(material.lang)}"' if material.lang != self._facts.words.lang else ""
        cards = [self._card(f"s{number}-{place}", post) for place, post in enumerate(posts, 1)]
        alts = [_html(alt) for _, alt in material.alts]
        return Section(
            number, lang, _html(material.title), _html(material.date), _html(f"{material.stem}.json"), alts, cards
        )  # fmt: skip

    def _card(self, key: str, post: Post) -> Card:
        text, fold, counted = post.text, post.fold, post.counted
        title = post.platform.title if post.parts == 1 else f"{post.platform.title} {post.part}/{post.parts}"
        shown, rest = (_html(fold), _html(text[len(fold) :])) if fold else (_html(text), None)
        return Card(key, title, shown, rest, 100 * counted.count // counted.limit, [*self._facts.of(post, fold)])


class Facts:
    """What the page tells of each text, as HTML, in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._said = cache(lambda key, **values: _html(words(f"social_{key}", **values)))

    def of(self, post: Post, fold: str) -> Iterable[tuple[str, str]]:
        """Pairs of a name and what is to tell."""
        counted, extra, said = post.counted, post.extra, self._said
        parts = ""
        if "segments" in extra:
            parts = f", {said('segments', count=extra['segments'], encoding=extra['encoding'])}"
        certain = said(counted.certainty.replace("-", "_"))
        yield said("count"), f"{counted.count} {said('of')} {counted.limit}{parts} ({certain})"
        if fold:
            yield said("fold"), said("characters", count=post.platform.fold)
        if post.by_hand:
            yield said("source"), said("by_hand")
        if post.dropped or post.shortened:
            yield said("dropped"), ", ".join(map(self._block, post.dropped + post.shortened))
        if extra.get("offenders"):
            fewer = int(extra["segments_if_transliterated"]), int(extra["segments"])
            without = f" ({said('without', count=fewer[0])})" if fewer[0] < fewer[1] else ""
            yield said("offenders"), f"{_html(post.offenders)}{without}"

    def _block(self, name: str) -> str:
        return _html(self.words.strings.get(f"social_block_{name.replace(' ', '_')}", name))


def _html(text: str) -> str:
    return str(escape(text))


def _name(number: int) -> str:
    return f"index-{number + 1}.html" if number else "index.html"


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
