"""A Markdown body as parsed: HTML with slots, and the blocks of the text part. Few objects, so that it travels fast."""

import pickle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, NamedTuple

# Begins and ends a slot. No text of ours can hold it.
SLOT = "\0"

Sealed = bytes | memoryview


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
        html, others = self.__dict__.get(_SEALED) or _sealed(self)
        return _arrived, (pickle.PickleBuffer(html), pickle.PickleBuffer(others))

    def seal(self, put: Callable[[bytes], Sealed] = bytes) -> None:
        """Keep it as it travels, in half the room, where `put` puts it."""
        if _SEALED not in self.__dict__:
            html, others = _sealed(self)
            self.__dict__.clear()
            self.__dict__[_SEALED] = put(html), put(others)

    def __getattr__(self, name: str) -> Any:
        """A field of one that is sealed."""
        html, others = self.__dict__.get(_SEALED, (None, b""))
        if html is None or name not in _FIELDS:
            raise AttributeError(name)
        if name == "html":  # takes no time, and much room
            return str(html, "utf-8")
        self.__dict__.update(zip(_FIELDS[1:], _opened(others), strict=True))
        if len(_OPEN) == _OPEN.maxlen:
            _OPEN.popleft().close()
        _OPEN.append(self)
        return self.__dict__[name]

    def close(self) -> None:
        """Seal it again, if it travelled."""
        if _SEALED in self.__dict__:
            for name in _FIELDS[1:]:
                self.__dict__.pop(name, None)


_SEALED = "_sealed"
_FIELDS = tuple(each.name for each in fields(Prose))
_OPEN: deque[Prose] = deque(maxlen=64)


def _sealed(prose: Prose) -> tuple[bytes, bytes]:
    """Its HTML, and its other values in plain tuples: these are pickled in a third of the time."""
    html, blocks, references, *others, pictures = (prose.__dict__[name] for name in _FIELDS)
    plain = (tuple(map(tuple, rows)) for rows in (blocks, references, pictures))
    return html.encode(), pickle.dumps((*plain, *others), pickle.HIGHEST_PROTOCOL)


def _opened(sealed: Sealed) -> tuple[Any, ...]:
    blocks, references, pictures, *others = pickle.loads(sealed)
    return tuple(map(_block, blocks)), tuple(map(_reference, references)), *others, tuple(map(_picture, pictures))


def _arrived(html: Sealed, others: Sealed) -> Prose:
    made = object.__new__(Prose)
    made.__dict__[_SEALED] = html, others
    return made


_block = partial(tuple.__new__, Block)
_reference = partial(tuple.__new__, Reference)
_picture = partial(tuple.__new__, Picture)
