"""Test the linear algorithms against the exhaustive ones that they replaced, kept here."""

import re
import unicodedata
from collections.abc import Callable, Iterator

import regex
from hypothesis import given
from hypothesis import strategies as st

from newsletter import text as texts
from newsletter.channels.social.checks import glued_link  # type: ignore[attr-defined]
from newsletter.channels.social.counting import bluesky, domains, mastodon, punycode, units, urls
from newsletter.channels.social.counting.count import count
from newsletter.channels.social.counting.urls import BEFORE, Grammar
from newsletter.channels.social.writing import cutting, fitting, threads

NBSP = "\u00a0"
WORDS = (
    "Un", "mot", "Mot.", "Fin !", "M.", "J.", "Yves", "de", "La", "Tour", "le", "et", "5", "10 000 €", "« A. B »", "«",
    "»", "(a. B)", "(", ")", '"', "l’", "eau,", "voici :", "–", "-", "etc.", "...", "…", "#Prix", "@a@b.social",
    "https://a.fr/x", "exemple.fr", "communiqué.La", "🇫🇷", "👩🏽‍🎨", "e\u0301", "受賞", f"12{NBSP}%", "mot,", "mot;",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
LINES = st.lists(TEXTS, min_size=1, max_size=4).flatmap(
    lambda lines: st.sampled_from(("\n", "\n\n")).map(lambda gap: gap.join(lines))
)
PIECES = st.sampled_from(
    ["a", "é", "日本", ".", ".fr", ".com", ".music", "-", "_", "xn--", "。", "/", "//", "http://", "https://", "HTTPS://",
     "gopher://", "?", ":80", "#", "@", "$", "(", ")", "»", "–", " ", "\n", "🇫", "prix", "exemple.fr", "א.קום", "1",
     "\u200c", "\u0301", "\u0323", "a.fr", "https://a.fr", "·"]
)  # fmt: skip
GLUED = st.lists(PIECES, max_size=40).map("".join)


@given(LINES)
def test_sentences_and_their_prefixes(text: str) -> None:
    def sentences(line: str) -> Iterator[str]:
        pending = ""
        for sentence in texts.sentences(line):
            pending = f"{pending} {sentence}" if pending else sentence
            if cutting.is_closed(pending):
                yield pending
                pending = ""
        yield from [pending] if pending else []

    found: list[str] = []
    done = gap = ""
    for paragraph in text.split("\n\n"):
        for line in paragraph.split("\n"):
            for sentence in sentences(line):
                done += gap + sentence
                found.append(done)
                gap = " "
            gap = "\n"
        gap = "\n\n"
    assert list(cutting.by_sentence(text)) == found[-2::-1]
    assert cutting.first_sentence(text) == (found[0] if len(found) > 1 else text)


def slow_cuts(sentence: str) -> list[tuple[str, bool]]:
    tokens = list(re.finditer(r"[^ \t\n]+", sentence))
    kept: list[tuple[str, bool]] = []
    bound = cutting.bound_words([token.group() for token in tokens])
    opened, straight = 0, False
    for index, token in enumerate(tokens[:-1]):
        word = token.group()
        opened += sum(1 if sign in "«“([" else -1 for sign in re.findall(r"[«»“”()\[\]]", word))
        straight ^= word.count('"') % 2 == 1
        if opened > 0 or straight or index in bound:
            continue
        words = sentence[: token.end()].rstrip(cutting.LOOSE)
        if words and not cutting.hangs(words.rpartition(" ")[2]) and (not kept or words != kept[-1][0]):
            clause = re.search(r"[,;:][»”)]?\Z", word) is not None or tokens[index + 1].group()[0] in "–—("
            kept.append((words, clause))
    return kept[::-1]


@given(TEXTS, st.integers(0, 400))
def test_words_and_clauses(text: str, most: int) -> None:
    slow = slow_cuts(text)
    assert list(cutting.by_word(text)) == [f"{each}…" for each, _ in slow]
    assert list(cutting.by_clause(text)) == [f"{each}…" for each, clause in slow if clause]
    assert list(cutting.by_word(text, most)) == [f"{each}…" for each, _ in slow if len(each) < most]
    # Only the beginning of a long sentence is searched.
    assert [place for place in cutting.cut_places(text, most) if place[0] <= most] == [
        (len(each), clause) for each, clause in slow[::-1] if len(each) <= most
    ]


@given(st.text(max_size=80), st.integers(0, 90))
def test_letters(text: str, most: int) -> None:
    whole = list(cutting.by_grapheme(text))
    assert list(cutting.by_grapheme(text, most)) == [each for each in whole if len(each) <= most]


@given(LINES, st.integers(1, 200))
def test_shorter_texts(text: str, most: int) -> None:
    first = cutting.first_sentence(text)
    words = [each for each in cutting.by_word(first) if len(each) <= most]
    clauses = [each for each in cutting.by_clause(first) if len(each) <= most]
    clause = [each for each in clauses[:1] if words and len(each) >= 0.75 * len(words[0])]
    options = [*(each for each in cutting.by_sentence(text) if len(each) <= most), *clause, *words, ""]
    assert fitting.shorter(text, most) == options[0]


def slow_parts(paragraphs: list[str], fits: Callable[[str], bool], reserve: str) -> list[str]:
    found: list[str] = []
    pending = ""
    for paragraph in paragraphs:
        gap = "\n\n"
        if pending and not fits(f"{pending}{gap}{paragraph}{reserve}") and fits(f"{paragraph}{reserve}"):
            found.append(pending)
            pending = paragraph
            continue
        for sentence in cutting.sentences(paragraph):
            if pending and not fits(f"{pending}{gap}{sentence}{reserve}"):
                found.append(pending)
                pending = ""
            if pending:
                pending = f"{pending}{gap}{sentence}"
            else:
                *whole, pending = slow_pieces(sentence, fits, reserve)
                found += whole
            gap = " "
    return [*found, pending] if pending else found


def slow_pieces(sentence: str, fits: Callable[[str], bool], reserve: str) -> Iterator[str]:
    while not fits(f"{sentence}{reserve}"):
        pieces = (*cutting.by_word(sentence), *cutting.by_grapheme(sentence))
        piece = next((each for each in pieces if fits(f"{each}{reserve}")), "")
        if not piece:
            break
        yield piece
        sentence = sentence[len(piece) - 1 :].lstrip(" \t\n,;:–—-")
    yield sentence


AIMS = st.sampled_from((("x", 60), ("mastodon", 50), ("bluesky", 45), ("threads", 90)))


@given(st.lists(TEXTS.filter(bool), max_size=9), AIMS)
def test_parts_of_threads(paragraphs: list[str], aim: tuple[str, int]) -> None:
    def fits(text: str) -> bool:
        return count(text, aim[0], limit=aim[1]).fits

    assert list(threads.parts(paragraphs, fits, " 9/9")) == slow_parts(paragraphs, fits, " 9/9")


@given(st.text("受賞おめでとう、。", max_size=300))
def test_parts_of_writing_without_spaces(text: str) -> None:
    def fits(part: str) -> bool:
        return count(part, "x", limit=60).fits

    assert list(threads.parts([text], fits, " 9/9")) == slow_parts([text], fits, " 9/9")


def slow_links(grammar: Grammar, text: str, endings: domains.Endings) -> Iterator[tuple[int, str, int]]:
    """Yield the start, domain and end of each link, trying every start for each top-level domain."""
    label = rf"[^{grammar.excluded}]++(?:[-_]++[^{grammar.excluded}]++)*+\."
    head = re.compile(rf"{BEFORE}(?P<protocol>{grammar.protocol})(?P<labels>(?:{label})++)")
    stops = dict(endings.find(text))
    at = 0
    while found := head.search(text, at):
        at = found.start() + 1
        start, end = found.span("labels")
        for dot in sorted((dot for dot in stops if start < dot < end), reverse=True):
            if "_" not in text[max(text.rfind(".", start, dot) + 1, start) : dot]:
                tail = dot + 1 + len(stops[dot])
                rest = grammar.rest.match(text, tail)
                at = rest.end() if rest else tail
                yield found.start("protocol"), text[start:tail], at
                break


@given(GLUED)
def test_links(text: str) -> None:
    for grammar in (urls.PLAIN, urls.WITH_PROTOCOL, mastodon.link_grammar()):
        for endings in (domains.either(), domains.reference()):
            found = [(each.start, each.domain, each.end) for each in grammar.find(text, endings)]
            assert found == list(slow_links(grammar, text, endings))


@given(GLUED)
def test_glued_links(text: str) -> None:
    slow = re.search(r"[^\s(](?=https?://)|https?://[^\s»…’”]*[»…’”]", text)
    assert glued_link(text) == (slow.group() if slow else "")


@given(st.text("a1_é·・\u200c受", max_size=20))
def test_hashtags_of_mastodon(text: str) -> None:
    word = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]"
    inner = rf"(?:{word}|[_\xb7\u30fb\u200c])"
    slow = regex.match(
        rf"{word}{inner}*(?:\p{{Alphabetic}}|[_\xb7\u30fb\u200c]){inner}*{word}|{word}*\p{{Alphabetic}}{word}*", text
    )
    assert mastodon.hashtags(f"#{text}") == ((slow.group(),) if slow else ())


@given(GLUED)
def test_places_of_facets(text: str) -> None:
    data = text.encode()
    for facet in bluesky.facets(text):
        shown = data[facet.start : facet.end].decode()
        assert facet.kind == "link" or shown[1:].casefold() == facet.value.lstrip("$").casefold()


@given(st.integers(0, 200), st.integers(0, 5), st.text("a🇫🇷\u0301\u200d\u0600", max_size=8))
def test_flags_are_paired_from_the_first(count: int, times: int, text: str) -> None:
    whole = (text + "🇫" * count) * times
    assert units.clusters(whole) == regex.findall(r"\X", whole)
    assert units.graphemes(whole) == len(regex.findall(r"\X", whole))


MARKS = st.text("ae\u0301\u0323\u0344\u0f73\u0f72é\u0cc6\u0cc2\u3099か", max_size=30)


@given(MARKS, MARKS, st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")))
def test_long_texts_are_normalized_alike(one: str, other: str, form: str) -> None:
    text = one + other * (1 + 2000 // (1 + len(other)))
    assert texts.normalized(form, text) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


@given(st.text(st.characters(), max_size=70))
def test_punycode(label: str) -> None:
    assert punycode.encode(label) == label.encode("punycode").decode()


@given(st.text('a.!…»" \u00a0Bb', max_size=40))
def test_ends_of_sentences(text: str) -> None:
    slow = re.compile(
        r"(?P<stop>[.!?…][.!?…]*)(?P<close>[\u00a0\u202f]?[»”\"’')\]]+)?"
        r"(?=[ \t\n]+[^\W_a-zà-ÿ]|[ \t\n]+[«“\"(\[—–]|[ \t\n]*\Z)"
    )
    spans = [(match.span(), match["stop"]) for match in slow.finditer(text)]
    assert [(match.span(), match["stop"]) for match in texts.SENTENCE_END.finditer(text)] == spans
