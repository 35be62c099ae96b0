"""layouts: the blocks of filled templates, found once for all texts that these give in the same way.

Templates that were rendered before give a text with tokens, and what stands in their place. Where blocks begin
and end in it does not depend on these contents, as long as they are known to be tidy. So a text is put together
from its pieces, and taken apart only if it has to be cut.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from newsletter.channels.social import even
from newsletter.channels.social.blocks import Block, Kind, join, most, split
from newsletter.channels.social.fitting import Fitted, longest
from newsletter.channels.social.platforms import Platform
from newsletter.filling import TOKEN, Form, form
from newsletter.filling import split as split_at_tokens
from newsletter.templates import Template

BETWEEN = "\x1e"  # separates the texts of several platforms; no text of an announcement may hold it
_MANY = 8  # points
_UNTIDY = ("\t", "\x02", BETWEEN, " \n", "\n\n\n")  # what split() takes away, or takes for a sign of its own


class Layout(NamedTuple):
    """The blocks of a text with tokens: the form of the whole, and for each block its slot, or a form if it holds more.

    `bounds` are the slots of blocks that have a longest length, what else these hold, and that length. `plain`: the
    text is plain when its contents are (see even.py), and whatever is made of its blocks; `apart` are the places of
    contents that stand between white space.
    """

    whole: Form
    blocks: tuple[tuple[Kind, Form | int, str], ...]
    bounds: tuple[tuple[tuple[int, ...], int, int], ...]
    plain: bool
    apart: frozenset[int]

    def filled(self, content: Sequence[str]) -> list[Block]:
        """The blocks with their texts."""
        return [
            (kind, content[each] if each.__class__ is int else each.fill(content), gap)  # type: ignore[union-attr]
            for kind, each, gap in self.blocks
        ]

    def draft(self, content: Sequence[str], link: str, fold: int | None) -> "Draft":
        """The draft with these contents."""
        whole, _, bounds, plain, apart = self
        texts = whole.picked(content)
        is_even = plain and texts.count(link) == 1 and texts.index(link) in apart
        for slots, fixed, allowed in bounds:
            if fixed + sum([len(content[slot]) for slot in slots]) > allowed:
                return drafted(self.filled(content), fold)  # what is cut in it may be anything
        return Draft(Fitted(whole.join(texts)), is_even, None, self, content)


class Draft(NamedTuple):
    """A filled template. `whole` is all of it; `even`: it is known to be even around its link (see even.py).

    So is then what is made of its blocks, as long as the link stands apart in it.
    """

    whole: Fitted
    even: bool
    made: list[Block] | None
    layout: Layout | None = None
    content: Sequence[str] = ()

    @property
    def blocks(self) -> list[Block]:
        """Its blocks; their texts may be too long for their kinds."""
        if self.made is not None:
            return self.made
        assert self.layout is not None
        return self.layout.filled(self.content)


def drafted(blocks: list[Block], fold: int | None) -> Draft:
    """Blocks as a draft; `fold` is the length within which the hook stands complete."""
    return Draft(longest(blocks, fold), False, blocks)


@dataclass(slots=True)
class Sheets:
    """What the templates of some platforms give; `template` gives all their texts, `BETWEEN` them that sign."""

    rows: Sequence[Platform]
    template: Template
    _layouts: dict[tuple[str, tuple[bool, ...]], tuple[Layout | Form, ...]] = field(default_factory=dict)

    def drafts(self, values: Mapping[str, Any], known: set[str] | None, spelled: Callable[[str], str]) -> list[Draft]:
        """A draft for each platform. Text messages have signs of their own, which `spelled` gives a text.

        `known` are texts that are known to be plain and tidy; none where no text is.
        """
        # Hardly two issues tell of as many announcements: what was recorded for one would serve no other.
        many = len(values.get("points", ())) > _MANY
        text, content = (self.template.anew(values), list[str]()) if many else self.template.fill(values)
        link = values["link"]
        if not content or known is None or not _are_known({*content} - known, link, known):
            whole = "".join(split_at_tokens(text).fill(content)) if content else text
            parts = zip(self.rows, whole.split(BETWEEN), strict=True)
            return [drafted(split(spelled(part) if row.unit == "sms" else part), row.fold) for row, part in parts]
        key = text, tuple(map(bool, content))
        layouts = self._layouts.get(key)
        if layouts is None:
            layouts = self._layouts[key] = self._laid_out(*key)
        return [
            layout.draft(content, link, row.fold)
            if isinstance(layout, Layout)
            else drafted(split(spelled(layout.fill(content))), row.fold)
            for row, layout in zip(self.rows, layouts, strict=True)
        ]

    def _laid_out(self, text: str, present: tuple[bool, ...]) -> tuple[Layout | Form, ...]:
        """The layouts of texts with tokens, whose contents are there or empty."""
        text = TOKEN.sub(lambda token: token[0] * present[int(token[1])], text)
        parts = zip(self.rows, text.split(BETWEEN), strict=True)
        return tuple([form(part) if row.unit == "sms" else _layout(split(part), row.fold) for row, part in parts])


def is_tidy(text: str) -> bool:
    """Whether a text is none, or one that split() leaves as it is wherever it stands."""
    return text.strip(" \n") == text and not any(each in text for each in _UNTIDY)


def _are_known(others: set[str], link: str, known: set[str]) -> bool:
    """Whether these are plain and tidy texts or the link, which stays unknown; they are known from now on."""
    for each in others:
        if each == link:
            if not each.isascii():
                return False
        elif is_tidy(each) and even.is_plain(each):
            known.add(each)
        else:
            return False
    return True


def _layout(blocks: list[Block], fold: int | None) -> Layout:
    """The layout of blocks whose texts hold tokens."""
    whole = join(blocks)
    bounds = [
        (shape.order, sum(map(len, shape.literals)), allowed)
        for kind, text, _ in blocks
        if (allowed := most(kind, fold)) is not None and (shape := split_at_tokens(text))
    ]
    literals = split_at_tokens(whole).literals
    apart = [
        place
        for place, (before, after) in enumerate(pairwise(literals))
        if before[-1:] in even.AROUND and after[:1] in even.AROUND
    ]
    # With white space between all blocks it stays plain, whichever of them are cut or left out.
    plain = even.keeps_plain(literals) and all(gap for _, _, gap in blocks[1:])
    return Layout(form(whole), tuple(map(_formed, blocks)), tuple(bounds), plain, frozenset(apart))


def _formed(block: Block) -> tuple[Kind, Form | int, str]:
    kind, text, gap = block
    alone = TOKEN.fullmatch(text)
    return kind, int(alone[1]) if alone else form(text), gap
