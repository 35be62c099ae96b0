"""blocks: a rendered template as named pieces, each with what may be done to it when the text is too long."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Control characters, which no text of an announcement may hold: content cannot begin a block.
_BEGIN, _END, _BETWEEN = "\x02", "\x03", "\x1f"
_GAPS = {"": 0, " ": 1, "\n": 2, "\n\n": 3}  # what may separate two blocks, by size
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
    return f"{_BEGIN}{_BETWEEN.join((str(name), str(int(drop)), str(int(cut)), str(int(most))))}{_END}"


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
        label, sign, body = part.rpartition(_END)
        kept = body.rstrip(" \n")
        tail = body[len(kept) :]
        if tail not in _GAPS:
            tail = "\n" * min(2, tail.count("\n")) or " "
        if text := kept.lstrip(" \n"):
            name, drop, cut, most = _options(label) if sign else ("", 0, False, 0)
            found.append(Block(name, text, gap if found else "", drop, cut, most))
            gap = tail
        elif sign and _GAPS[tail] > _GAPS[gap]:
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


@lru_cache(maxsize=256)
def _options(label: str) -> tuple[str, int, bool, int]:
    name, drop, cut, most = label.split(_BETWEEN)
    return name, int(drop), cut == "1", int(most)
