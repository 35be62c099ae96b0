"""overview: `social/index.html`, every snippet with its count and a button that copies it.

Pages are long and much in them comes again, so what the templates print of snippets is HTML already, and
what is said of several of them, and what stands around all of them, was made once.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from newsletter.channels.social.counting.platforms import Platform
from newsletter.channels.social.writing.material import Material
from newsletter.channels.social.writing.post import Post
from newsletter.model import Artefact, Publication
from newsletter.text.entities import escape_as_templates as _html
from newsletter.theme.branding import colours
from newsletter.theme.slots import Form, form, token
from newsletter.theme.strings import Strings
from newsletter.theme.templates import Template, Templates


class Section(NamedTuple):
    """What one announcement or issue has on the page; all texts are HTML. `lang` is an attribute, or empty."""

    number: int
    lang: str
    title: str
    date: str
    file: str
    alts: Iterable[str]
    cards: Iterable[str]


class Overview:
    """Shows what was composed, on `count` pages that need neither server nor network."""

    def __init__(self, publication: Publication, templates: Templates, words: Strings, count: int) -> None:
        css = templates.get("social/index.css").render({"brand": colours(publication.settings)})
        script = templates.get("social/copy.js").render({})
        self._template = templates.get("social/index.html")
        self._cards = Cards(templates.get("social/card.html"), _html(words("social_copy")))
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
        cards = [self._card(f"s{number}-{place}", lang, post) for place, post in enumerate(posts, 1)]
        alts = [_html(alt) for _, alt in material.alts]
        return Section(
            number, lang, _html(material.title), _html(material.date), _html(f"{material.stem}.json"), alts, cards
        )  # fmt: skip

    def _card(self, key: str, lang: str, post: Post) -> str:
        """One text on the page; `rest` is what is not shown at first, `filled` its length in per cent."""
        text, fold, counted = post.text, post.fold, post.counted
        title = post.platform.title if post.parts == 1 else f"{post.platform.title} {post.part}/{post.parts}"
        shown, rest = (_html(fold), _html(text[len(fold) :])) if fold else (_html(text), None)
        filled = str(100 * counted.count // counted.limit)
        return self._cards.card(lang, (key, title, filled, shown), rest, self._facts.of(post, fold))


class Cards:
    """Fills card.html, which is drawn once for each form of a card, with tokens in the place of texts."""

    def __init__(self, template: Template, copy: str) -> None:
        self._template, self._copy = template, copy
        self._forms: dict[tuple[str, bool, int], Form | None] = {}

    def card(self, lang: str, texts: Sequence[str], rest: str | None, facts: Sequence[tuple[str, str]]) -> str:
        """A card as HTML, which all of these are; `texts` are its key, its name, how full it is, what is shown."""
        form_of = lang, rest is None, len(facts)
        content = (*texts, rest or "", *chain.from_iterable(facts))
        if form_of not in self._forms:
            drawn = form(self._rendered(*form_of, tuple(map(token, range(len(content))))))
            # A template that does more with texts than to print them is rendered anew each time.
            is_right = drawn.fill(content) == self._rendered(*form_of, content)
            self._forms[form_of] = drawn if is_right else None
        found = self._forms[form_of]
        return found.fill(content) if found else self._rendered(*form_of, content)

    def _rendered(self, lang: str, is_whole: bool, _facts: int, content: Sequence[str]) -> str:
        key, name, filled, shown, rest, *told = content
        values = {
            "lang": lang, "copy": self._copy, "key": key, "name": name, "filled": filled, "shown": shown,
            "rest": None if is_whole else rest, "facts": list(zip(told[::2], told[1::2], strict=True)),
        }  # fmt: skip
        return self._template.render(values)


class Facts:
    """What the page tells of each text, as HTML, in one language."""

    def __init__(self, words: Strings) -> None:
        self.words = words
        self._said = cache(lambda key, **values: _html(words(f"social_{key}", **values)))
        self._alike = cache(self._told_alike)

    def of(self, post: Post, fold: str) -> list[tuple[str, str]]:
        """Pairs of a name and what is to tell."""
        counted, row, said, parts = post.counted, post.platform, self._said, ""
        within, others = self._alike(
            row, counted.limit, counted.certainty, fold != "", post.by_hand, post.dropped + post.shortened
        )
        extra = post.extra if row.unit == "sms" else {}
        if extra:
            parts = f", {said('segments', count=extra['segments'], encoding=extra['encoding'])}"
        found = [(said("count"), f"{counted.count}{within[0]}{parts}{within[1]}"), *others]
        if extra.get("offenders"):
            fewer = int(extra["segments_if_transliterated"]), int(extra["segments"])
            without = f" ({said('without', count=fewer[0])})" if fewer[0] < fewer[1] else ""
            found.append((said("offenders"), f"{_html(post.offenders)}{without}"))
        return found

    def _told_alike(
        self, row: Platform, limit: int, certainty: str, folded: bool, by_hand: bool, lost: tuple[str, ...]
    ) -> tuple[tuple[str, str], list[tuple[str, str]]]:
        """What is told alike of many texts: what follows how much one counts and in how many parts, and other pairs."""
        said = self._said
        found = []
        if folded:
            found.append((said("fold"), said("characters", count=row.fold)))
        if by_hand:
            found.append((said("source"), said("by_hand")))
        if lost:
            found.append((said("dropped"), ", ".join(map(self._block, lost))))
        return (f" {said('of')} {limit}", f" ({said(certainty.replace('-', '_'))})"), found

    def _block(self, name: str) -> str:
        return _html(self.words.strings.get(f"social_block_{name.replace(' ', '_')}", name))


def _name(number: int) -> str:
    return f"index-{number + 1}.html" if number else "index.html"


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
