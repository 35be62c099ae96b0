"""fitting: the longest form of a snippet that its platform takes, found by one ladder.

First optional blocks go, then sentences, then a clause, then words; what turns out to have room comes
back. Lengths of parts only guide the search: every text that is given back was counted as a whole.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from newsletter.channels.social import cutting
from newsletter.channels.social.blocks import Block, assemble, length

_HOOK, _LINK = "hook", "link"
_CLAUSE = 0.75  # a clause is preferred to words that are not much longer

Size = Callable[[str], int]


class Measure(NamedTuple):
    """How long a text is. `size` estimates a part; a text that is the sum of its parts has `room` for so much.

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
    texts = [_within(block, fold) if block.most or block.name == _HOOK else block.text for block in blocks]
    search = _Search(blocks, texts, measure)
    search.run()
    if search.over > 0:
        return None
    text = assemble(blocks, texts)
    changed = [(block.name, text) for block, text in zip(blocks, texts, strict=True) if text is not block.text]
    if not changed:
        return Fitted(text)
    return Fitted(
        text, tuple(name for name, text in changed if not text), tuple(name for name, text in changed if text)
    )


def shorter(text: str, most: int) -> str:
    """The first sentences within `most` characters, else a clause or words and `…`; else nothing."""
    for kept in (*cutting.by_sentence(text), *_cut(text, lambda each: len(each) <= most)):
        if len(kept) <= most:
            return kept
    return ""


def _within(block: Block, fold: int | None) -> str:
    most = min(block.most or len(block.text), fold or len(block.text)) if block.name == _HOOK else block.most
    return shorter(block.text, most) or block.text if most and len(block.text) > most else block.text


def _cut(text: str, fits: Callable[[str], bool]) -> Iterable[str]:
    """Forms of the first sentence that may fit, the best first."""
    whole = cutting.by_sentence(text)
    first = whole[-1] if whole else text
    words = [each for each in cutting.by_word(first) if fits(each)]
    clause = next((each for each in cutting.by_clause(first) if fits(each)), "")
    if words and len(clause) >= _CLAUSE * len(words[0]):
        yield clause
    yield from words


class _Search:
    __slots__ = ("blocks", "excess", "over", "room", "size", "texts")

    def __init__(self, blocks: list[Block], texts: list[str], measure: Measure) -> None:
        self.blocks, self.texts = blocks, texts
        self.size, self.room, self.excess = measure
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
            self.over = length(self.blocks, self.texts, self.size) - self.room

    def drop(self) -> None:
        """Leave out optional blocks, the lowest number first."""
        optional = sorted((block.drop, index) for index, block in enumerate(self.blocks) if block.drop)
        for number, (_, index) in enumerate(optional, 1):
            self.over -= self.size(self.texts[index])
            self.texts[index] = ""
            if self.over <= 0 or number == len(optional):
                self.count()
                if self.over <= 0:
                    return

    def cut_sentences(self) -> None:
        for index in self.cuttable():
            if self.replace(index, cutting.by_sentence(self.texts[index])):
                return

    def cut_words(self) -> None:
        for index in self.cuttable():
            text = self.texts[index]
            room = self.size(text) - self.over
            options = _cut(text, lambda each, room=room: self.size(each) <= room)  # type: ignore[misc]
            if self.replace(index, (each for each in options if len(each) >= cutting.LEAST)):
                return

    def drop_rest(self) -> None:
        """Before the hook is touched, all but hook and link go, what was shortened first."""
        others = [index for index, block in enumerate(self.blocks) if block.name not in (_HOOK, _LINK)]
        for index in sorted(others, key=lambda index: (not self.blocks[index].cut, -index)):
            if self.texts[index] and self.replace(index, ("",)):
                return

    def cut_hook(self) -> None:
        """What remains is the hook: it gives way to the link, not the link to it."""
        for index, block in enumerate(self.blocks):
            if block.name == _HOOK:
                text = self.texts[index]
                room = self.size(text) - self.over
                options = _cut(text, lambda each, room=room: self.size(each) <= room)  # type: ignore[misc]
                if self.replace(index, (*cutting.by_sentence(text), *options, *cutting.by_grapheme(text))):
                    return

    def cuttable(self) -> list[int]:
        blocks = zip(self.blocks, self.texts, strict=True)
        return [index for index, (block, text) in enumerate(blocks) if block.cut and text and block.name != _HOOK][::-1]

    def replace(self, index: int, options: Iterable[str]) -> bool:
        """Try shorter forms of a block until the whole fits; keeps the shortest tried."""
        for text in options:
            saved = self.size(self.texts[index]) - self.size(text)
            if self.over - saved > 0 and text:
                continue
            self.texts[index] = text
            self.count()
            if self.over <= 0:
                return True
        return False

    def restore(self) -> None:
        """Bring back what there is room for after all, what went last first."""
        gone = sorted(
            ((block.drop, index) for index, block in enumerate(self.blocks) if not self.texts[index]), reverse=True
        )
        for _, index in gone:
            block = self.blocks[index]
            for text in (block.text, *(cutting.by_sentence(block.text) if block.cut else ())):
                if self.over + self.size(text) <= 0 and self.fits_with(index, text):
                    break

    def fits_with(self, index: int, text: str) -> bool:
        """Whether the whole fits with a block brought back; else it is left out again."""
        before = self.over
        self.texts[index] = text
        self.count()
        if self.over > 0:
            self.texts[index], self.over = "", before
            return False
        return True
