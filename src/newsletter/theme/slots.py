"""Split documents into literals and slots, so that one rendering can be filled with different content many times.

The document is rendered with tokens in place of content, and split at these tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import AnyStr, Generic, NamedTuple

from newsletter.theme.content import HEAD, TAIL, TOKEN

__all__ = ["TOKEN", "Form", "Shape", "form", "is_broken", "lost", "split", "token"]


def token(number: int) -> str:
    """Return the token for slot `number`, such as `QzSlot3Zq`."""
    return f"{HEAD}{number}{TAIL}"


@dataclass(frozen=True, slots=True)
class Shape(Generic[AnyStr]):
    """A document with slots.

    `pieces` has literals at even indexes and slots at odd indexes. `order` contains the numbers of these slots.
    """

    pieces: tuple[AnyStr, ...]
    order: tuple[int, ...]

    @property
    def literals(self) -> tuple[AnyStr, ...]:
        """The pieces that are the same in all documents of this shape."""
        return self.pieces[::2]

    def fill(self, content: Sequence[AnyStr]) -> tuple[AnyStr, ...]:
        """Return the document in pieces: literals at even indexes, content at odd indexes.

        `content` is indexed by slot number.
        """
        filled = list(self.pieces)
        filled[1::2] = [content[slot] for slot in self.order]
        return tuple(filled)


def split(text: str) -> Shape[str]:
    """Split a text at its tokens."""
    pieces = TOKEN.split(text)
    return Shape(tuple(pieces), tuple(map(int, pieces[1::2])))


class Form(NamedTuple):
    """A document with slots that can be filled quickly.

    `pieces` has literals at even indexes. `select` returns the content of the slots in document order.
    """

    pieces: list[str]
    select: Callable[[Sequence[str]], tuple[str, ...]]

    def fill(self, content: Sequence[str]) -> str:
        """Return the document with its slots filled. `content` is indexed by slot number."""
        return self.join(self.select(content))

    def join(self, texts: tuple[str, ...]) -> str:
        """Return the document with its slots filled. `texts` are in document order."""
        filled = self.pieces.copy()
        filled[1::2] = texts
        return "".join(filled)


def form(text: str) -> Form:
    """Split a text at its tokens into a form."""
    shape = split(text)
    order = shape.order
    select = itemgetter(*order) if len(order) > 1 else lambda content: tuple([content[slot] for slot in order])
    return Form(list(shape.pieces), select)


def lost(text: str | Sequence[str], issued: int) -> str:
    """Return a description of damage to the `issued` tokens in `text`, or "" if all are complete and none is cut.

    `text` is a text, or the list of its pieces split at the tokens.
    """
    pieces = TOKEN.split(text) if isinstance(text, str) else text
    complete = len(set(map(int, pieces[1::2])))
    if complete != issued:
        return f"{issued - complete} of {issued} pieces are missing"
    return "a piece was altered" if _has_head("".join(pieces[::2])) else ""


def is_broken(text: str) -> bool:
    """Return whether `text` contains a fragment of a token."""
    return _has_head(TOKEN.sub("", text))


def _has_head(text: str) -> bool:
    # No letters other than Q and Z become q and z in lower case. Search for these pairs first, because that is ten
    # times as fast as lower().
    return any(pair in text for pair in ("QZ", "Qz", "qZ", "qz")) and HEAD.lower() in text.lower()
