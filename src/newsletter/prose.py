"""prose: a parsed body joined into HTML, for a mail, a feed or a page, or into plain text."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from newsletter import text
from newsletter.model import Address, Block, Element, PageOnly, Picture, Prose

WIDTH = 72  # columns of the text part


def no_style(chain: str) -> str:
    """For channels whose HTML carries no style attributes."""
    return ""


@dataclass(frozen=True, slots=True)
class Flavour:
    """How one channel renders what a body leaves open.

    `style` gives the HTML attribute for a chain of elements (with its leading space) or "";
    `link` the address for a target; `picture` address, width and height (0: unknown) of an image.
    """

    link: Callable[[str], str]
    picture: Callable[[str], tuple[str, int, int]]
    style: Callable[[str], str] = no_style
    page: bool = False
    widest: int = 0  # px; images are shown no wider (0: no bound)


def html(prose: Prose, flavour: Flavour) -> str:
    """The body as HTML. All text in it was escaped when it was parsed."""
    out: list[str] = []
    for part in prose.parts:
        if part.__class__ is str:
            out.append(part)
        elif isinstance(part, Element):
            out.append(_opening(part, flavour))
        elif isinstance(part, Picture):
            out.append(_image(part, flavour))
        elif isinstance(part, PageOnly) and flavour.page:
            out.append(part.html)
    return "".join(out).strip("\n")


def _opening(element: Element, flavour: Flavour) -> str:
    href = f' href="{escape(flavour.link(element.href))}"' if element.href else ""
    page = element.page if flavour.page else ""
    return f"<{element.tag}{href}{element.attributes}{page}{flavour.style(element.chain)}>"


def _image(picture: Picture, flavour: Flavour) -> str:
    address, width, height = flavour.picture(picture.src)
    if flavour.widest and width > flavour.widest:
        width, height = flavour.widest, round(height * flavour.widest / width)
    size = f' width="{width}" height="{height}"' if width else ""
    title = f' title="{escape(picture.title)}"' if picture.title else ""
    return (
        f'<img src="{escape(address)}" alt="{escape(picture.alt)}"{title}{size}{flavour.style(picture.chain)}>'
    )  # fmt: skip


def plain(prose: Prose, link: Callable[[str], str], width: int = WIDTH) -> str:
    """The body as text that reads like a letter: headings underlined, lists, `label <address>`."""
    out: list[str] = []
    above = ""
    for block in prose.blocks:
        if out and not block.tight:
            # The line between two paragraphs of one quotation keeps the quotation's sign.
            inside = ">" in above and ">" in block.first
            out.append(_shared(above, block.first) if inside else "")
        out.append(_block(block, link, width))
        above = block.rest
    return "\n".join(out)


def _shared(one: str, other: str) -> str:
    """What two line beginnings have in common."""
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(character for character, _ in same).rstrip(" ")


def _block(block: Block, link: Callable[[str], str], width: int) -> str:
    if block.kind == "rule":
        return f"{block.first}{'* * *':^{width - len(block.first)}}".rstrip(" ")
    words = "".join(_spelled(piece, link) for piece in block.pieces)
    if block.kind == "verbatim":
        lines = words.rstrip("\n").split("\n")
        return "\n".join([block.first + lines[0], *(block.rest + line for line in lines[1:])])
    wrapped = text.wrap(words.strip(" \n"), width, block.first, block.rest)
    if block.kind == "heading":
        longest = max(len(line) for line in wrapped.split("\n")) - len(block.rest)
        wrapped += "\n" + block.rest + ("=" if block.level <= 2 else "-") * longest
    return wrapped


def _spelled(piece: str, link: Callable[[str], str]) -> str:
    if not isinstance(piece, Address):
        return piece
    address = link(piece)
    return f" <{address.removeprefix('mailto:').removeprefix('tel:')}>"
