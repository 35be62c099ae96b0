"""Find the places where a text may be cut: after a sentence, before a clause, or between words.

A text is cut only at ordinary white space. It is never cut inside a link, tag, mention, quotation, bracket or name,
or between a number and the noun that it belongs to.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, islice, pairwise

from newsletter import text
from newsletter.channels.social.counting import units

ELLIPSIS = "…"
LEAST = 30  # characters; a shortened sentence with fewer is useless

UNBROKEN = re.compile(r"://|[@#＃＠ \n]|\d")  # a text that contains any of these is not cut between letters
_SHORT = 4000  # characters; results for longer texts are not cached

_PAIRS = {"«": "»", "“": "”", "(": ")", "[": "]"}
_SIGNS = re.compile(r"[«»“”()\[\]]")
_TOKEN = re.compile(r"[^ \t\n]+")
_WORD = re.compile(r"[^\W\d_].*", re.DOTALL)
_END_OF_CLAUSE = re.compile(r"[,;:][»”)]?\Z")
_GLUED = (":", ";", "!", "?", "»", "”", ")", "…", "%", "€", "°", "/")
LOOSE = " \u00a0\u202f,;:.!?–—-…/&+"  # not allowed at the end of a shortened text, before its `…`
_INITIAL = re.compile(r"[^\W\d_]{1,3}\.|(?:[^\W\d_]\.-?)+")
# Between capitalized words, these are part of a name: `Yves de La Tour`.
_PARTICLES = frozenset("de du des d’ d' la le von van der den of the".split())
# Words that need another word after them. A text must not end with one.
_HANGING = frozenset(
    """
    le la les un une des du de d au aux à en et ou où ni mais donc or car que qui quoi dont si comme quand lorsque
    par pour sur sous dans avec sans chez vers entre contre depuis pendant avant après selon dès afin jusqu’à jusqu'à
    ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs quel quelle quels quelles
    je tu il elle on nous vous ils elles y ne se me te lui plus très trop moins aussi tout toute tous toutes chaque
    plusieurs quelques c’est c'est est sont a ont sera seront été être avoir puis ainsi m. mm. mme dr n° voici via
    the an of to in at by for and nor but with from as is are was were be been our your their its his her my that
    this these those we you they he she it i not no so if when while which who into over under than then has have had
    will would can could more most very all each every where
    """.split()
)


def sentences(paragraph: str) -> list[str]:
    """Split a paragraph into sentences, without dividing quotations and brackets."""
    return list(_sentences(paragraph))


def _sentences(paragraph: str) -> Iterable[str]:
    """Split a paragraph like sentences(), but lazily if it is long: often, only its start is needed."""
    return _cached_sentences(paragraph) if len(paragraph) <= _SHORT else _iter_sentences(paragraph)


@lru_cache(maxsize=512)
def _cached_sentences(paragraph: str) -> tuple[str, ...]:
    return tuple(_iter_sentences(paragraph))


def _iter_sentences(paragraph: str) -> Iterator[str]:
    pending: list[str] = []
    depths = dict.fromkeys(_PAIRS.items(), 0)
    for sentence in text.iter_sentences(paragraph):
        pending.append(sentence)
        for pair in depths:
            depths[pair] += sentence.count(pair[0]) - sentence.count(pair[1])
        if max(depths.values()) <= 0:
            yield " ".join(pending)
            pending, depths = [], dict.fromkeys(depths, 0)
    if pending:
        yield " ".join(pending)


def is_closed(passage: str) -> bool:
    """Return whether all quotations and brackets in a text are closed."""
    return all(passage.count(opening) <= passage.count(closing) for opening, closing in _PAIRS.items())


def by_sentence(text: str, most: int | None = None) -> Iterator[str]:
    """Yield a text without its last sentence, then without its last two, and so on.

    The whole text is not included. With `most`, results of more than `most` characters are skipped.
    """
    pieces: list[str] = []
    ends: list[int] = []
    size = 0
    for gap, sentence in _with_gaps(text):
        size += len(gap) + len(sentence)
        if most is not None and size > most:
            break
        pieces += gap, sentence
        ends.append(size)
    else:
        del ends[-1:]
    joined = "".join(pieces)
    return (joined[:end] for end in reversed(ends))


def first_sentence(text: str) -> str:
    """Return the first sentence of a text. A text of one sentence is returned unchanged."""
    first = list(islice(_with_gaps(text), 2))
    return "".join(first[0]) if len(first) > 1 else text


def _with_gaps(text: str) -> Iterator[tuple[str, str]]:
    """Yield each sentence of a text with the white space before it."""
    gap = ""
    for paragraph in text.split("\n\n"):
        for line in paragraph.split("\n"):
            for sentence in _sentences(line):
                yield gap, sentence
                gap = " "
            gap = "\n"
        gap = "\n\n"


def by_clause(sentence: str, most: int | None = None) -> Iterator[str]:
    """Yield a sentence cut before each of its clauses, the longest first. See by_sentence() for `most`."""
    return (f"{sentence[:end]}{ELLIPSIS}" for end, is_clause in _cuts(sentence, most) if is_clause)


def by_word(sentence: str, most: int | None = None) -> Iterator[str]:
    """Yield a sentence cut after each of its words, the longest first. See by_sentence() for `most`."""
    return (f"{sentence[:end]}{ELLIPSIS}" for end, _ in _cuts(sentence, most))


def by_grapheme(text: str, most: int | None = None) -> Iterator[str]:
    """Yield a text cut after each grapheme, the longest first. This is a last resort for scripts without spaces.

    Yield nothing if the text contains spaces, links, tags, mentions or digits.
    """
    if UNBROKEN.search(text):
        return
    # Text after `most` cannot change clusters that end before it.
    ends = list(accumulate(map(len, units.clusters(text if most is None else text[: most + 1]))))
    for end in ends[-2::-1]:
        if most is None or end + len(ELLIPSIS) <= most:
            yield text[:end] + ELLIPSIS


def _cuts(sentence: str, most: int | None) -> Iterator[tuple[int, bool]]:
    """Yield the places to cut a sentence so that it has at most `most` characters with its ellipsis, the last first."""
    room = len(sentence) if most is None else most - len(ELLIPSIS)
    places = _cached_cuts(sentence) if len(sentence) <= _SHORT else cut_places(sentence, room)
    return (place for place in reversed(places) if place[0] <= room)


@lru_cache(maxsize=512)
def _cached_cuts(sentence: str) -> tuple[tuple[int, bool], ...]:
    return tuple(cut_places(sentence, len(sentence)))


def cut_places(sentence: str, room: int) -> list[tuple[int, bool]]:
    """Return pairs for the places where a sentence may be cut: the offset, and whether a clause ends there.

    Places after the offset `room` may be missing.
    """
    words = _words(sentence, room)
    bound = bound_words([word for word, _ in words])
    places: list[tuple[int, bool]] = []
    depth = end = last_end = previous_end = 0
    in_straight_quotes = False
    for index, (word, start) in enumerate(words[:-1]):
        depth += sum(1 if sign in _PAIRS else -1 for sign in _SIGNS.findall(word))
        in_straight_quotes ^= word.count('"') % 2 == 1
        if stripped := word.rstrip(LOOSE):
            end = start + len(stripped)
        elif gap := sentence[previous_end:start].rstrip(" "):  # ends with a tab or a line feed
            end = previous_end + len(gap)
        previous_end = start + len(word)
        if depth > 0 or in_straight_quotes or index in bound or end == last_end:
            continue
        last_end = end
        # The word before the removed punctuation may need another word after it: `pour :`.
        if not hangs(sentence[sentence.rfind(" ", 0, end) + 1 : end]):
            following = words[index + 1][0]
            places.append((end, bool(_END_OF_CLAUSE.search(word)) or following[0] in "–—("))
    return places


def _words(sentence: str, room: int) -> list[tuple[str, int]]:
    """Return the words of a sentence that can affect a cut within `room`, with their offsets."""
    words: list[tuple[str, int]] = []
    for match in _TOKEN.finditer(sentence):
        words.append((match.group(), match.start()))
        # A name continues after its particles.
        if match.start() > room and match.group() not in _PARTICLES:
            break
    return words


def bound_words(words: list[str]) -> set[int]:
    """Return the indices of words that must not be separated from the next word."""
    indices = set()
    for index, (word, following) in enumerate(pairwise(words)):
        if hangs(word) or _counts(word) or following[0].isdigit() or following.startswith(_GLUED):
            indices.add(index)
        elif _is_name(word) and (word[-1] not in ",;:.!?»”)" or _INITIAL.fullmatch(word)):
            end = index + 1
            while end < len(words) - 1 and words[end] in _PARTICLES:
                end += 1
            if _is_name(words[end]):
                indices.update(range(index, end))
    return indices


def hangs(word: str) -> bool:
    """Return whether a shortened text must not end with this word. Examples are `le`, `à` and `l’`."""
    return word.endswith(("’", "'")) or word.lower().lstrip("(«“\"'\u00a0") in _HANGING


def _counts(word: str) -> bool:
    """Return whether a word contains a number that the next word may belong to, such as `5`, `1re` or `16h30`."""
    return word[-1].isalnum() and any(map(str.isdigit, word))


def _is_name(word: str) -> bool:
    letters = _WORD.search(word)
    if letters is None:
        return False
    start = letters.group()
    if start[1:2] in ("’", "'"):
        start = start[2:]
    return start[:1].isupper()
