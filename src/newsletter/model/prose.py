"""A Markdown body as parsed: HTML with slots, and the blocks of the text part. Few objects, so that it travels fast."""

import pickle
from collections import deque
from dataclasses import dataclass, field, fields
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


@dataclass(frozen=True)
class Prose:
    """A parsed Markdown body, ready to be joined into HTML or text.

    In `html`, what depends on the channel stands between two SLOTs; its first character says what it is:

        a letter    elements (`blockquote p`): the style attribute of the innermost
        @           the target of a link as written: its address
        !           the number of one of `pictures`: an image
        #           HTML that stands on web pages only, such as a heading's id

    `paragraphs` are those of the top level: the number of the block, whose text it is but for addresses, or where more
    is left out, the plain text (see prose.paragraphs). `lead` counts those before `<!--more-->`; `anchors` are its
    headings' ids; `chains` are the elements that want a style.

    It travels sealed, and is opened where it is read: of all that one process sends, another reads a part, one body
    after another. So only a few stay open.
    """

    # Made by factories, since a default that stands in the class would be found before a sealed value.
    html: str = field(default_factory=str)
    blocks: tuple[Block, ...] = field(default_factory=tuple)
    references: tuple[Reference, ...] = field(default_factory=tuple)
    paragraphs: tuple[int | str, ...] = field(default_factory=tuple)
    lead: int = field(default_factory=int)
    anchors: frozenset[str] = field(default_factory=frozenset)
    chains: frozenset[str] = field(default_factory=frozenset)
    pictures: tuple[Picture, ...] = field(default_factory=tuple)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        sealed = self.__dict__.get(_SEALED) or _sealed(self)
        return _arrived, (self.lead, self.chains, *sealed)

    def seal(self) -> None:
        """Keep it as it travels, in half the room."""
        if _SEALED not in self.__dict__:
            self.__dict__[_SEALED] = _sealed(self)
            self.close()

    def __getattr__(self, name: str) -> Any:
        """A field of one that is sealed."""
        sealed = self.__dict__.get(_SEALED)
        if sealed is None or name not in _FIELDS:
            raise AttributeError(name)
        html, texts, others = sealed
        if name == "html":  # takes no time, and much room
            return str(html, "utf-8")
        if self.__dict__.keys().isdisjoint(_FIELDS):
            if len(_OPEN) == _OPEN.maxlen:
                _OPEN.popleft().close()
            _OPEN.append(self)
        self.__dict__.update(_open_texts(texts) if name in _TEXTS else _open_others(others))
        return self.__dict__[name]

    def close(self) -> None:
        """Seal it again, if it was sealed."""
        if _SEALED in self.__dict__:
            for name in _FIELDS:
                self.__dict__.pop(name, None)


_SEALED = "_sealed"
_FIELDS = frozenset(each.name for each in fields(Prose)) - {"lead", "chains"}  # those are small, and often asked for
_TEXTS = frozenset(("blocks", "paragraphs"))  # long, and of no use for a page or a feed
_OPEN: deque[Prose] = deque(maxlen=64)


def _sealed(prose: Prose) -> tuple[bytes, bytes, bytes]:
    """Its HTML, its texts, and its other values in plain tuples: these are pickled in a third of the time."""
    blocks, references, pictures = (
        tuple(map(tuple, rows)) for rows in (prose.blocks, prose.references, prose.pictures)
    )
    texts = pickle.dumps((blocks, prose.paragraphs), pickle.HIGHEST_PROTOCOL)
    others = pickle.dumps((references, prose.anchors, pictures), pickle.HIGHEST_PROTOCOL)
    return prose.html.encode(), texts, others


def _open_texts(sealed: bytes) -> dict[str, Any]:
    blocks, paragraphs = pickle.loads(sealed)
    return {"blocks": tuple(map(_block, blocks)), "paragraphs": paragraphs}


def _open_others(sealed: bytes) -> dict[str, Any]:
    references, anchors, pictures = pickle.loads(sealed)
    return {
        "references": tuple(map(_reference, references)), "anchors": anchors, "pictures": tuple(map(_picture, pictures))
    }  # fmt: skip


def _arrived(lead: int, chains: frozenset[str], *sealed: bytes) -> Prose:
    made = object.__new__(Prose)
    made.__dict__.update(lead=lead, chains=chains, _sealed=sealed)
    return made


_block = partial(tuple.__new__, Block)
_reference = partial(tuple.__new__, Reference)
_picture = partial(tuple.__new__, Picture)
