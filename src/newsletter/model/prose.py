"""A parsed Markdown body, as HTML with slots and as the blocks of the text part.

It consists of few objects, so that it is quickly pickled and sent to another process.
"""

import pickle
from collections import deque
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, NamedTuple

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
    of its other lines, such as "- " or "> ". In `text`, the target of a link is written between two SLOTs. If `tight`,
    no empty line precedes it.
    """

    kind: str
    text: str = ""
    first: str = ""
    rest: str = ""
    level: int = 0
    tight: bool = False


@dataclass(frozen=True)
class Prose:
    """A parsed Markdown body, from which channels write HTML or text.

    In `html`, everything that depends on the channel is a slot between two SLOTs. Its first character is its kind:

        a letter    names of nested elements (`blockquote p`); becomes the style attribute of the innermost one
        @           the target of a link, as written; becomes its URL
        !           the index of one of `pictures`; becomes an image
        #           HTML for web pages only, such as the id of a heading

    `paragraphs` are the paragraphs on the top level: the index of a block that has the same text except for URLs, or
    the plain text if more is left out (see prose.paragraphs). `lead` is the number of those before `<!--more-->`;
    `anchors` are the ids of the headings; `chains` are the nested elements that have a style.

    A body that is sealed, or was sent by another process, is kept pickled. Its fields are unpickled when they are used,
    and only the bodies used last stay unpickled: most of what a process receives is used once, or never.
    """

    # Factories, because a default value in the class would be found before __getattr__ is called.
    html: str = field(default_factory=str)
    blocks: tuple[Block, ...] = field(default_factory=tuple)
    references: tuple[Reference, ...] = field(default_factory=tuple)
    paragraphs: tuple[int | str, ...] = field(default_factory=tuple)
    lead: int = field(default_factory=int)
    anchors: frozenset[str] = field(default_factory=frozenset)
    chains: frozenset[str] = field(default_factory=frozenset)
    pictures: tuple[Picture, ...] = field(default_factory=tuple)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        sealed = self.__dict__.get(_SEALED) or _pickle_fields(self)
        return _from_sealed, (self.lead, self.chains, *sealed)

    def seal(self) -> None:
        """Keep the fields pickled, which takes half the memory."""
        if _SEALED not in self.__dict__:
            self.__dict__[_SEALED] = _pickle_fields(self)
            self.close()

    def __getattr__(self, name: str) -> Any:
        """Unpickle a field of a sealed body."""
        sealed = self.__dict__.get(_SEALED)
        if sealed is None or name not in _FIELDS:
            raise AttributeError(name)
        html, texts, others = sealed
        if name == "html":  # not kept: it is quickly decoded, and large
            return str(html, "utf-8")
        if self.__dict__.keys().isdisjoint(_FIELDS):
            if len(_OPENED) == _OPENED.maxlen:
                _OPENED.popleft().close()
            _OPENED.append(self)
        self.__dict__.update(_unpickle_texts(texts) if name in _TEXTS else _unpickle_others(others))
        return self.__dict__[name]

    def close(self) -> None:
        """Drop the unpickled fields of a sealed body."""
        if _SEALED in self.__dict__:
            for name in _FIELDS:
                self.__dict__.pop(name, None)


_SEALED = "_sealed"
_FIELDS = frozenset(each.name for each in fields(Prose)) - {"lead", "chains"}  # which are small, and often used
_TEXTS = frozenset(("blocks", "paragraphs"))  # large, and not used for pages and feeds
_OPENED: deque[Prose] = deque(maxlen=64)


def _pickle_fields(prose: Prose) -> tuple[bytes, bytes, bytes]:
    """Return the HTML encoded, the texts and the other fields pickled. Named tuples would take three times as long."""
    blocks, references, pictures = (
        tuple(map(tuple, rows)) for rows in (prose.blocks, prose.references, prose.pictures)
    )
    texts = pickle.dumps((blocks, prose.paragraphs), pickle.HIGHEST_PROTOCOL)
    others = pickle.dumps((references, prose.anchors, pictures), pickle.HIGHEST_PROTOCOL)
    return prose.html.encode(), texts, others


def _unpickle_texts(sealed: bytes) -> dict[str, Any]:
    blocks, paragraphs = pickle.loads(sealed)
    return {"blocks": tuple(map(_block, blocks)), "paragraphs": paragraphs}


def _unpickle_others(sealed: bytes) -> dict[str, Any]:
    references, anchors, pictures = pickle.loads(sealed)
    return {
        "references": tuple(map(_reference, references)), "anchors": anchors, "pictures": tuple(map(_picture, pictures))
    }  # fmt: skip


def _from_sealed(lead: int, chains: frozenset[str], *sealed: bytes) -> Prose:
    prose = object.__new__(Prose)
    prose.__dict__.update(lead=lead, chains=chains, _sealed=sealed)
    return prose


_block = partial(tuple.__new__, Block)
_reference = partial(tuple.__new__, Reference)
_picture = partial(tuple.__new__, Picture)
