"""prose: a parsed body joined into HTML, for a mail, a feed or a page, or into plain text."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter import text
from newsletter.model import SLOT, Block, Picture, Prose
from newsletter.text.entities import escape

WIDTH = 72  # columns of the text part


def no_style(chain: str) -> str:
    """For channels whose HTML carries no style attributes."""
    return ""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How one channel renders what a body leaves open.

    `style` gives the HTML attribute for a chain of elements (with its leading space) or "";
    `link` the address for a target; `picture` address, width and height (0: unknown) of an image.
    """

    link: Callable[[str], str]
    picture: Callable[[str], tuple[str, int, int]]
    style: Callable[[str], str] = no_style
    page: bool = False
    widest: int = 0  # px; images are shown no wider (0: no bound)


def html(prose: Prose, flavour: RenderOptions) -> str:
    """The body as HTML. All text in it was escaped when it was parsed."""
    pieces = prose.html.split(SLOT)
    pieces[1::2] = map(_Slots(prose, flavour).__getitem__, pieces[1::2])
    return "".join(pieces)


class _Slots(dict[str, str]):
    """What stands in the slots of a body; the same few come again and again."""

    __slots__ = ("flavour", "prose")

    def __init__(self, prose: Prose, flavour: RenderOptions) -> None:
        super().__init__()
        self.prose, self.flavour = prose, flavour

    def __missing__(self, slot: str) -> str:
        sign, flavour = slot[0], self.flavour
        if sign == "@":
            made = escape(flavour.link(slot[1:]))
        elif sign == "!":
            made = _image(self.prose.pictures[int(slot[1:])], flavour)
        elif sign == "#":
            made = slot[1:] if flavour.page else ""
        else:
            made = flavour.style(slot)
        self[slot] = made
        return made


def _image(picture: Picture, flavour: RenderOptions) -> str:
    address, width, height = flavour.picture(picture.src)
    if flavour.widest and width > flavour.widest:
        width, height = flavour.widest, round(height * flavour.widest / width)
    size = f' width="{width}" height="{height}"' if width else ""
    title = f' title="{escape(picture.title)}"' if picture.title else ""
    return (
        f'<img src="{escape(address)}" alt="{escape(picture.alt)}"{title}{size}{flavour.style(picture.chain)}>'
    )  # fmt: skip


def paragraphs(prose: Prose, end: int | None = None) -> list[str]:
    """The plain text of each top-level paragraph, or of the first few, in one line each."""
    return list(iter_paragraphs(prose, end))


def iter_paragraphs(prose: Prose, end: int | None = None) -> Iterator[str]:
    """As paragraphs(), one by one, for those who need the first."""
    found = prose.paragraphs[:end]
    texts = (each if isinstance(each, str) else _unaddressed(prose.blocks[each].text) for each in found)
    return map(text.one_line, texts)


def _unaddressed(words: str) -> str:
    return "".join(words.split(SLOT)[::2]) if SLOT in words else words


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
    kind, words, first, rest, level, _ = block
    if kind == "rule":
        return f"{first}{'* * *':^{width - len(first)}}".rstrip(" ")
    if SLOT in words:
        words = _spelled(words, link)
    if kind == "verbatim":
        lines = words.rstrip("\n").split("\n")
        return "\n".join([first + lines[0], *(rest + line for line in lines[1:])])
    wrapped = text.wrap(words.strip(" \n"), width, first, rest)
    if kind == "heading":
        longest = max(map(len, wrapped.split("\n"))) - len(rest)
        wrapped += "\n" + rest + ("=" if level <= 2 else "-") * longest
    return wrapped


def _spelled(words: str, link: Callable[[str], str]) -> str:
    """A block's text with addresses for the targets in it."""
    pieces = words.split(SLOT)
    for index in range(1, len(pieces), 2):
        pieces[index] = f" <{link(pieces[index]).removeprefix('mailto:').removeprefix('tel:')}>"
    return "".join(pieces)
