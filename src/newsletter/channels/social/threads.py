"""threads: a long text as a chain of numbered posts, divided at paragraphs, then at sentences."""

import re
from collections.abc import Callable, Iterable, Iterator

from newsletter.channels.social import cutting

_BREAK = re.compile(r"\n[ \t]*---+[ \t]*(?:\n|\Z)")

Fits = Callable[[str], bool]


def by_hand(text: str) -> list[str]:
    """A text that its writer divided with lines of `---`."""
    return [part for each in _BREAK.split(f"\n{text}\n") if (part := each.strip(" \t\n"))] or [text]


def number(place: int, total: int, *, inline: bool = False) -> str:
    """What ends a part: ` 2/3` behind its words, or on a line of its own, below link and hashtags."""
    return f"{' ' if inline else chr(10) * 2}{place}/{total}"


def parts(paragraphs: Iterable[str], fits: Fits, reserve: str) -> list[str]:
    """The paragraphs in parts that fit together with `reserve`, each of whole sentences."""
    found: list[str] = []
    held = ""
    for paragraph in paragraphs:
        gap = "\n\n"
        # A paragraph that is whole in the next part is better than one that is divided.
        if held and not fits(f"{held}{gap}{paragraph}{reserve}") and fits(f"{paragraph}{reserve}"):
            found.append(held)
            held = paragraph
            continue
        for sentence in cutting.sentences(paragraph):
            if held and not fits(f"{held}{gap}{sentence}{reserve}"):
                found.append(held)
                held = ""
            if held:
                held = f"{held}{gap}{sentence}"
            else:
                *whole, held = _divided(sentence, fits, reserve)
                found += whole
            gap = " "
    return [*found, held] if held else found


def _divided(sentence: str, fits: Fits, reserve: str) -> Iterator[str]:
    """A sentence, or, when it is longer than a part, pieces of it that end with `…`."""
    while not fits(f"{sentence}{reserve}"):
        pieces = (*cutting.by_word(sentence), *cutting.by_grapheme(sentence))
        piece = next((each for each in pieces if fits(f"{each}{reserve}")), "")
        if not piece:
            break
        yield piece
        sentence = sentence[len(piece) - len(cutting.ELLIPSIS) :].lstrip(" \t\n,;:–—-")
    yield sentence
