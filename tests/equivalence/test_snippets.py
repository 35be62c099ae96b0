"""Texts that are put together from pieces are those that the templates give, and those that are even are."""

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from newsletter.channels.social.counting.fastpath import is_plain, is_simple, preserves_plain
from newsletter.channels.social.counting.platforms import PLATFORMS
from newsletter.channels.social.overview import Cards
from newsletter.channels.social.writing.blocks import begin
from newsletter.channels.social.writing.fastpath import BETWEEN, NONE, TEXT, TemplateSheets, are_tidy, kinds
from newsletter.channels.social.writing.fastpath import LINK as LINKED
from newsletter.channels.social.writing.material import of_announcement
from newsletter.model import Announcement
from newsletter.model.problems import Problems
from newsletter.text.entities import escape_as_templates
from newsletter.theme.slots import token
from newsletter.theme.templates import Template, Templates
from support.snippets import announcements, composer, publication, words

LINK = "https://exemple.fr/a.html"
LITERALS = st.sampled_from(
    ("\n", " ", "\n\n", " \n", "\n\n\n", "\t", "Fin.", "– ", "📅 ", ", ", "%", "%s", ":", "/", "://", ".", "1", "@", "")
)
LABELS = st.builds(
    begin, st.sampled_from(("hook", "b c")), st.integers(0, 2), st.booleans(), st.sampled_from((0, 0, 5, 12))
)
CONTENTS = st.one_of(
    st.sampled_from(("", LINK, "Un prix. Deux.", "l’été, le soir", "#Prix", "Fin.\n\nBis", "10 %", "🏆")),
    st.text(st.sampled_from("ab.:/@ \n\t%\u00a0\u0301…#1"), max_size=6),
)
ROWS = [PLATFORMS[name] for name in ("x", "facebook", "sms")]


class Given:
    """A template of which is known what it gives."""

    def __init__(self, text: str, content: list[str]) -> None:
        self.given = text, content

    def fill(self, _values: Any) -> tuple[str, list[str]]:
        return self.given


@st.composite
def filled(draw: st.DrawFn) -> tuple[str, list[str]]:
    pieces = draw(st.lists(st.one_of(LITERALS, LABELS, st.none(), st.none()), max_size=12))
    contents = draw(st.lists(CONTENTS, min_size=pieces.count(None), max_size=pieces.count(None)))
    numbers = iter(range(len(contents)))
    text = "".join(token(next(numbers)) if piece is None else piece for piece in pieces)
    places = [at for at in range(len(text) + 1) if "QzSlot" not in text[max(0, at - 8) : at + 8]]
    for _ in ROWS[1:]:
        at = draw(st.sampled_from(places)) if places else len(text)
        text = text[:at] + BETWEEN + text[at:]
        places = [place + (place > at) for place in places]
    return text, contents


@given(filled())
def test_pieces_make_the_text_that_the_template_gives(made: tuple[str, list[str]]) -> None:
    same(TemplateSheets(ROWS, cast(Template, Given(*made))), {"link": LINK}, LINK)


@given(announcements())
def test_templates_give_together_what_they_give_alone(announcement: Announcement) -> None:
    made = composer()
    material = of_announcement(announcement, publication(), words(announcement.lang))
    values = {**material.values, "link": material.link}
    sheets = made._sheets.get(made.platforms) or made._new_sheets(made.platforms)
    text, content = sheets.template.fill(values)
    for number, each in enumerate(content):
        text = text.replace(token(number), each)
    alone = [made.templates.get(f"social/{name}.txt").render(values) for name in made.platforms]
    assert text.split(BETWEEN) == alone
    same(sheets, values, material.link)


@pytest.mark.parametrize("points", [3, 9])
def test_long_lists_give_what_short_ones_give(points: int) -> None:
    made = composer()
    material = of_announcement(publication().announcements[0], publication(), words("fr"))
    values = {**material.values, "link": material.link, "points": ("Un prix",) * points}
    sheets = made._sheets.get(made.platforms) or made._new_sheets(made.platforms)
    filled = sheets.template._text.filled
    same(sheets, values, material.link)
    assert sheets.template.render_with_jinja(values) == sheets.template.render(values)
    for _ in range(20):
        sheets.drafts(values, {"": NONE}, spelled)
    assert (sheets.template._text.filled - filled > 10) is (points == 3)


def spelled(text: str) -> str:
    """Other signs, white space among them."""
    return text.replace("\u00a0", " ").replace("🏆", "")


def same(sheets: TemplateSheets, values: dict[str, Any], link: str) -> None:
    """What is made of pieces is what is made of the whole; twice, since some of it is found once."""
    for _ in range(2):
        known = {"": NONE}
        fast, slow = sheets.drafts(values, known, spelled), sheets.drafts(values, None, spelled)
        told = [[(each.text, each.dropped, each.shortened, each.blocks) for each in made] for made in (fast, slow)]
        assert told[0] == told[1]
        assert all(is_simple(each.text, link) for each in fast if each.simple)
        assert all(map(is_plain, known)) and link not in known


@given(st.lists(CONTENTS, max_size=4), st.sampled_from((LINK, "a", "https://exemple.fr/été")))
def test_texts_are_looked_at_together_as_one_by_one(content: list[str], link: str) -> None:
    known = {"": NONE}
    found = kinds(content, link, known)
    texts = [each for each in content if each not in ("", link)]
    tidy = [each.strip(" \n") == each and not any(sign in each for sign in ("\t", " \n", "\n\n\n")) for each in texts]
    assert are_tidy(texts) is all(tidy)
    if link.isascii():
        assert (found is not None) is (all(tidy) and all(map(is_plain, texts)))
    if found is not None:
        assert list(found) == [NONE if not each else LINKED if each == link else TEXT for each in content]
    assert all(map(is_plain, known)) and link not in known
    assert kinds(["a\x01b"], link, known) is None


@given(st.lists(LITERALS, min_size=1, max_size=4), st.data())
def test_between_such_literals_plain_texts_stay_plain(literals: list[str], data: st.DataObject) -> None:
    plain = CONTENTS.filter(lambda text: text != "" and is_plain(text))
    contents = [*data.draw(st.lists(plain, min_size=len(literals) - 1, max_size=len(literals) - 1)), ""]
    if preserves_plain(literals):
        assert is_plain("".join(piece for pair in zip(literals, contents, strict=True) for piece in pair))


@pytest.mark.parametrize(
    "source",
    [
        "{{ shown }}|{{ rest }}|{{ key }} {{ key }}%s",
        "{{ shown|upper }}{{ rest and rest|length }}",
        "{{ facts|length }}",
    ],
)
def test_cards_are_what_their_template_renders(tmp_path: Path, source: str) -> None:
    """A project's own card.html may ask more of texts than to print them."""
    (tmp_path / "templates/social").mkdir(parents=True)
    (tmp_path / "templates/social/card.html").write_text(f"{{% autoescape false %}}{source}{{% endautoescape %}}")
    template = Templates(tmp_path, Problems()).get("social/card.html")
    cards = Cards(template, "Copier")
    for shown, rest in (("Prix", None), ("a<b>", None), ("Bis", "suite"), ("Ter", "fin %s")):
        facts = [("Longueur", "3"), ("Abrégé", "texte")][: len(shown) - 2]
        told = {"key": "s1", "name": "X", "filled": "9", "shown": shown, "rest": rest, "facts": facts}
        assert cards.card("", ("s1", "X", "9", shown), rest, facts) == template.render(
            {"lang": "", "copy": "Copier", **told}
        )


@given(st.text(st.sampled_from("a&<>\"'é;#")))
def test_signs_are_escaped_as_everywhere(text: str) -> None:
    assert escape_as_templates(text) == str(escape(text))
