"""Split a long text into numbered posts, between paragraphs if possible, otherwise between sentences."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from newsletter.channels.social.writing import cutting

_BREAK = re.compile(r"\n[ \t]*---+[ \t]*(?:\n|\Z)")

_SPACE = re.compile(r"[ \t\n]")
_BETWEEN = re.compile(r"[ \t\n,;:–—-]+")  # not allowed at the start of a piece of a sentence
_STEP = 64  # initial guess for the length of a piece of a sentence
_AHEAD = 300  # characters after a cut that may affect it
_SITE = re.compile(r"[A-Za-z0-9À-ɏ.-]*")
_ENDING = re.compile(r"\.[A-Za-z]+[0-9@+-]?")
_LONGEST_SITE = 253  # maximum length of a name in the DNS
_LONGEST_ENDING = 24  # maximum length of nearly all top-level domains

Fits = Callable[[str], bool]


def by_hand(text: str) -> list[str]:
    """Split a text at the `---` lines that its writer inserted."""
    return [part for each in _BREAK.split(f"\n{text}\n") if (part := each.strip(" \t\n"))] or [text]


def number(place: int, total: int, *, inline: bool = False) -> str:
    """Return the number of a part, such as ` 2/3`. Unless `inline` is true, it is a separate paragraph."""
    return f"{' ' if inline else chr(10) * 2}{place}/{total}"


def parts(paragraphs: Iterable[str], fits: Fits, reserve: str) -> Iterator[str]:
    """Yield parts that fit when `reserve` is appended. If possible, parts consist of whole sentences.

    Each paragraph must be one line. The search relies on the fact that if a text fits, so does any prefix that ends
    with a word. Trying one sentence after another would take quadratic time.
    """

    def fit(text: str) -> bool:
        return fits(text + reserve)

    part = ""
    texts, next_paragraph = [each for each in paragraphs if each], 0
    while next_paragraph < len(texts):
        gap = "\n\n"
        if part and (end := _fitting_end(part + gap, texts, next_paragraph, fit, gap)) > next_paragraph:
            part = gap.join((part, *texts[next_paragraph:end]))
            next_paragraph = end
            continue
        paragraph = texts[next_paragraph]
        next_paragraph += 1
        # A whole paragraph in the next part is better than a divided one.
        if part and fit(paragraph):
            yield part
            part = paragraph
            continue
        sentences = cutting.sentences(paragraph)
        index = 0
        while index < len(sentences):
            if part:
                end = _fitting_end(part + gap, sentences, index, fit)
                if end > index:
                    part += gap + " ".join(sentences[index:end])
                if end == len(sentences):
                    break
                yield part
                index = end
            pieces = _split_sentence(sentences[index], fit)
            part = next(pieces)
            for piece in pieces:
                yield part
                part = piece
            index += 1
            gap = " "
    if part:
        yield part


def _fitting_end(part: str, texts: Sequence[str], start: int, fits: Fits, gap: str = " ") -> int:
    """Return the index after the last of the `texts`, from `start` on, that fit together after `part`."""
    return _furthest(start, len(texts), 1, lambda end: fits(part + gap.join(texts[start:end])))


def _furthest(start: int, end: int, step: int, reaches: Callable[[int], bool]) -> int:
    """Return the last number up to `end` for which `reaches` is true, or `start` if there is none.

    `step` is a guess: the first number tried is `start + step`.
    """
    low, high = start, min(start + step, end)
    step = max(1, step // 8)
    while low < high and reaches(high):
        low, high = high, min(high + step, end)
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) else (low, middle)
    return low


def _split_sentence(sentence: str, fits: Fits) -> Iterator[str]:
    """Yield a sentence. If it is longer than a part, yield pieces that end with `…`."""
    start, step = 0, _STEP
    # After the last of these characters, the sentence may be cut between any two characters.
    unbroken = max((match.start() + 1 for match in cutting.UNBROKEN.finditer(sentence)), default=0)
    while piece := (_fitting_words if start < unbroken else _fitting_letters)(sentence, start, step, fits):
        yield piece
        step = len(piece)  # pieces have similar lengths
        start += step - len(cutting.ELLIPSIS)
        if between := _BETWEEN.match(sentence, start):
            start = between.end()
    yield sentence[start:]


def _fitting_words(sentence: str, start: int, step: int, fits: Fits) -> str:
    """Return the words from `start` that fit, with `…`, or "" if all of them fit or none does."""

    def end_of_word(place: int) -> int:
        return found.start() if (found := _SPACE.search(sentence, place)) else len(sentence)

    fits_up_to = cache(lambda end: fits(sentence[start:end]))
    reached = _furthest(start, len(sentence), step, lambda place: fits_up_to(end_of_word(place)))
    if reached == len(sentence):
        return ""
    # The next word may fit without its punctuation.
    end = end_of_word(reached + 1)
    pieces = cutting.by_word(sentence[start : end + _AHEAD], end - start + len(cutting.ELLIPSIS))
    return next(filter(fits, pieces), "")


def _fitting_letters(sentence: str, start: int, step: int, fits: Fits) -> str:
    """Like _fitting_words(), but cut between letters, as is allowed after the last match of UNBROKEN."""

    def is_reached(place: int) -> bool:
        return fits(sentence[start:place])

    reached = _furthest(start, len(sentence), step, is_reached)
    # A longer text may have a smaller count if a word becomes a link, or is no longer one.
    while further := next((end for end in _ends_of_site(sentence, reached) if is_reached(end)), 0):
        reached = _furthest(further, len(sentence), _STEP, is_reached)
    if reached == len(sentence):
        return ""
    pieces = cutting.by_grapheme(sentence[start : reached + 2], reached - start + len(cutting.ELLIPSIS))
    return next(filter(fits, pieces), "")


def _ends_of_site(sentence: str, place: int) -> Iterator[int]:
    """Yield the offsets, last first, where a site name that starts before `place` may end or stop being one."""
    before = _SITE.match(sentence[max(0, place - _LONGEST_SITE) : place][::-1])
    after = _SITE.match(sentence, place, place + _LONGEST_SITE)
    if before and after and place < after.end() < place + _LONGEST_SITE - before.end():
        yield after.end()
    ending = _ENDING.search(sentence, max(0, place - _LONGEST_ENDING), place + _LONGEST_ENDING)
    while ending and ending.end() <= place:
        ending = _ENDING.search(sentence, ending.end(), place + _LONGEST_ENDING)
    if ending:
        yield from range(ending.end(), max(place, ending.start()), -1)
