"""blocks: a rendered template as named pieces, each with what may be done to it when the text is too long."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

# Control characters, which no text of an announcement may hold: content cannot begin a block.
_BEGIN, _END, _BETWEEN = "\x02", "\x03", "\x1f"
_GAPS = {"": 0, " ": 1, "\n": 2, "\n\n": 3}  # what may separate two blocks, by size
_OPTIONS: dict[str, tuple[str, int, bool, int]] = {"": ("", 0, False, 0)}  # by label
_SURPLUS = re.compile(r"[ \t]+(?=\n)|\n+(?=\n\n)")


class Block(NamedTuple):
    """A piece of a snippet; `gap` is what separates it from the one before.

    One with `drop` may be left out, the lowest number first. One with `cut` may lose sentences, then
    words. `most` is how many characters it has at most, whatever the limit (0: any number).
    """

    name: str
    text: str
    gap: str = "\n\n"
    drop: int = 0
    cut: bool = False
    most: int = 0


def begin(name: str, drop: int = 0, cut: bool = False, most: int = 0) -> str:
    """Template filter: here begins the block `name`, as `{{ "event"|block(drop=2) }}`."""
    label = _BETWEEN.join((str(name), str(int(drop)), str(int(cut)), str(int(most))))
    _OPTIONS[label] = str(name), int(drop), bool(cut), int(most)
    return f"{_BEGIN}{label}{_END}"


def only(hashtags: Sequence[str], most: int, after: int = 0) -> str:
    """Template filter: hashtags up to number `most`, those up to number `after` left out."""
    return " ".join(hashtags[after:most])


def split(rendered: str) -> list[Block]:
    """The blocks of a rendered template that hold anything, in order."""
    if " \n" in rendered or "\n\n\n" in rendered:
        rendered = _SURPLUS.sub("", rendered)
    found: list[Block] = []
    gap = ""
    for part in rendered.split(_BEGIN):
        label, sign, body = part.partition(_END)
        if not sign:  # what stands before the first block belongs to none
            label, body = "", label
        kept = body.rstrip(" \n")
        tail = body[len(kept) :]
        if tail not in _GAPS:
            tail = "\n" * min(2, tail.count("\n")) or " "
        if text := kept.lstrip(" \n"):
            name, drop, cut, most = _OPTIONS[label]
            found.append(Block(name, text, gap, drop, cut, most))
            gap = tail
        elif found and _GAPS[tail] > _GAPS[gap]:
            # Of the white space around an empty block the larger stays.
            gap = tail
    return found


def assemble(blocks: Sequence[Block], texts: Sequence[str]) -> str:
    """The text of those blocks that are left; `texts` holds each one's, empty when it is left out."""
    pieces: list[str] = []
    gap = ""
    for block, text in zip(blocks, texts, strict=True):
        if _GAPS[block.gap] > _GAPS[gap]:
            gap = block.gap
        if text:
            pieces += [gap, text] if pieces else [text]
            gap = ""
    return "".join(pieces)


def length(blocks: Sequence[Block], texts: Sequence[str], size: Callable[[str], int]) -> int:
    """The size of what assemble() gives, as the sum of its parts."""
    total = 0
    gap = ""
    for block, text in zip(blocks, texts, strict=True):
        if _GAPS[block.gap] > _GAPS[gap]:
            gap = block.gap
        if text:
            total += size(text) + (len(gap) if total else 0)
            gap = ""
    return total
