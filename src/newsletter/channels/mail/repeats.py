"""repeats: a section with a list is compiled with three entries; those of a longer one look like the last.

That holds because no rule looks at neighbours (see `looks_around`), the engine copies HTML, and each
entry stands in the same elements. That they do look alike is checked on what was compiled.
"""

import re
from itertools import groupby
from typing import NamedTuple

from newsletter.channels.mail.compiling import VOID
from newsletter.content import HEAD, TAIL
from newsletter.filling import Shape

SLOT = HEAD + TAIL  # a token without its number: where slots look the same, equal sections are equal texts
_ENOUGH = 2  # times that the text between entries is compiled


class Run(NamedTuple):
    """`times` times the same text from slot to slot, after the slot `first`: what stands between entries of a list."""

    first: int
    times: int

    def shortened(self, section: str) -> str:
        """The section with three entries."""
        pieces = section.split(SLOT)
        del pieces[self.first + 1 + _ENOUGH : self.first + 1 + self.times]
        return SLOT.join(pieces)

    def lengthened(self, shape: Shape[str]) -> Shape[str] | None:
        """The shape of the section, from that with three entries; None where the three are not alike."""
        entries = tuple(range(self.first, self.first + _ENOUGH + 1))
        more = self.times - _ENOUGH
        pieces, order = list(shape.pieces[:1]), list[int]()
        at = 0
        while at < len(shape.order):
            slot = shape.order[at]
            if slot in entries:
                between = {shape.pieces[2 * (at + step)] for step in range(1, _ENOUGH + 1)}
                if shape.order[at : at + len(entries)] != entries or len(between) != 1:
                    return None
                order += range(self.first, self.first + self.times + 1)
                pieces += ["", between.pop()] * self.times + ["", shape.pieces[2 * (at + len(entries))]]
                at += len(entries)
            else:
                order.append(slot + more if slot > self.first else slot)
                pieces += ["", shape.pieces[2 * (at + 1)]]
                at += 1
        return Shape(tuple(pieces), tuple(order))


def longest_run(section: str) -> Run | None:
    """The longest run of entries of HTML in which no component begins or ends, if it can be shortened."""
    pieces = section.split(SLOT)
    first, found = -1, None
    for text, run in groupby(pieces[1:-1]):
        count = sum(1 for _ in run)
        first += 1
        if count > max(_ENOUGH, found.times if found else 0) and _is_level(text):
            found = Run(first, count)
        first += count - 1
    before = SLOT.join(pieces[: found.first + 1]) if found else ""
    return found if before.rfind("<") <= before.rfind(">") else None  # not in the value of an attribute


def _is_level(text: str) -> bool:
    """Whether HTML between two slots closes as many elements as it opens: then all entries stand in the same ones."""
    opened = [name for name in re.findall(r"<([A-Za-z][\w:-]*)", text) if name.lower() not in VOID]
    return "mj-" not in text and "<!" not in text and len(opened) == text.count("</")
