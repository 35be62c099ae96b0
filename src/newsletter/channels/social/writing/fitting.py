"""fitting: the longest form of a snippet that its platform takes, found by one ladder.

First optional blocks go, then sentences, then a clause, then words; what turns out to have room comes
back. Lengths of parts only guide the search: every text that is given back was counted as a whole.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from newsletter.channels.social.writing import cutting
from newsletter.channels.social.writing.blocks import HOOK, Block, BlockKind, assemble, join, length, most

_LINK = "link"
_CLAUSE = 0.75  # a clause is preferred to words that are not much longer

Size = Callable[[str], int]


class Measure(NamedTuple):
    """How long a text is. `size` estimates a part; a text that is the sum of its parts has `room` for so much.

    In no unit is a part smaller than its characters are many: by these alone most that do not fit are passed over.
    Of others, `excess` counts the whole: by how many units it is too long, 0 or less when it fits.
    """

    size: Size
    room: int = 0
    excess: Size | None = None


class Fitted(NamedTuple):
    """A text within its limit, the blocks that were left out, and those that were shortened."""

    text: str
    dropped: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()


def fit(blocks: list[Block], measure: Measure, fold: int | None = None) -> Fitted | None:
    """The blocks as one text. None when not even the least of it fits.

    `fold` is the length within which the hook stands complete.
    """
    texts = _begun(blocks, fold)
    search = _Search(blocks, texts, measure)
    search.run()
    return _fitted(blocks, texts) if search.over <= 0 else None


def longest(blocks: list[Block], fold: int | None = None) -> Fitted:
    """All blocks as one text: the first to try, since it mostly fits."""
    for kind, text, _ in blocks:
        if (kind.most or kind.name == HOOK) and len(text) > (most(kind, fold) or len(text)):
            return _fitted(blocks, _begun(blocks, fold))
    return Fitted(join(blocks))


def _begun(blocks: list[Block], fold: int | None) -> list[str]:
    return [_within(kind, text, fold) if kind.most or kind.name == HOOK else text for kind, text, _ in blocks]


def _fitted(blocks: list[Block], texts: list[str]) -> Fitted:
    dropped: list[str] = []
    shortened: list[str] = []
    for (kind, whole, _), text in zip(blocks, texts, strict=True):
        if text is not whole:
            (shortened if text else dropped).append(kind.name)
    return Fitted(assemble(blocks, texts), tuple(dropped), tuple(shortened))


def shorter(text: str, most: int) -> str:
    """The first sentences within `most` characters, else a clause or words and `…`; else nothing."""
    return next(chain(cutting.by_sentence(text, most), _cut(text, most)), "")


def _within(kind: BlockKind, text: str, fold: int | None) -> str:
    allowed = most(kind, fold)
    return shorter(text, allowed) or text if allowed and len(text) > allowed else text


def _cut(text: str, most: int, fits: Callable[[str], bool] = lambda _text: True) -> Iterator[str]:
    """Forms of the first sentence with at most `most` characters that may fit, the best first."""
    first = cutting.first_sentence(text)
    words = filter(fits, cutting.by_word(first, most))
    if longest := next(words, ""):
        clause = next(filter(fits, cutting.by_clause(first, most)), "")
        if len(clause) >= _CLAUSE * len(longest):
            yield clause
        yield longest
        yield from words


class _Search:
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
        """Let this text stand for a block."""
        self.texts[index], self.sizes[index] = text, size

    def drop(self) -> None:
        """Leave out optional blocks, the lowest number first."""
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
        """Before the hook is touched, all but hook and link go, what was shortened first."""
        others = [index for index, kind in enumerate(self.kinds) if kind.name not in (HOOK, _LINK)]
        for index in sorted(others, key=lambda index: (not self.kinds[index].cut, -index)):
            if self.texts[index] and self.replace(index, ("",)):
                return

    def cut_hook(self) -> None:
        """What remains is the hook: it gives way to the link, not the link to it."""
        for index, kind in enumerate(self.kinds):
            if kind.name == HOOK:
                text = self.texts[index]
                room = self.sizes[index] - self.over
                sentences, letters = cutting.by_sentence(text, room), cutting.by_grapheme(text, room)
                if self.replace(index, chain(sentences, self.options(index), letters)):
                    return

    def options(self, index: int) -> Iterator[str]:
        """Shorter forms of a block's first sentence, by the room that there is now."""
        room = self.sizes[index] - self.over
        return _cut(self.texts[index], room, lambda each: self.size(each) <= room)

    def cuttable(self) -> list[int]:
        kinds, texts = self.kinds, self.texts
        return [at for at in range(len(texts) - 1, -1, -1) if kinds[at].cut and texts[at] and kinds[at].name != HOOK]

    def replace(self, index: int, options: Iterable[str]) -> bool:
        """Try shorter forms of a block until the whole fits; keeps the shortest tried."""
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
        """Bring back what there is room for after all, what went last first."""
        gone = [(self.kinds[index].drop, index) for index, text in enumerate(self.texts) if not text]
        for _, index in sorted(gone, reverse=True):
            kind, whole, _ = self.blocks[index]
            room = -self.over
            for text in chain((whole,), cutting.by_sentence(whole, room) if kind.cut else ()):
                if len(text) <= room and (size := self.size(text)) <= room and self.fits_with(index, text, size):
                    break

    def fits_with(self, index: int, text: str, size: int) -> bool:
        """Whether the whole fits with a block brought back; else it is left out again."""
        before = self.over
        self.put(index, text, size)
        self.count()
        if self.over > 0:
            self.put(index, "", 0)
            self.over = before
            return False
        return True
