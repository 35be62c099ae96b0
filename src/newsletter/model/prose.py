"""A Markdown body as parsed: HTML with slots, and the blocks of the text part."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Element:
    """An opening tag whose style attribute, address or id depends on the channel.

    `chain` names it and the elements around it (`blockquote p`); `attributes` are HTML that
    always stands, `page` HTML that stands on web pages only; `href` is a target as written.
    """

    chain: str
    attributes: str = ""
    href: str = ""
    page: str = ""

    @property
    def tag(self) -> str:
        """The element's own name."""
        return self.chain[self.chain.rfind(" ") + 1 :]


@dataclass(frozen=True, slots=True)
class PageOnly:
    """HTML that stands on web pages only, such as the link around a footnote's number."""

    html: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in a body: target as written, alternative text, title."""

    chain: str
    src: str
    alt: str
    title: str = ""


Part = str | Element | PageOnly | Picture


class Address(str):
    """A link target as written, in the text part; a channel turns it into an address."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A link or image target, and where it stands (byte offset in the body)."""

    target: str
    offset: int
    image: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-like piece of the text part.

    `kind` is paragraph, heading, verbatim or rule; `first` and `rest` are what its first and
    its other lines begin with ("- ", "> "); in `pieces`, an Address stands for a link's target.
    `tight` says that no empty line stands before it.
    """

    kind: str
    pieces: tuple[str, ...] = ()
    first: str = ""
    rest: str = ""
    level: int = 0
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A parsed Markdown body, ready to be joined into HTML or text.

    `parts` are HTML with slots between; `paragraphs` is the plain text of each top-level
    paragraph; `lead` counts those before `<!--more-->`; `anchors` are its headings' ids; `chains` are
    those of its elements and pictures.
    """

    parts: tuple[Part, ...] = ()
    blocks: tuple[Block, ...] = ()
    references: tuple[Reference, ...] = ()
    paragraphs: tuple[str, ...] = ()
    lead: int = 0
    anchors: frozenset[str] = frozenset()
    chains: frozenset[str] = frozenset()
