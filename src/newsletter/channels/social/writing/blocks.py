"""blocks: a rendered template as named pieces, each with what may be done to it when the text is too long."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from newsletter.theme.printable import MARKS

# Control characters, which no text of an announcement may hold: content cannot begin a block.
_BEGIN, _END, _BETWEEN = MARKS
_GAPS = {"": 0, " ": 1, "\n": 2, "\n\n": 3}  # what may separate two blocks, by size
# A label, what is before the text of its block, the text, what is behind it.
_PIECES = re.compile(f"{_BEGIN}([^{_END}]*){_END}([ \n]*)((?:[^{_BEGIN}]*[^{_BEGIN} \n])?)([ \n]*)")
_SURPLUS = re.compile(r"[ \t]+(?=\n)|\n+(?=\n\n)")


HOOK = "hook"


class BlockKind(NamedTuple):
    """What may be done to a block.

    One with `drop` may be left out, the lowest number first. One with `cut` may lose sentences, then
    words. `most` is how many characters it has at most, whatever the limit (0: any number).
    """

    name: str
    drop: int = 0
    cut: bool = False
    most: int = 0


_KINDS = {"": BlockKind("")}  # by label


Block = tuple[
    BlockKind, str, str
]  # a piece of a snippet: what it is, its text, the gap that separates it from the one before


def most(kind: BlockKind, fold: int | None) -> int | None:
    """How many characters a block of this kind has at most; the hook also stands complete within `fold`."""
    given = [each for each in (kind.most, fold if kind.name == HOOK else None) if each]
    return min(given) if given else None


def begin(name: str, drop: int = 0, cut: bool = False, most: int = 0) -> str:
    """Template filter: here begins the block `name`, as `{{ "event"|block(drop=2) }}`."""
    label = _BETWEEN.join((str(name), str(int(drop)), str(int(cut)), str(int(most))))
    _KINDS[label] = BlockKind(str(name), int(drop), bool(cut), int(most))
    return f"{_BEGIN}{label}{_END}"


def only(hashtags: Sequence[str], most: int, after: int = 0) -> str:
    """Template filter: hashtags up to number `most`, those up to number `after` left out."""
    return " ".join(hashtags[after:most])


def split(rendered: str) -> list[Block]:
    """The blocks of a rendered template that hold anything, in order."""
    tabs = "\t" in rendered  # which _PIECES does not take for white space
    if tabs and _has_surplus(rendered):
        rendered = _SURPLUS.sub("", rendered)
    if not rendered.startswith(_BEGIN):  # what stands before the first block belongs to none
        rendered = f"{_BEGIN}{_END}{rendered}"
    found: list[Block] = []
    gap = ""
    for label, lead, text, tail in _PIECES.findall(rendered):
        # The white space of an empty block is all before its text.
        after = tail if text else lead
        if after not in _GAPS:
            after = _gap(after)
        if text:
            surplus = "\n" in text and not tabs and _has_surplus(text)
            found.append((_KINDS.get(label, _KINDS[""]), _SURPLUS.sub("", text) if surplus else text, gap))
            gap = after
        elif found and _GAPS[after] > _GAPS[gap]:
            # Of the white space around an empty block the larger stays.
            gap = after
    return found


def join(blocks: Sequence[Block]) -> str:
    """The text of all blocks."""
    return "".join([piece for _, text, gap in blocks for piece in (gap, text)])


def _has_surplus(text: str) -> bool:
    return " \n" in text or "\n\n\n" in text


@lru_cache(maxsize=256)
def _gap(white: str) -> str:
    """The white space between two blocks as one of those that may separate them."""
    white = _SURPLUS.sub("", white)
    return white if white in _GAPS else "\n" * min(2, white.count("\n")) or " "


def assemble(blocks: Sequence[Block], texts: Sequence[str]) -> str:
    """The text of those blocks that are left; `texts` holds each one's, empty when it is left out."""
    pieces: list[str] = []
    gap = ""
    for (_, _, before), text in zip(blocks, texts, strict=True):
        if _GAPS[before] > _GAPS[gap]:
            gap = before
        if text:
            pieces += [gap, text] if pieces else [text]
            gap = ""
    return "".join(pieces)


def length(gaps: Sequence[int], sizes: Sequence[int]) -> int:
    """The size of what assemble() gives, as the sum of its parts.

    `gaps` holds the length of each block's gap, `sizes` that of its text, 0 when it is left out.
    """
    total = gap = 0
    for before, size in zip(gaps, sizes, strict=True):
        if before > gap:
            gap = before
        if size:
            total += size + gap if total else size
            gap = 0
    return total


# What templates know of this.
FILTERS: Mapping[str, Callable[..., Any]] = {"block": begin, "only": only}
