"""Render a parsed body as plain text, or as HTML for mails, feeds and web pages."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter import text
from newsletter.model import SLOT, Block, Picture, Prose
from newsletter.text.entities import escape

WIDTH = 72  # columns of plain text


def no_style(chain: str) -> str:
    """Return "", for channels whose HTML has no style attributes."""
    return ""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How a channel renders links, images, styles and footnotes.

    `link` takes a target and returns its address. `picture` takes the path of an image and returns its address, width
    and height (0 if unknown). `style` takes a chain of elements and returns its style attribute, including a leading
    space, or "". `page` is true for web pages, which have anchors and links to and from footnotes.
    """

    link: Callable[[str], str]
    picture: Callable[[str], tuple[str, int, int]]
    style: Callable[[str], str] = no_style
    page: bool = False
    widest: int = 0  # px; wider images are scaled down (0: no limit)


def html(prose: Prose, options: RenderOptions) -> str:
    """Return the body as HTML. Its text was already escaped during parsing."""
    pieces = prose.html.split(SLOT)
    pieces[1::2] = map(_SlotContents(prose, options).__getitem__, pieces[1::2])
    return "".join(pieces)


class _SlotContents(dict[str, str]):
    """Maps each slot of a body to its content, and caches it because the same few slots repeat."""

    __slots__ = ("options", "prose")

    def __init__(self, prose: Prose, options: RenderOptions) -> None:
        super().__init__()
        self.prose, self.options = prose, options

    def __missing__(self, slot: str) -> str:
        kind, options = slot[0], self.options
        if kind == "@":
            content = escape(options.link(slot[1:]))
        elif kind == "!":
            content = _render_image(self.prose.pictures[int(slot[1:])], options)
        elif kind == "#":
            content = slot[1:] if options.page else ""
        else:
            content = options.style(slot)
        self[slot] = content
        return content


def _render_image(picture: Picture, options: RenderOptions) -> str:
    address, width, height = options.picture(picture.src)
    if options.widest and width > options.widest:
        width, height = options.widest, round(height * options.widest / width)
    size = f' width="{width}" height="{height}"' if width else ""
    title = f' title="{escape(picture.title)}"' if picture.title else ""
    return (
        f'<img src="{escape(address)}" alt="{escape(picture.alt)}"{title}{size}{options.style(picture.chain)}>'
    )  # fmt: skip


def paragraphs(prose: Prose, end: int | None = None) -> list[str]:
    """Return the first `end` top-level paragraphs (default: all) as plain text, each on one line."""
    return list(iter_paragraphs(prose, end))


def iter_paragraphs(prose: Prose, end: int | None = None) -> Iterator[str]:
    """Like paragraphs(), but return an iterator."""
    items = prose.paragraphs[:end]
    texts = (each if isinstance(each, str) else _without_addresses(prose.blocks[each].text) for each in items)
    return map(text.one_line, texts)


def _without_addresses(words: str) -> str:
    return "".join(words.split(SLOT)[::2]) if SLOT in words else words


def plain(prose: Prose, link: Callable[[str], str], width: int = WIDTH) -> str:
    """Return the body as plain text, wrapped at `width` columns.

    Headings are underlined, and links are written as `label <address>`. `link` takes a target and returns its address.
    """
    out: list[str] = []
    previous = ""
    for block in prose.blocks:
        if out and not block.tight:
            # An empty line inside a quotation must begin with `>`, too.
            inside = ">" in previous and ">" in block.first
            out.append(_shared_prefix(previous, block.first) if inside else "")
        out.append(_render_block(block, link, width))
        previous = block.rest
    return "\n".join(out)


def _shared_prefix(one: str, other: str) -> str:
    """Return the longest common beginning of two line prefixes, without trailing spaces."""
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(character for character, _ in same).rstrip(" ")


def _render_block(block: Block, link: Callable[[str], str], width: int) -> str:
    kind, words, first, rest, level, _ = block
    if kind == "rule":
        return f"{first}{'* * *':^{width - len(first)}}".rstrip(" ")
    if SLOT in words:
        words = _with_addresses(words, link)
    if kind == "verbatim":
        lines = words.rstrip("\n").split("\n")
        return "\n".join([first + lines[0], *(rest + line for line in lines[1:])])
    wrapped = text.wrap(words.strip(" \n"), width, first, rest)
    if kind == "heading":
        longest = max(map(len, wrapped.split("\n"))) - len(rest)
        wrapped += "\n" + rest + ("=" if level <= 2 else "-") * longest
    return wrapped


def _with_addresses(words: str, link: Callable[[str], str]) -> str:
    """Replace the targets in the text of a block with their addresses."""
    pieces = words.split(SLOT)
    for index in range(1, len(pieces), 2):
        pieces[index] = f" <{link(pieces[index]).removeprefix('mailto:').removeprefix('tel:')}>"
    return "".join(pieces)
