"""Shorten a snippet until its platform accepts it, losing as little as possible.

Optional blocks are dropped first, then sentences, then a clause, then words. Finally, dropped blocks that fit again are
restored. The lengths of parts only guide the search; the result is always counted as a whole.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from newsletter.channels.social.writing import cutting
from newsletter.channels.social.writing.blocks import HOOK, Block, BlockKind, assemble, join, length, max_length

_LINK = "link"
# A cut before a clause is preferred if the text keeps this share of what a cut between words would leave.
_CLAUSE = 0.75

Size = Callable[[str], int]


class Measure(NamedTuple):
    """How to measure a text.

    `size` measures a part of a text. In every unit, a part is at least as long as its number of characters, which
    rules out most candidates quickly.

    Without `excess`, the size of a text is the sum of its parts, and `room` is the maximum. Otherwise, `excess` counts
    the whole text and returns the number of units by which it is too long (0 or less if it fits).
    """

    size: Size
    room: int = 0
    excess: Size | None = None


class Fitted(NamedTuple):
    """A text within its limit, and the names of the blocks that were dropped or shortened."""

    text: str
    dropped: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()


class Draft(NamedTuple):
    """A rendered template: its blocks, and the text in which each block is within its own maximum length.

    `dropped` and `shortened` name the blocks that exceeded theirs.
    """

    text: str
    dropped: tuple[str, ...]
    shortened: tuple[str, ...]
    blocks: list[Block]


def make_draft(blocks: list[Block], fold: int | None = None) -> Draft:
    """Return blocks as a draft, which usually fits. The hook must fit within `fold` characters."""
    text, dropped, shortened = longest(blocks, fold)
    return Draft(text, dropped, shortened, blocks)


def fit(blocks: list[Block], measure: Measure, fold: int | None = None) -> Fitted | None:
    """Return the blocks as one text, or None if even its shortest form does not fit.

    The hook must fit within `fold` characters.
    """
    texts = _initial_texts(blocks, fold)
    search = _Search(blocks, texts, measure)
    search.run()
    return _summarize(blocks, texts) if search.over <= 0 else None


def longest(blocks: list[Block], fold: int | None = None) -> Fitted:
    """Return all blocks as one text, in which each block is within its own maximum length. It usually fits."""
    for kind, text, _ in blocks:
        if (kind.most or kind.name == HOOK) and len(text) > (max_length(kind, fold) or len(text)):
            return _summarize(blocks, _initial_texts(blocks, fold))
    return Fitted(join(blocks))


def _initial_texts(blocks: list[Block], fold: int | None) -> list[str]:
    return [_limit_length(kind, text, fold) if kind.most or kind.name == HOOK else text for kind, text, _ in blocks]


def _summarize(blocks: list[Block], texts: list[str]) -> Fitted:
    dropped: list[str] = []
    shortened: list[str] = []
    for (kind, original, _), text in zip(blocks, texts, strict=True):
        if text is not original:
            (shortened if text else dropped).append(kind.name)
    return Fitted(assemble(blocks, texts), tuple(dropped), tuple(shortened))


def shorter(text: str, most: int) -> str:
    """Return the first sentences within `most` characters, or a clause or words and `…`, or ""."""
    return next(chain(cutting.by_sentence(text, most), _cut(text, most)), "")


def _limit_length(kind: BlockKind, text: str, fold: int | None) -> str:
    allowed = max_length(kind, fold)
    return shorter(text, allowed) or text if allowed and len(text) > allowed else text


def _cut(text: str, most: int, fits: Callable[[str], bool] = lambda _text: True) -> Iterator[str]:
    """Yield the first sentence cut to at most `most` characters in several ways, the best first."""
    first = cutting.first_sentence(text)
    words = filter(fits, cutting.by_word(first, most))
    if longest := next(words, ""):
        clause = next(filter(fits, cutting.by_clause(first, most)), "")
        if len(clause) >= _CLAUSE * len(longest):
            yield clause
        yield longest
        yield from words


class _Search:
    """Shortens the texts step by step until they fit."""

    __slots__ = ("blocks", "excess", "gaps", "kinds", "over", "room", "size", "sizes", "texts")

    def __init__(self, blocks: list[Block], texts: list[str], measure: Measure) -> None:
        self.blocks, self.texts = blocks, texts
        self.size, self.room, self.excess = measure
        self.kinds = [kind for kind, _, _ in blocks]
        self.gaps = [len(gap) for _, _, gap in blocks]
        self.sizes = list(map(measure.size, texts))
        self.over = 0

    def run(self) -> None:
        self.count()
        if self.over <= 0:
            return
        for step in (self.drop, self.cut_sentences, self.cut_words, self.drop_rest, self.cut_hook):
            step()
            if self.over <= 0:
                self.restore()
                return

    def count(self) -> None:
        if self.excess is not None:
            self.over = self.excess(assemble(self.blocks, self.texts))
        else:
            self.over = length(self.gaps, self.sizes) - self.room

    def put(self, index: int, text: str, size: int) -> None:
        """Set the text of a block."""
        self.texts[index], self.sizes[index] = text, size

    def drop(self) -> None:
        """Drop optional blocks, the lowest number first."""
        optional = sorted([(kind.drop, index) for index, kind in enumerate(self.kinds) if kind.drop])
        for number, (_, index) in enumerate(optional, 1):
            self.over -= self.sizes[index]
            self.put(index, "", 0)
            if self.over <= 0 or number == len(optional):
                self.count()
                if self.over <= 0:
                    return

    def cut_sentences(self) -> None:
        for index in self.cuttable():
            if self.replace(index, cutting.by_sentence(self.texts[index], self.sizes[index] - self.over)):
                return

    def cut_words(self) -> None:
        for index in self.cuttable():
            if self.replace(index, (each for each in self.options(index) if len(each) >= cutting.LEAST)):
                return

    def drop_rest(self) -> None:
        """Drop everything but the hook and the link, starting with the blocks that can be cut."""
        others = [index for index, kind in enumerate(self.kinds) if kind.name not in (HOOK, _LINK)]
        for index in sorted(others, key=lambda index: (not self.kinds[index].cut, -index)):
            if self.texts[index] and self.replace(index, ("",)):
                return

    def cut_hook(self) -> None:
        """Shorten the hook to make room for the link."""
        for index, kind in enumerate(self.kinds):
            if kind.name == HOOK:
                text = self.texts[index]
                room = self.sizes[index] - self.over
                sentences, letters = cutting.by_sentence(text, room), cutting.by_grapheme(text, room)
                if self.replace(index, chain(sentences, self.options(index), letters)):
                    return

    def options(self, index: int) -> Iterator[str]:
        """Return shorter forms of a block's first sentence that fit into the space left for it."""
        room = self.sizes[index] - self.over
        return _cut(self.texts[index], room, lambda each: self.size(each) <= room)

    def cuttable(self) -> list[int]:
        """Return the indices of the blocks that may be cut, the last first. A later step cuts the hook."""
        blocks = list(enumerate(zip(self.kinds, self.texts, strict=True)))
        return [index for index, (kind, text) in reversed(blocks) if kind.cut and text and kind.name != HOOK]

    def replace(self, index: int, options: Iterable[str]) -> bool:
        """Replace a block by the first of `options` with which the whole text fits, and return whether there is one.

        If there is none, the block keeps the shortest form tried.
        """
        room = self.sizes[index] - self.over
        for text in options:
            if text and len(text) > room:
                continue
            size = self.size(text)
            if text and size > room:
                continue
            self.put(index, text, size)
            self.count()
            if self.over <= 0:
                return True
            room = size - self.over
        return False

    def restore(self) -> None:
        """Restore dropped blocks that fit again, the last dropped first."""
        dropped = [(self.kinds[index].drop, index) for index, text in enumerate(self.texts) if not text]
        for _, index in sorted(dropped, reverse=True):
            kind, original, _ = self.blocks[index]
            room = -self.over
            for text in chain((original,), cutting.by_sentence(original, room) if kind.cut else ()):
                if len(text) <= room and (size := self.size(text)) <= room and self.fits_with(index, text, size):
                    break

    def fits_with(self, index: int, text: str, size: int) -> bool:
        """Restore a block and return whether the whole text still fits. If not, drop the block again."""
        previous = self.over
        self.put(index, text, size)
        self.count()
        if self.over > 0:
            self.put(index, "", 0)
            self.over = previous
            return False
        return True
