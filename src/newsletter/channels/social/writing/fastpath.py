"""layouts: the blocks of filled templates, found once for all texts that these give in the same way.

Templates that were rendered before give a text with tokens, and what stands in their place. Where blocks begin
and end in it does not depend on these contents, as long as they are known to be tidy. So a text is put together
from its pieces, and taken apart only if it has to be cut.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from newsletter.channels.social.counting import fastpath
from newsletter.channels.social.counting.platforms import Platform
from newsletter.channels.social.writing.blocks import Block, BlockKind, join, most, split
from newsletter.channels.social.writing.fitting import longest
from newsletter.theme.slots import TOKEN, Form, form
from newsletter.theme.slots import split as split_at_tokens
from newsletter.theme.templates import Template

BETWEEN = "\x1e"  # separates the texts of several platforms; no text of an announcement may hold it
_MANY = 8  # points
_APART = "\x01"  # nor may it hold this
# What split() takes away, or takes for a sign of its own.
_UNTIDY = (
    "\t",
    "\x02",
    BETWEEN,
    " \n",
    "\n\n\n",
    *(f"{_APART}{each}" for each in " \n"),
    *(f"{each}{_APART}" for each in " \n"),
)


class Layout(NamedTuple):
    """The blocks of a text with tokens: the form of the whole, and for each block its slot, or a form if it holds more.

    `bounds` are the slots of blocks that have a longest length, what else these hold, and that length. `simple`: the
    text is simple around its link (see counting/fastpath.py), and so is whatever is made of its blocks, where the link
    stands apart.
    """

    whole: Form
    blocks: tuple[tuple[BlockKind, Form | int, str], ...]
    bounds: tuple[tuple[tuple[int, ...], int, int], ...]
    simple: bool

    def filled(self, content: Sequence[str]) -> list[Block]:
        """The blocks with their texts."""
        return [
            (kind, content[each] if each.__class__ is int else each.fill(content), gap)  # type: ignore[union-attr]
            for kind, each, gap in self.blocks
        ]

    def draft(self, content: Sequence[str], fold: int | None) -> "FilledDraft":
        """The draft with these contents."""
        whole, _, bounds, simple = self
        for slots, fixed, allowed in bounds:
            if fixed + sum([len(content[slot]) for slot in slots]) > allowed:
                return drafted(self.filled(content), fold)  # what is cut in it may be anything
        return FilledDraft(whole.fill(content), (), (), simple, None, self, content)


class FilledDraft(NamedTuple):
    """A filled template: all of it, what is left out or shortened however much room there is, whether it is simple.

    So is then what is made of its blocks, as long as the link stands apart in it.
    """

    text: str
    dropped: tuple[str, ...]
    shortened: tuple[str, ...]
    simple: bool
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


def drafted(blocks: list[Block], fold: int | None) -> FilledDraft:
    """Blocks as a draft; `fold` is the length within which the hook stands complete."""
    return FilledDraft(*longest(blocks, fold), False, blocks)


@dataclass(slots=True)
class TemplateSheets:
    """What the templates of some platforms give; `template` gives all their texts, `BETWEEN` them that sign."""

    rows: Sequence[Platform]
    template: Template
    _layouts: dict[tuple[str, tuple[int, ...]], tuple[Layout | Form, ...]] = field(default_factory=dict)

    def drafts(
        self, values: Mapping[str, Any], known: dict[str, int] | None, spelled: Callable[[str], str]
    ) -> list[FilledDraft]:
        """A draft for each platform. Text messages have signs of their own, which `spelled` gives a text.

        `known` holds texts that are known to be plain and tidy (see kinds()); it is none where no text is.
        """
        # Hardly two issues tell of as many announcements: what was recorded for one would serve no other.
        many = len(values.get("points", ())) > _MANY
        text, content = (self.template.anew(values), list[str]()) if many else self.template.fill(values)
        of_kinds = kinds(content, values["link"], known) if content and known is not None else None
        if of_kinds is None:
            whole = "".join(split_at_tokens(text).fill(content)) if content else text
            parts = zip(self.rows, whole.split(BETWEEN), strict=True)
            return [drafted(split(spelled(part) if row.unit == "sms" else part), row.fold) for row, part in parts]
        key = text, of_kinds
        layouts = self._layouts.get(key)
        if layouts is None:
            layouts = self._layouts[key] = self._laid_out(*key)
        return [
            layout.draft(content, row.fold)
            if layout.__class__ is Layout
            else drafted(split(spelled(layout.fill(content))), row.fold)  # type: ignore[union-attr]
            for row, layout in zip(self.rows, layouts, strict=True)
        ]

    def _laid_out(self, text: str, of_kinds: tuple[int, ...]) -> tuple[Layout | Form, ...]:
        """The layouts of texts with tokens, whose contents are of these kinds."""
        text = TOKEN.sub(lambda token: token[0] if of_kinds[int(token[1])] else "", text)
        links = {slot for slot, kind in enumerate(of_kinds) if kind == LINK}
        parts = zip(self.rows, text.split(BETWEEN), strict=True)
        return tuple(
            [form(part) if row.unit == "sms" else _layout(split(part), row.fold, links) for row, part in parts]
        )


NONE, TEXT, LINK = range(3)  # what a content may be


def kinds(content: Sequence[str], link: str, known: dict[str, int]) -> tuple[int, ...] | None:
    """What each of these is: nothing, a plain and tidy text, or the link; none when one is something else.

    `known` are texts of which this is known; others are from now on.
    """
    if not link.isascii():
        return None
    known[link] = LINK
    try:
        try:
            return tuple(map(known.__getitem__, content))
        except KeyError:
            others = {*content}.difference(known)
            if not (are_tidy(others) and fastpath.is_plain(_APART.join(others))):
                return None
            known.update(dict.fromkeys(others, TEXT))
            return tuple(map(known.__getitem__, content))
    finally:
        del known[link]


def are_tidy(texts: Collection[str]) -> bool:
    """Whether each of these is a text that split() leaves as it is wherever it stands."""
    whole = _APART.join(["", *texts, ""])
    return whole.count(_APART) == len(texts) + 1 and not any(map(whole.__contains__, _UNTIDY))


def _layout(blocks: list[Block], fold: int | None, links: Container[int]) -> Layout:
    """The layout of blocks whose texts hold tokens; `links` are the slots of links."""
    whole = join(blocks)
    bounds = [
        (shape.order, sum(map(len, shape.literals)), allowed)
        for kind, text, _ in blocks
        if (allowed := most(kind, fold)) is not None and (shape := split_at_tokens(text))
    ]
    shape = split_at_tokens(whole)
    around = [pair for slot, pair in zip(shape.order, pairwise(shape.literals), strict=True) if slot in links]
    is_apart = len(around) == 1 and around[0][0][-1:] in fastpath.AROUND and around[0][1][:1] in fastpath.AROUND
    # With white space between all blocks it stays plain, whichever of them are cut or left out.
    plain = fastpath.preserves_plain(shape.literals) and all(gap for _, _, gap in blocks[1:])
    return Layout(form(whole), tuple(map(_formed, blocks)), tuple(bounds), is_apart and plain)


def _formed(block: Block) -> tuple[BlockKind, Form | int, str]:
    kind, text, gap = block
    alone = TOKEN.fullmatch(text)
    return kind, int(alone[1]) if alone else form(text), gap
