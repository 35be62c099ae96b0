"""cutting: where a text may end: after a sentence, before a clause, between words, nowhere else.

Text is broken at ordinary white space only, and never inside a link, a tag, a mention, a quotation, a
bracket, a name, or between a number and what it counts.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, islice, pairwise

from newsletter import text
from newsletter.channels.social.counting import units

ELLIPSIS = "…"
LEAST = 30  # characters that a shortened sentence has at least, or it says nothing

UNBROKEN = re.compile(r"://|[@#＃＠ \n]|\d")  # what no text holds that is cut between any two characters
_SHORT = 4000  # characters of a text whose parts are remembered

_PAIRS = {"«": "»", "“": "”", "(": ")", "[": "]"}
_SIGNS = re.compile(r"[«»“”()\[\]]")
_TOKEN = re.compile(r"[^ \t\n]+")
_WORD = re.compile(r"[^\W\d_].*", re.DOTALL)
_END_OF_CLAUSE = re.compile(r"[,;:][»”)]?\Z")
_GLUED = (":", ";", "!", "?", "»", "”", ")", "…", "%", "€", "°", "/")
_LOOSE = " \u00a0\u202f,;:.!?–—-…/&+"  # what no shortened text ends with before its `…`
_INITIAL = re.compile(r"[^\W\d_]{1,3}\.|(?:[^\W\d_]\.-?)+")
# Between capitalised words these belong to a name: `Yves de La Tour`.
_PARTICLES = frozenset("de du des d’ d' la le von van der den of the".split())
# Words that announce another: a text that ends with one hangs in the air.
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
    """The sentences of a paragraph; a quotation or bracket is never divided."""
    return list(_sentences(paragraph))


def _sentences(paragraph: str) -> Iterable[str]:
    """As sentences(). Those of a long paragraph are found one by one: often the first few are enough."""
    return _few_sentences(paragraph) if len(paragraph) <= _SHORT else _iter_sentences(paragraph)


@lru_cache(maxsize=512)
def _few_sentences(paragraph: str) -> tuple[str, ...]:
    return tuple(_iter_sentences(paragraph))


def _iter_sentences(paragraph: str) -> Iterator[str]:
    held: list[str] = []
    opened = dict.fromkeys(_PAIRS.items(), 0)
    for sentence in text.iter_sentences(paragraph):
        held.append(sentence)
        for pair in opened:
            opened[pair] += sentence.count(pair[0]) - sentence.count(pair[1])
        if max(opened.values()) <= 0:
            yield " ".join(held)
            held, opened = [], dict.fromkeys(opened, 0)
    if held:
        yield " ".join(held)


def is_closed(passage: str) -> bool:
    """Whether a text closes every quotation and bracket that it opens."""
    return all(passage.count(sign) <= passage.count(other) for sign, other in _PAIRS.items())


def by_sentence(whole: str, most: int | None = None) -> Iterator[str]:
    """A text less its last sentence, less its last two, and so on; the longest first, the whole left out.

    With `most`, only those of no more characters. Each is made when it is asked for.
    """
    pieces: list[str] = []
    ends: list[int] = []
    size = 0
    for gap, sentence in _with_gaps(whole):
        size += len(gap) + len(sentence)
        if most is not None and size > most:
            break
        pieces += gap, sentence
        ends.append(size)
    else:
        del ends[-1:]
    joined = "".join(pieces)
    return (joined[:end] for end in reversed(ends))


def first_sentence(whole: str) -> str:
    """The first sentence of a text; of one that has no other, the text as it is."""
    first = list(islice(_with_gaps(whole), 2))
    return "".join(first[0]) if len(first) > 1 else whole


def _with_gaps(whole: str) -> Iterator[tuple[str, str]]:
    """The sentences of a text, each with what separates it from the one before."""
    gap = ""
    for paragraph in whole.split("\n\n"):
        for line in paragraph.split("\n"):
            for sentence in _sentences(line):
                yield gap, sentence
                gap = " "
            gap = "\n"
        gap = "\n\n"


def by_clause(sentence: str, most: int | None = None) -> Iterator[str]:
    """A sentence that ends before one of its clauses, the longest first; `most` as in by_sentence()."""
    return (f"{sentence[:end]}{ELLIPSIS}" for end, is_clause in _cuts(sentence, most) if is_clause)


def by_word(sentence: str, most: int | None = None) -> Iterator[str]:
    """A sentence that ends after one of its words, the longest first; `most` as in by_sentence()."""
    return (f"{sentence[:end]}{ELLIPSIS}" for end, _ in _cuts(sentence, most))


def by_grapheme(text: str, most: int | None = None) -> Iterator[str]:
    """The last resort for writing without spaces. A link, a tag or a mention stays whole."""
    if UNBROKEN.search(text):
        return
    # What is behind `most` cannot change clusters that end before it.
    ends = list(accumulate(map(len, units.clusters(text if most is None else text[: most + 1]))))
    for end in ends[-2::-1]:
        if most is None or end + len(ELLIPSIS) <= most:
            yield text[:end] + ELLIPSIS


def _cuts(sentence: str, most: int | None) -> Iterator[tuple[int, bool]]:
    """Where a sentence may be cut so that at most `most` characters are left, the last place first."""
    room = len(sentence) if most is None else most - len(ELLIPSIS)
    found = _few_cuts(sentence) if len(sentence) <= _SHORT else _places(sentence, room)
    return (place for place in reversed(found) if place[0] <= room)


@lru_cache(maxsize=512)
def _few_cuts(sentence: str) -> tuple[tuple[int, bool], ...]:
    return tuple(_places(sentence, len(sentence)))


def _places(sentence: str, room: int) -> list[tuple[int, bool]]:
    """Offset of each place where a sentence may be cut, up to `room` at least; whether a clause ends there."""
    words = _words(sentence, room)
    bound = _bound([word for word, _ in words])
    found: list[tuple[int, bool]] = []
    opened = end = last = before = 0
    straight = False
    for index, (word, start) in enumerate(words[:-1]):
        opened += sum(1 if sign in _PAIRS else -1 for sign in _SIGNS.findall(word))
        straight ^= word.count('"') % 2 == 1
        if kept := word.rstrip(_LOOSE):
            end = start + len(kept)
        elif gap := sentence[before:start].rstrip(" "):  # ends with a tab or a line feed
            end = before + len(gap)
        before = start + len(word)
        if opened > 0 or straight or index in bound or end == last:
            continue
        last = end
        # What stood before a colon may hang now: `pour :`.
        if not _hangs(sentence[sentence.rfind(" ", 0, end) + 1 : end]):
            following = words[index + 1][0]
            found.append((end, bool(_END_OF_CLAUSE.search(word)) or following[0] in "–—("))
    return found


def _words(sentence: str, room: int) -> list[tuple[str, int]]:
    """The words of a sentence with their offsets, as far as they may matter to a cut within `room`."""
    found: list[tuple[str, int]] = []
    for match in _TOKEN.finditer(sentence):
        found.append((match.group(), match.start()))
        # A name goes on behind its particles.
        if match.start() > room and match.group() not in _PARTICLES:
            break
    return found


def _bound(words: list[str]) -> set[int]:
    """Which words the next one belongs to."""
    found = set()
    for index, (word, following) in enumerate(pairwise(words)):
        if _hangs(word) or _counts(word) or following[0].isdigit() or following.startswith(_GLUED):
            found.add(index)
        elif _is_name(word) and (word[-1] not in ",;:.!?»”)" or _INITIAL.fullmatch(word)):
            end = index + 1
            while end < len(words) - 1 and words[end] in _PARTICLES:
                end += 1
            if _is_name(words[end]):
                found.update(range(index, end))
    return found


def _hangs(word: str) -> bool:
    return word.endswith(("’", "'")) or word.lower().lstrip("(«“\"'\u00a0") in _HANGING


def _counts(word: str) -> bool:
    """Whether a word is or holds a number that what follows may belong to: `5`, `1re`, `16h30`."""
    return word[-1].isalnum() and any(map(str.isdigit, word))


def _is_name(word: str) -> bool:
    letters = _WORD.search(word)
    if letters is None:
        return False
    start = letters.group()
    if start[1:2] in ("’", "'"):
        start = start[2:]
    return start[:1].isupper()
