"""A parsed Markdown body, as HTML with slots and as the blocks of the text part.

It consists of few objects, so that pickling it and sending it to another process are fast.
"""

from dataclasses import dataclass
from typing import NamedTuple

# Begins and ends a slot. Texts cannot contain it.
SLOT = "\0"


class Picture(NamedTuple):
    """An image in a body. `chain` names the elements around it and `img`; `src` is its target as written."""

    chain: str
    src: str
    alt: str
    title: str = ""


class Reference(NamedTuple):
    """The target of a link or image, as written.

    `event` is the number of the parser event with which the link or image starts (see markdown.place).
    """

    target: str
    event: int
    image: bool = False
    label: str = ""


class Block(NamedTuple):
    """A block of the text part.

    `kind` is "paragraph", "heading", "verbatim" or "rule". `first` and `rest` are the prefixes of its first line and
    of its other lines, such as "- " or "> ". In `text`, the target of a link is written between two SLOTs. If `tight`
    is true, no empty line precedes it.
    """

    kind: str
    text: str = ""
    first: str = ""
    rest: str = ""
    level: int = 0
    tight: bool = False


@dataclass(frozen=True)  # with slots, pickling takes twice as long
class Prose:
    """A parsed Markdown body, from which channels write HTML or text.

    In `html`, everything that depends on the channel is a slot between two SLOTs. Its first character is its kind:

        a letter    names of nested elements (`blockquote p`); becomes the style attribute of the innermost one
        @           the target of a link, as written; becomes its URL
        !           the index of one of `pictures`; becomes an image
        #           HTML for web pages only, such as the id of a heading

    `paragraphs` represents each top-level paragraph by the index of a block that has the same text except for URLs, or
    by its plain text if more is left out (see prose.paragraphs). `lead` is the number of those before `<!--more-->`;
    `anchors` are the ids of the headings; `chains` are the nested elements that have a style.
    """

    html: str = ""
    blocks: tuple[Block, ...] = ()
    references: tuple[Reference, ...] = ()
    paragraphs: tuple[int | str, ...] = ()
    lead: int = 0
    anchors: frozenset[str] = frozenset()
    chains: frozenset[str] = frozenset()
    pictures: tuple[Picture, ...] = ()
