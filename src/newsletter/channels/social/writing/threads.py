"""threads: a long text as a chain of numbered posts, divided at paragraphs, then at sentences."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from newsletter.channels.social.writing import cutting

_BREAK = re.compile(r"\n[ \t]*---+[ \t]*(?:\n|\Z)")

_SPACE = re.compile(r"[ \t\n]")
_BETWEEN = re.compile(r"[ \t\n,;:–—-]+")  # what no piece of a sentence begins with
_STEP = 64  # characters of the first piece of a sentence, perhaps
_AHEAD = 300  # characters behind a cut that may matter to it
_SITE = re.compile(r"[A-Za-z0-9À-ɏ.-]*")
_ENDING = re.compile(r"\.[A-Za-z]+[0-9@+-]?")
_LONGEST_SITE = 253  # characters that a name in the DNS has at most
_LONGEST_ENDING = 24  # characters of most top-level domains

Fits = Callable[[str], bool]


def by_hand(text: str) -> list[str]:
    """A text that its writer divided with lines of `---`."""
    return [part for each in _BREAK.split(f"\n{text}\n") if (part := each.strip(" \t\n"))] or [text]


def number(place: int, total: int, *, inline: bool = False) -> str:
    """What ends a part: ` 2/3` behind its words, or on a line of its own, below link and hashtags."""
    return f"{' ' if inline else chr(10) * 2}{place}/{total}"


def parts(paragraphs: Iterable[str], fits: Fits, reserve: str) -> Iterator[str]:
    """The paragraphs, each one line, in parts that fit together with `reserve`, each of whole sentences.

    Where a text fits, what it begins with fits as well, up to the end of any word: parts are found by this, since
    to try one sentence after the other would take quadratic time.
    """

    def fit(text: str) -> bool:
        return fits(text + reserve)

    held = ""
    texts, place = [each for each in paragraphs if each], 0
    while place < len(texts):
        gap = "\n\n"
        if held and (end := _taken(held + gap, texts, place, fit, gap)) > place:
            held = gap.join((held, *texts[place:end]))
            place = end
            continue
        paragraph = texts[place]
        place += 1
        # A paragraph that is whole in the next part is better than one that is divided.
        if held and fit(paragraph):
            yield held
            held = paragraph
            continue
        sentences = cutting.sentences(paragraph)
        at = 0
        while at < len(sentences):
            if held:
                end = _taken(held + gap, sentences, at, fit)
                if end > at:
                    held += gap + " ".join(sentences[at:end])
                if end == len(sentences):
                    break
                yield held
                at = end
            pieces = _divided(sentences[at], fit)
            held = next(pieces)
            for piece in pieces:
                yield held
                held = piece
            at += 1
            gap = " "
    if held:
        yield held


def _taken(held: str, texts: Sequence[str], at: int, fits: Fits, gap: str = " ") -> int:
    """How far the sentences or paragraphs from `at` on fit behind what is held already."""
    return _furthest(at, len(texts), 1, lambda end: fits(held + gap.join(texts[at:end])))


def _furthest(start: int, end: int, step: int, reaches: Callable[[int], bool]) -> int:
    """The last number up to `end` that `reaches` is true of, or `start`; it is looked for `step` behind it first."""
    low, high = start, min(start + step, end)
    step = max(1, step // 8)
    while low < high and reaches(high):
        low, high = high, min(high + step, end)
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) else (low, middle)
    return low


def _divided(sentence: str, fits: Fits) -> Iterator[str]:
    """A sentence, or, when it is longer than a part, pieces of it that end with `…`."""
    at, step = 0, _STEP
    # Behind these alone it may be cut between any two characters.
    unbroken = max((match.start() + 1 for match in cutting.UNBROKEN.finditer(sentence)), default=0)
    while piece := (_words if at < unbroken else _letters)(sentence, at, step, fits):
        yield piece
        step = len(piece)  # pieces are about as long as each other
        at += step - len(cutting.ELLIPSIS)
        if between := _BETWEEN.match(sentence, at):
            at = between.end()
    yield sentence[at:]


def _words(sentence: str, at: int, step: int, fits: Fits) -> str:
    """As many words from `at` on as fit, with `…`; empty when all of them fit, or none."""

    def end_of_word(place: int) -> int:
        return found.start() if (found := _SPACE.search(sentence, place)) else len(sentence)

    fits_up_to = cache(lambda end: fits(sentence[at:end]))
    reached = _furthest(at, len(sentence), step, lambda place: fits_up_to(end_of_word(place)))
    if reached == len(sentence):
        return ""
    # The last word may fit without its punctuation.
    end = end_of_word(reached + 1)
    pieces = cutting.by_word(sentence[at : end + _AHEAD], end - at + len(cutting.ELLIPSIS))
    return next(filter(fits, pieces), "")


def _letters(sentence: str, at: int, step: int, fits: Fits) -> str:
    """As _words() for the rest of a sentence that has no spaces, by letters."""

    def is_reached(place: int) -> bool:
        return fits(sentence[at:place])

    reached = _furthest(at, len(sentence), step, is_reached)
    # Where a link begins or ends to be one, the longer text may count less.
    while further := next((end for end in _ends_of_site(sentence, reached) if is_reached(end)), 0):
        reached = _furthest(further, len(sentence), _STEP, is_reached)
    if reached == len(sentence):
        return ""
    pieces = cutting.by_grapheme(sentence[at : reached + 2], reached - at + len(cutting.ELLIPSIS))
    return next(filter(fits, pieces), "")


def _ends_of_site(sentence: str, place: int) -> Iterator[int]:
    """Where the name of a site may end, or cease to be one, that begins before `place`; the last one first."""
    before = _SITE.match(sentence[max(0, place - _LONGEST_SITE) : place][::-1])
    after = _SITE.match(sentence, place, place + _LONGEST_SITE)
    if before and after and place < after.end() < place + _LONGEST_SITE - before.end():
        yield after.end()
    ending = _ENDING.search(sentence, max(0, place - _LONGEST_ENDING), place + _LONGEST_ENDING)
    while ending and ending.end() <= place:
        ending = _ENDING.search(sentence, ending.end(), place + _LONGEST_ENDING)
    if ending:
        yield from range(ending.end(), max(place, ending.start()), -1)
