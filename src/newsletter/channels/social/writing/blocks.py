"""Split a rendered template into named blocks, and tell how each block may be shortened."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from newsletter.theme.printable import MARKS

# Announcements must not contain control characters, so content cannot start a block.
_BEGIN, _END, _BETWEEN = MARKS
_GAPS = {"": 0, " ": 1, "\n": 2, "\n\n": 3}  # separators between blocks, and their ranks
# Label, leading white space, text and trailing white space of a block.
_LABELLED_BLOCK = re.compile(f"{_BEGIN}([^{_END}]*){_END}([ \n]*)((?:[^{_BEGIN}]*[^{_BEGIN} \n])?)([ \n]*)")
_SURPLUS = re.compile(r"[ \t]+(?=\n)|\n+(?=\n\n)")

HOOK = "hook"


class BlockKind(NamedTuple):
    """How a block may be shortened.

    Blocks with a number in `drop` may be dropped, the lowest number first. Blocks with `cut` may lose sentences, then
    words. `most` is the maximum number of characters, regardless of the platform's limit; 0 means no maximum.
    """

    name: str
    drop: int = 0
    cut: bool = False
    most: int = 0


_KINDS = {"": BlockKind("")}  # by label

Block = tuple[BlockKind, str, str]  # kind, text, and the gap between it and the block before


def max_length(kind: BlockKind, fold: int | None) -> int | None:
    """Return the maximum length of a block, or None. A hook must also fit within `fold` characters."""
    limits = [each for each in (kind.most, fold if kind.name == HOOK else None) if each]
    return min(limits) if limits else None


def begin(name: str, drop: int = 0, cut: bool = False, most: int = 0) -> str:
    """Template filter: start the block `name`, as in `{{ "event"|block(drop=2) }}`."""
    label = _BETWEEN.join((str(name), str(int(drop)), str(int(cut)), str(int(most))))
    _KINDS[label] = BlockKind(str(name), int(drop), bool(cut), int(most))
    return f"{_BEGIN}{label}{_END}"


def only(hashtags: Sequence[str], most: int, after: int = 0) -> str:
    """Template filter: return the first `most` hashtags, without the first `after` of them, as one text."""
    return " ".join(hashtags[after:most])


def split(rendered: str) -> list[Block]:
    """Return the non-empty blocks of a rendered template, in order."""
    has_tabs = "\t" in rendered  # _LABELLED_BLOCK does not treat tabs as white space
    if has_tabs and _has_surplus(rendered):
        rendered = _SURPLUS.sub("", rendered)
    if not rendered.startswith(_BEGIN):  # text before the first block becomes a block without a name
        rendered = f"{_BEGIN}{_END}{rendered}"
    blocks: list[Block] = []
    gap = ""
    for label, lead, text, tail in _LABELLED_BLOCK.findall(rendered):
        # In an empty block, all white space is matched as leading.
        after = tail if text else lead
        if after not in _GAPS:
            after = _normalize_gap(after)
        if text:
            surplus = "\n" in text and not has_tabs and _has_surplus(text)
            blocks.append((_KINDS.get(label, _KINDS[""]), _SURPLUS.sub("", text) if surplus else text, gap))
            gap = after
        elif blocks and _GAPS[after] > _GAPS[gap]:
            # Of the gaps around an empty block, the larger one is kept.
            gap = after
    return blocks


def join(blocks: Sequence[Block]) -> str:
    """Return the text of all blocks."""
    return "".join([piece for _, text, gap in blocks for piece in (gap, text)])


def _has_surplus(text: str) -> bool:
    return " \n" in text or "\n\n\n" in text


@lru_cache(maxsize=256)
def _normalize_gap(white: str) -> str:
    """Return the separator in _GAPS that corresponds to white space between two blocks."""
    white = _SURPLUS.sub("", white)
    return white if white in _GAPS else "\n" * min(2, white.count("\n")) or " "


def assemble(blocks: Sequence[Block], texts: Sequence[str]) -> str:
    """Return the text of the remaining blocks. `texts` has one text for each block, "" if it is dropped."""
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
    """Return the length of the text that assemble() would return, as the sum of its parts.

    `gaps` contains the length of each block's gap. `sizes` contains the length of each block's text, 0 if the block
    is dropped.
    """
    total = gap = 0
    for before, size in zip(gaps, sizes, strict=True):
        if before > gap:
            gap = before
        if size:
            total += size + gap if total else size
            gap = 0
    return total


# Filters available in templates.
FILTERS: Mapping[str, Callable[..., Any]] = {"block": begin, "only": only}
