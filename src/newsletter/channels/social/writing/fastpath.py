"""Reuse the block layout of filled templates for all texts with the same structure.

A template that was rendered before yields a text with tokens, and the contents to put in their place. The boundaries
of blocks do not depend on the contents, as long as these are tidy (see are_tidy). So texts are assembled from pieces,
and are split into blocks only if they must be shortened.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from newsletter.channels.social.counting import fastpath
from newsletter.channels.social.counting.platforms import Platform
from newsletter.channels.social.writing.blocks import Block, BlockKind, join, max_length, split
from newsletter.channels.social.writing.fitting import longest
from newsletter.theme.slots import TOKEN, Form, form
from newsletter.theme.slots import split as split_at_tokens
from newsletter.theme.templates import Template

BETWEEN = "\x1e"  # separates the texts of several platforms; not allowed in announcements
_MAX_POINTS = 8  # an issue with more is rendered by Jinja
_SEPARATOR = "\x01"  # between contents; not allowed in announcements either
# What split() would remove, or treat as a control character.
_UNTIDY = (
    "\t",
    "\x02",
    BETWEEN,
    " \n",
    "\n\n\n",
    *(f"{_SEPARATOR}{each}" for each in " \n"),
    *(f"{each}{_SEPARATOR}" for each in " \n"),
)


class Layout(NamedTuple):
    """The blocks of a text with tokens.

    `whole` is the form of the whole text; `blocks` holds the slot that a block consists of, or else the block's form.
    `bounds` holds, for each block with a maximum length, its slots, the length of its other text, and the maximum.
    `simple` says that the text is simple around its link (see counting/fastpath.py), and remains so when its blocks
    are cut or dropped, as long as the link is separate.
    """

    whole: Form
    blocks: tuple[tuple[BlockKind, Form | int, str], ...]
    bounds: tuple[tuple[tuple[int, ...], int, int], ...]
    simple: bool

    def filled(self, content: Sequence[str]) -> list[Block]:
        """Return the blocks with their texts."""
        return [
            (kind, content[each] if each.__class__ is int else each.fill(content), gap)  # type: ignore[union-attr]
            for kind, each, gap in self.blocks
        ]

    def draft(self, content: Sequence[str], fold: int | None) -> "FilledDraft":
        """Return the draft with these contents."""
        whole, _, bounds, simple = self
        for slots, fixed, allowed in bounds:
            if fixed + sum([len(content[slot]) for slot in slots]) > allowed:
                return make_draft(self.filled(content), fold)  # a cut text is not known to be simple
        return FilledDraft(whole.fill(content), (), (), simple, None, self, content)


class FilledDraft(NamedTuple):
    """A filled template: its text, the blocks that exceed their own maximum, and whether it is simple.

    `dropped` and `shortened` name the blocks that were dropped or shortened to their own maximum, regardless of the
    platform's limit. If `simple`, texts made from its blocks are simple as well, as long as the link is separate in
    them.
    """

    text: str
    dropped: tuple[str, ...]
    shortened: tuple[str, ...]
    simple: bool
    split_blocks: list[Block] | None
    layout: Layout | None = None
    content: Sequence[str] = ()

    @property
    def blocks(self) -> list[Block]:
        """The blocks, whose texts may exceed the maximum of their kinds."""
        if self.split_blocks is not None:
            return self.split_blocks
        assert self.layout is not None
        return self.layout.filled(self.content)


def make_draft(blocks: list[Block], fold: int | None) -> FilledDraft:
    """Return a draft of the blocks, whose hook must fit within `fold`."""
    return FilledDraft(*longest(blocks, fold), False, blocks)


@dataclass(slots=True)
class TemplateSheets:
    """The templates of several platforms, rendered together.

    `template` renders the texts of all `rows`, separated by `BETWEEN`.
    """

    rows: Sequence[Platform]
    template: Template
    _layouts: dict[tuple[str, tuple[int, ...]], tuple[Layout | Form, ...]] = field(default_factory=dict)

    def drafts(
        self, values: Mapping[str, Any], known: dict[str, int] | None, to_sms: Callable[[str], str]
    ) -> list[FilledDraft]:
        """Return a draft for each platform. `to_sms` converts the text for text messages.

        `known` holds texts known to be plain and tidy (see kinds()); None if no text may be treated as plain.
        """
        # Hardly any two issues have the same number of announcements, so recording would not help.
        is_long = len(values.get("points", ())) > _MAX_POINTS
        text, content = self.template.fill(values) if not is_long else (self.template.render_with_jinja(values), [])
        content_kinds = kinds(content, values["link"], known) if content and known is not None else None
        if content_kinds is None:
            whole = "".join(split_at_tokens(text).fill(content)) if content else text
            parts = zip(self.rows, whole.split(BETWEEN), strict=True)
            return [make_draft(split(to_sms(part) if row.unit == "sms" else part), row.fold) for row, part in parts]
        key = text, content_kinds
        layouts = self._layouts.get(key)
        if layouts is None:
            layouts = self._layouts[key] = self._make_layouts(*key)
        return [
            layout.draft(content, row.fold)
            if layout.__class__ is Layout
            else make_draft(split(to_sms(layout.fill(content))), row.fold)  # type: ignore[union-attr]
            for row, layout in zip(self.rows, layouts, strict=True)
        ]

    def _make_layouts(self, text: str, content_kinds: tuple[int, ...]) -> tuple[Layout | Form, ...]:
        """Return the layouts of a text with tokens whose contents are of these kinds."""
        text = TOKEN.sub(lambda token: token[0] if content_kinds[int(token[1])] else "", text)
        links = {slot for slot, kind in enumerate(content_kinds) if kind == LINK}
        parts = zip(self.rows, text.split(BETWEEN), strict=True)
        return tuple(
            [form(part) if row.unit == "sms" else _make_layout(split(part), row.fold, links) for row, part in parts]
        )


NONE, TEXT, LINK = range(3)  # kinds of content


def kinds(content: Sequence[str], link: str, known: dict[str, int]) -> tuple[int, ...] | None:
    """Return the kind of each content, or None if one is not empty, not the link, and not plain and tidy.

    `known` maps texts to kinds found before, and is updated.
    """
    if not link.isascii():
        return None
    known[link] = LINK
    try:
        try:
            return tuple(map(known.__getitem__, content))
        except KeyError:
            new_texts = {*content}.difference(known)
            if not (are_tidy(new_texts) and fastpath.is_plain(_SEPARATOR.join(new_texts))):
                return None
            known.update(dict.fromkeys(new_texts, TEXT))
            return tuple(map(known.__getitem__, content))
    finally:
        del known[link]


def are_tidy(texts: Collection[str]) -> bool:
    """Return whether split() leaves each of these texts unchanged, wherever it occurs."""
    joined = _SEPARATOR.join(["", *texts, ""])
    return joined.count(_SEPARATOR) == len(texts) + 1 and not any(map(joined.__contains__, _UNTIDY))


def _make_layout(blocks: list[Block], fold: int | None, links: Container[int]) -> Layout:
    """Return the layout of blocks whose texts contain tokens; `links` are the slots of links."""
    whole = join(blocks)
    bounds = [
        (shape.order, sum(map(len, shape.literals)), allowed)
        for kind, text, _ in blocks
        if (allowed := max_length(kind, fold)) is not None and (shape := split_at_tokens(text))
    ]
    shape = split_at_tokens(whole)
    around = [pair for slot, pair in zip(shape.order, pairwise(shape.literals), strict=True) if slot in links]
    is_separate = len(around) == 1 and around[0][0][-1:] in fastpath.AROUND and around[0][1][:1] in fastpath.AROUND
    # With white space between all blocks, it remains plain when some of them are cut or dropped.
    is_plain = fastpath.preserves_plain(shape.literals) and all(gap for _, _, gap in blocks[1:])
    return Layout(form(whole), tuple(map(_compile_block, blocks)), tuple(bounds), is_separate and is_plain)


def _compile_block(block: Block) -> tuple[BlockKind, Form | int, str]:
    kind, text, gap = block
    token = TOKEN.fullmatch(text)
    return kind, int(token[1]) if token else form(text), gap
