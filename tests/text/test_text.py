"""Test sentences, shortening, wrapping and slugs, with French text and its no-break spaces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape as markup

from newsletter import text
from newsletter.text import entities

FRENCH = st.text("aàéèçœ ’-.!?…»«:;,\u00a0\u202f\n0123456789AÉMJ()", max_size=300)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Un. Deux\u00a0! Trois\u00a0? Quatre…", ["Un.", "Deux\u00a0!", "Trois\u00a0?", "Quatre…"]),
        ("M. Martin et Mme. Durand arrivent. Fin.", ["M. Martin et Mme. Durand arrivent.", "Fin."]),
        ("J. Dupont vient. Oui.", ["J. Dupont vient.", "Oui."]),
        ("Il dit\u00a0: «\u00a0Oui.\u00a0» Puis rien.", ["Il dit\u00a0: «\u00a0Oui.\u00a0»", "Puis rien."]),
        ("Il coûte 3.50 euros. Voilà.", ["Il coûte 3.50 euros.", "Voilà."]),
        ("Voir n°\u00a03, p. 12, etc. Suite.", ["Voir n°\u00a03, p. 12, etc. Suite."]),
        ("sans point", ["sans point"]),
        ("", []),
    ],
)
def test_sentences(given_text: str, expected: list[str]) -> None:
    assert text.sentences(given_text) == expected


@given(FRENCH)
def test_sentences_lose_nothing(given_text: str) -> None:
    assert " ".join(text.sentences(given_text)).replace(" ", "") == text.one_line(given_text).replace(" ", "")


@given(FRENCH, st.integers(2, 120))
def test_shortened_text_fits_and_begins_the_text(given_text: str, limit: int) -> None:
    short = text.shorten(given_text, limit)
    whole = text.one_line(given_text)
    assert len(short) <= max(limit, 1)
    assert whole.startswith(short.removesuffix("…").rstrip(" ") if short.endswith("…") else short) or short == "…"


def test_shortened_text_ends_with_whole_words_and_no_hanging_sign() -> None:
    assert text.shorten("un deux «\u00a0trois quatre\u00a0»", 16) == "un deux…"
    assert text.shorten("Un. Deux trois quatre.", 12) == "Un."
    assert text.shorten("court", 10) == "court"
    assert text.shorten("10\u00a0000\u00a0€ sont réunis", 12) == "10\u00a0000\u00a0€…"
    assert text.shorten("anticonstitutionnellement", 10) == "anticonst…"


@given(FRENCH, st.integers(10, 80), st.sampled_from(["", "- ", "> - "]))
def test_wrapped_lines_fit_and_keep_every_word(given_text: str, width: int, lead: str) -> None:
    rest = " " * len(lead)
    lines = text.wrap(given_text, width, lead, rest).split("\n")
    for number, line in enumerate(lines):
        begins = lead if number == 0 else rest
        assert line.startswith(begins.rstrip(" "))
        assert len(line) <= width or " " not in line[len(begins) :].strip(" ")
    words = [word for line in lines for word in line[len(lead) :].split(" ") if word]
    assert words == [word for word in re.split("[ \n]", given_text) if word]


def test_no_line_breaks_at_a_no_break_space() -> None:
    assert text.wrap("aaaa bbbb\u00a0: cccc", 9) == "aaaa\nbbbb\u00a0:\ncccc"


@pytest.mark.parametrize(
    ("given_text", "slug"),
    [("L’École d’été\u00a0: œuvres", "l-ecole-d-ete-oeuvres"), ("Straße №\u00a05", "strasse-no-5"), ("受賞", "")],
)
def test_fold(given_text: str, slug: str) -> None:
    assert text.fold(given_text) == slug


def test_a_label_without_letters_gets_its_code_points() -> None:
    assert text.fold_or_hex("受賞") == "tag-53d7-8cde"
    assert text.fold_or_hex("Été") == "ete"


@given(st.text())
def test_folded_text_is_a_slug(given_text: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", text.fold(given_text))


def test_forbidden_characters_are_named() -> None:
    assert list(text.forbidden("a\x00b\u202ec\td\n\u00a0é")) == [(1, "U+0000"), (3, "U+202E RIGHT-TO-LEFT OVERRIDE")]


def slowly(given_text: str, width: int, first: str, rest: str) -> str:
    """Wrap the obvious way: cut off a line and continue with the rest."""
    lines = []
    lead = first
    for left in given_text.split("\n"):
        while len(lead) + len(left) > width:
            room = max(width - len(lead), 0)
            cut = left.rfind(" ", 0, room + 1)
            if cut <= 0:
                cut = left.find(" ", max(room, 1))
            if cut < 0:
                break
            lines.append((lead + left[:cut]).rstrip(" "))
            left, lead = left[cut + 1 :].lstrip(" "), rest  # noqa: PLW2901
        lines.append((lead + left).rstrip(" "))
        lead = rest
    return "\n".join(lines)


@given(
    st.text("aaé  \u00a0\n", max_size=80) | st.text("aaa éé", max_size=300), st.integers(1, 20),
    st.sampled_from(["", "- ", "> > "]), st.sampled_from(["", "  ", "    "]),
)  # fmt: skip
def test_lines_are_wrapped_as_the_obvious_way_wraps_them(given_text: str, width: int, first: str, rest: str) -> None:
    assert text.wrap(given_text, width, first, rest) == slowly(given_text, width, first, rest)


@given(FRENCH)
def test_white_space_is_collapsed_to_one_line(given_text: str) -> None:
    assert text.one_line(given_text) == re.sub(r"[ \t\r\n]+", " ", given_text).strip(" ")


@given(
    st.lists(
        st.sampled_from([*text.ABBREVIATIONS, "mot", "A", "É", "x" * 9, "(", "«\u00a0", "’", ". ", ". ", "! ", " "])
    )
)
def test_only_abbreviations_and_initials_do_not_end_a_sentence(pieces: list[str]) -> None:
    for sentence in text.sentences("".join(pieces))[:-1]:
        end = re.search(r"[.!?…]+[\u00a0\u202f]?[»”\"’')\]]*\Z", sentence)
        assert end is not None
        word = re.split("[ \u00a0\u202f(«“\"’']", sentence[: end.start()])[-1]
        assert end[0] != "." or not (word in text.ABBREVIATIONS or re.fullmatch("[A-ZÀ-Þ]", word))


@given(st.text("&<>\"'#;a é\u00a0"))
def test_escaped_text_reads_as_it_was(given_text: str) -> None:
    for escape in (entities.escape, entities.escape_text, entities.escape_as_templates, in_bytes):
        escaped = escape(given_text)
        assert entities.unescape(escaped) == given_text and "<" not in escaped and ">" not in escaped
    assert entities.escape_as_templates(given_text) == str(markup(given_text))
    assert type(entities.escape_as_templates(given_text)) is str


def test_an_endless_reference_names_no_character() -> None:
    assert entities.unescape(f"a&#{'1' * 5000};b&#{'0' * 5000}") == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("fr", "fr"), ("FR-ca", "fr"), ("fr_CA", "fr"), ("frr", "frr"), ("zh-Hant-TW", "zh"), ("", "")],
)
def test_the_language_of_a_tag(tag: str, expected: str) -> None:
    assert text.base_language(tag) == expected


def in_bytes(given_text: str) -> str:
    return entities.escape_bytes(given_text.encode()).decode()


@given(st.text(max_size=40) | st.text("a\t\n\r\x7f\x85\u2028\ufeff\u202eé\u00a0\x00", max_size=9))
def test_what_is_clean_holds_nothing_forbidden(content: str) -> None:
    is_clean = not list(text.forbidden(content))
    assert (text.is_clean(content), text.is_clean(content.encode())) == (is_clean, is_clean)


def test_no_forbidden_character_is_printable() -> None:
    forbidden = [character for _, character in text.forbidden("".join(map(chr, range(0x110000))))]
    assert len(forbidden) == 2125
    assert not [code for code in range(0x110000) if chr(code).isprintable() and list(text.forbidden(chr(code)))]
