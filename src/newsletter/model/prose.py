"""A Markdown body as parsed: HTML with slots, and the blocks of the text part. Few objects, so that it travels fast."""

from functools import partial
from typing import Any, NamedTuple

# Begins and ends a slot. No text of ours can hold it.
SLOT = "\0"


class Picture(NamedTuple):
    """An image in a body: the elements around it and `img`, target as written, alternative text, title."""

    chain: str
    src: str
    alt: str
    title: str = ""


class Reference(NamedTuple):
    """A link or image target; `event` is the number of the parser's event that begins it (see markdown.place)."""

    target: str
    event: int
    image: bool = False
    label: str = ""


class Block(NamedTuple):
    """A paragraph-like piece of the text part.

    `kind` is paragraph, heading, verbatim or rule; `first` and `rest` are what its first and
    its other lines begin with ("- ", "> "); in `text`, the target of a link stands between two SLOTs.
    `tight` says that no empty line stands before it.
    """

    kind: str
    text: str = ""
    first: str = ""
    rest: str = ""
    level: int = 0
    tight: bool = False


class Prose(NamedTuple):
    """A parsed Markdown body, ready to be joined into HTML or text.

    In `html`, what depends on the channel stands between two SLOTs; its first character says what it is:

        a letter    elements (`blockquote p`): the style attribute of the innermost
        @           the target of a link as written: its address
        !           the number of one of `pictures`: an image
        #           HTML that stands on web pages only, such as a heading's id

    `paragraphs` is the plain text of each top-level paragraph; `lead` counts those before
    `<!--more-->`; `anchors` are its headings' ids; `chains` are the elements that want a style.
    """

    html: str = ""
    blocks: tuple[Block, ...] = ()
    references: tuple[Reference, ...] = ()
    paragraphs: tuple[str, ...] = ()
    lead: int = 0
    anchors: frozenset[str] = frozenset()
    chains: frozenset[str] = frozenset()
    pictures: tuple[Picture, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Blocks and references by column: many small objects take several times as long to pickle."""
        html, blocks, references, *others = self
        return _arrived, (html, tuple(zip(*blocks, strict=True)), tuple(zip(*references, strict=True)), *others)


def _arrived(html: str, blocks: tuple[Any, ...], references: tuple[Any, ...], *others: Any) -> Prose:
    rows = zip(*blocks, strict=True), zip(*references, strict=True)
    return Prose(html, tuple(map(_block, rows[0])), tuple(map(_reference, rows[1])), *others)


_block = partial(tuple.__new__, Block)
_reference = partial(tuple.__new__, Reference)
