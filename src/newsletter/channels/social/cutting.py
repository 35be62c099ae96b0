"""cutting: where a text may end: after a sentence, before a clause, between words, nowhere else.

Text is broken at ordinary white space only, and never inside a link, a tag, a mention, a quotation, a
bracket, a name, or between a number and what it counts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from newsletter import text
from newsletter.channels.social import units

ELLIPSIS = "…"
LEAST = 30  # characters that a shortened sentence has at least, or it says nothing

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


@lru_cache(maxsize=512)
def _sentences(paragraph: str) -> tuple[str, ...]:
    found: list[str] = []
    held = ""
    for sentence in text.sentences(paragraph):
        held = f"{held} {sentence}" if held else sentence
        if is_closed(held):
            found.append(held)
            held = ""
    return (*found, held) if held else tuple(found)


def is_closed(passage: str) -> bool:
    """Whether a text closes every quotation and bracket that it opens."""
    return all(passage.count(sign) <= passage.count(other) for sign, other in _PAIRS.items())


def by_sentence(whole: str, most: int | None = None) -> tuple[str, ...]:
    """A text less its last sentence, less its last two, and so on; the longest first, the whole left out.

    With `most`, only those of no more characters.
    """
    found: list[str] = []
    done = gap = ""
    for paragraph in whole.split("\n\n"):
        for line in paragraph.split("\n"):
            for sentence in _sentences(line):
                done += gap + sentence
                if most is not None and len(done) > most:
                    return tuple(reversed(found))
                found.append(done)
                gap = " "
            gap = "\n"
        gap = "\n\n"
    return tuple(reversed(found[:-1]))


@lru_cache(maxsize=512)
def by_clause(sentence: str) -> tuple[str, ...]:
    """A sentence that ends before one of its clauses, the longest first."""
    return tuple(f"{kept}{ELLIPSIS}" for kept, clause in _shorter(sentence) if clause)


@lru_cache(maxsize=512)
def by_word(sentence: str) -> tuple[str, ...]:
    """A sentence that ends after one of its words, the longest first."""
    return tuple(f"{kept}{ELLIPSIS}" for kept, _ in _shorter(sentence))


def by_grapheme(text: str) -> Iterator[str]:
    """The last resort for writing without spaces. A link, a tag or a mention stays whole."""
    if not re.search(r"://|[@#＃＠ \n]|\d", text):
        pieces = units.clusters(text)
        for length in range(len(pieces) - 1, 0, -1):
            yield "".join(pieces[:length]) + ELLIPSIS


def _shorter(sentence: str) -> list[tuple[str, bool]]:
    """What stands before each place where a sentence may be cut; whether a clause ends there."""
    tokens = list(_TOKEN.finditer(sentence))
    kept: list[tuple[str, bool]] = []
    bound = _bound([token.group() for token in tokens])
    opened = 0
    straight = False
    for index, token in enumerate(tokens[:-1]):
        word = token.group()
        opened += sum(1 if sign in _PAIRS else -1 for sign in _SIGNS.findall(word))
        straight ^= word.count('"') % 2 == 1
        if opened > 0 or straight or index in bound:
            continue
        words = sentence[: token.end()].rstrip(_LOOSE)
        # What stood before a colon may hang now: `pour :`.
        if words and not _hangs(words.rpartition(" ")[2]) and (not kept or words != kept[-1][0]):
            following = tokens[index + 1].group()
            kept.append((words, bool(_END_OF_CLAUSE.search(word)) or following[0] in "–—("))
    return kept[::-1]


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
