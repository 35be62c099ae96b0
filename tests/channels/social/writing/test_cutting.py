"""Test where texts may be cut, which blocks are dropped, and how labels become hashtags."""

import pytest

from newsletter.channels.social.writing.blocks import assemble, begin, only, split
from newsletter.channels.social.writing.cutting import by_clause, by_grapheme, by_sentence, by_word, sentences
from newsletter.channels.social.writing.fitting import Measure, fit, shorter
from newsletter.channels.social.writing.tagging import hashtags
from newsletter.channels.social.writing.threads import by_hand

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("sentence", "cuts"),
    [
        ("Un prix de 10 000 € pour nous.", ["Un prix de 10 000 €…", "Un prix…"]),
        ("Venez le 5 décembre 2024 à 16 h 30 au musée.", ["Venez…"]),
        ("Le prix « Dynamique de territoire » salue une démarche.", ["Le prix « Dynamique de territoire » salue…",
         "Le prix « Dynamique de territoire »…", "Le prix…"]),
        ("Un mot de Yves de La Tour suivra.", ["Un mot de Yves de La Tour…", "Un mot…"]),
        ("Avec J. Dupont et M. Martin aussi présents.", ["Avec J. Dupont et M. Martin…", "Avec J. Dupont…"]),
        ("Merci (à nos équipes, et à vous) de venir.", ["Merci (à nos équipes, et à vous)…", "Merci…"]),
        ('Il dit "merci à tous" puis repart.', ['Il dit "merci à tous"…', "Il dit…"]),
        ("Voici pourquoi : demain ouvre ici.", ["Voici pourquoi : demain ouvre…", "Voici pourquoi : demain…",
         "Voici pourquoi…"]),
        (f"Trois choix{NBSP}: eau, air, terre.", [f"Trois choix{NBSP}: eau, air…", f"Trois choix{NBSP}: eau…",
         "Trois choix…", "Trois…"]),
        ("Lire https://exemple.fr/été et @alice@mastodon.social bientôt.", [
         "Lire https://exemple.fr/été et @alice@mastodon.social…", "Lire https://exemple.fr/été…", "Lire…"]),
        ("mot", []),
        ("« Tout ceci est cité »", []),
    ],
)  # fmt: skip
def test_words_end_where_nothing_breaks(sentence: str, cuts: list[str]) -> None:
    assert list(by_word(sentence)) == cuts


def test_clauses_end_before_a_sign() -> None:
    sentence = "Le jury a tranché, après un débat ; le prix revient à Boulle – une surprise."
    assert list(by_clause(sentence)) == [
        "Le jury a tranché, après un débat ; le prix revient à Boulle…",
        "Le jury a tranché, après un débat…",
        "Le jury a tranché…",
    ]


def test_sentences_keep_quotations_whole() -> None:
    text = f"Il a dit : «{NBSP}Nous sommes fiers. Merci{NBSP}!{NBSP}» Puis il est parti. Fin (enfin. Presque)."
    assert sentences(text) == [
        f"Il a dit : «{NBSP}Nous sommes fiers. Merci{NBSP}!{NBSP}»",
        "Puis il est parti.",
        "Fin (enfin. Presque).",
    ]
    assert sentences("Un « guillemet. Jamais fermé.") == ["Un « guillemet. Jamais fermé."]


def test_sentences_leave_from_the_end() -> None:
    assert list(by_sentence("Un. Deux.\n\nTrois.\nQuatre.")) == ["Un. Deux.\n\nTrois.", "Un. Deux.", "Un."]
    assert list(by_sentence("Un")) == []


def test_writing_without_spaces_is_cut_between_graphemes() -> None:
    assert next(by_grapheme("受賞👩🏽‍🎨")) == "受賞…"
    assert not list(by_grapheme("Un prix"))
    assert [*by_grapheme("https://exemple.fr"), *by_grapheme("#Prix"), *by_grapheme("10000")] == []


def test_shorter_prefers_sentences_then_clauses() -> None:
    text = "Le jury du Grand Prix a tranché hier, après un long débat public. Bravo."
    assert shorter(text, 70) == "Le jury du Grand Prix a tranché hier, après un long débat public."
    assert shorter(text, 45) == "Le jury du Grand Prix a tranché hier…"
    assert shorter(text, 30) == "Le jury du Grand Prix…"
    assert shorter(text, 3) == ""


def blocks(*pieces: tuple[str, str]) -> str:
    return "".join(f"{label}\n{text}\n\n" for label, text in pieces)


def fitted(rendered: str, room: int, fold: int | None = None) -> str | None:
    found = fit(split(rendered), Measure(len, room), fold)
    return found.text if found else None


RENDERED = blocks(
    (begin("hook"), "Un prix"),
    (begin("note", drop=1), "Une note."),
    (begin("substance", cut=True), "Le jury du Grand Prix a tranché hier. Bravo à toutes et à tous."),
    (begin("date", drop=2), "Demain"),
    (begin("link"), "https://exemple.fr"),
)


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        (200, ["Un prix", "Une note.", "Le jury du Grand Prix a tranché hier. Bravo à toutes et à tous.", "Demain"]),
        (105, ["Un prix", "Le jury du Grand Prix a tranché hier. Bravo à toutes et à tous.", "Demain"]),
        (95, ["Un prix", "Le jury du Grand Prix a tranché hier. Bravo à toutes et à tous."]),
        # A block that was dropped in vain comes back once a shorter sentence makes room.
        (91, ["Un prix", "Une note.", "Le jury du Grand Prix a tranché hier.", "Demain"]),
        (66, ["Un prix", "Le jury du Grand Prix a tranché hier."]),
        (64, ["Un prix", "Le jury du Grand Prix a tranché…"]),
        (55, ["Un prix", "Une note.", "Demain"]),
        (27, ["Un prix"]),
    ],
)
def test_the_ladder_goes_down_step_by_step(room: int, kept: list[str]) -> None:
    assert fitted(RENDERED, room) == "\n\n".join([*kept, "https://exemple.fr"])


def test_what_cannot_fit_is_refused() -> None:
    # Neither the link nor a word of the title is ever split.
    assert fitted(RENDERED, 26) is None
    assert fitted(RENDERED.replace("Un prix", "受賞おめでとう"), 26) == "受賞おめで…\n\nhttps://exemple.fr"


def test_the_exact_count_has_the_last_word() -> None:
    """Use a count that is not the sum of its parts: each line adds ten."""
    found = fit(split(RENDERED), Measure(len, excess=lambda text: len(text) + 10 * text.count("\n") - 120))
    assert found is not None and len(found.text) + 10 * found.text.count("\n") <= 120


def test_the_hook_is_above_the_fold() -> None:
    rendered = blocks((begin("hook"), "Le jury du Grand Prix a tranché hier, après un long débat public"))
    assert fitted(rendered, 500, 45) == "Le jury du Grand Prix a tranché hier…"


def test_blocks_keep_the_white_space_of_their_template() -> None:
    rendered = (
        f"{begin('a')}A : {begin('b')}B\n{begin('c')}\n\n{begin('d')}D {begin('e', drop=1)}E \n\n\n\n{begin('f')}F\n"
    )
    found = split(rendered)
    assert [kind.name for kind, _, _ in found] == ["a", "b", "d", "e", "f"]
    assert assemble(found, [text for _, text, _ in found]) == "A : B\n\nD E\n\nF"
    assert assemble(found, ["", "B", "D", "", "F"]) == "B\n\nD\n\nF"


def test_text_before_the_first_block_is_kept() -> None:
    found = split(f"Avant\n{begin('a')}A")
    assert assemble(found, [text for _, text, _ in found]) == "Avant\nA"


@pytest.mark.parametrize(
    ("label", "tag"),
    [
        ("Portes ouvertes", "#PortesOuvertes"), ("école Boulle", "#ÉcoleBoulle"), ("L’Oréal", "#LOréal"),
        ("#RSE", "#RSE"), ("Prix-2026", "#Prix2026"), ("e\u0301cole", "#École"), ("Val-d’Oise", "#ValDOise"),
    ],
)  # fmt: skip
def test_hashtags_are_whole_words(label: str, tag: str) -> None:
    assert hashtags([label]) == (tag,)


def test_labels_that_give_no_hashtag() -> None:
    assert hashtags(["2026", "!", "a" * 51, "हिन्दी"]) == ()
    assert hashtags(["RSE", "rse", "Rse", "Prix"]) == ("#RSE", "#Prix")
    assert only(hashtags("abc"), 2) == "#A #B" and only(hashtags("abc"), 3, after=2) == "#C"


def test_a_line_of_hyphens_divides_a_thread() -> None:
    assert by_hand("Un\n---\nDeux\n -----\n\nTrois - et plus") == ["Un", "Deux", "Trois - et plus"]
    assert by_hand("---") == ["---"]
