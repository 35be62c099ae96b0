"""Documents with slots: rendered once with tokens in place of content, split at the tokens, and filled many times."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, AnyStr, Generic, NamedTuple

from newsletter.theme.content import HEAD, TAIL, TOKEN

__all__ = ["TOKEN", "Form", "Joined", "Shape", "form", "is_broken", "lost", "split", "token"]


def token(number: int) -> str:
    """Return the token for the content with that number."""
    return f"{HEAD}{number}{TAIL}"


@dataclass(frozen=True, slots=True)
class Shape(Generic[AnyStr]):
    """A document with slots.

    `pieces` has literals at even indices and slots at odd ones; `order` holds the numbers of these slots.
    """

    pieces: tuple[AnyStr, ...]
    order: tuple[int, ...]

    @property
    def literals(self) -> tuple[AnyStr, ...]:
        """The pieces that all documents of this shape have in common."""
        return self.pieces[::2]

    def fill(self, content: Sequence[AnyStr]) -> tuple[AnyStr, ...]:
        """Return the document's pieces: literals at even indices, content at odd ones."""
        filled = list(self.pieces)
        filled[1::2] = [content[slot] for slot in self.order]
        return tuple(filled)


class Joined(bytes):
    """A document as bytes, with the pieces it was joined from.

    Pieces at even indices are the literals of a shape: the same objects in all documents of that shape.
    """

    pieces: tuple[bytes, ...]

    def __new__(cls, pieces: Sequence[bytes]) -> "Joined":
        """Join the pieces."""
        joined = super().__new__(cls, b"".join(pieces))
        joined.pieces = tuple(pieces)
        return joined

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Pickle and copy as plain bytes."""
        return bytes, (bytes(self),)


def split(text: str) -> Shape[str]:
    """Split a text at its tokens."""
    pieces = TOKEN.split(text)
    return Shape(tuple(pieces), tuple(map(int, pieces[1::2])))


class Form(NamedTuple):
    """A document with slots that is quick to fill: `select` picks the content of its slots in the order of the text."""

    pieces: list[str]
    select: Callable[[Sequence[str]], tuple[str, ...]]

    def fill(self, content: Sequence[str]) -> str:
        """Return the document with the content, by slot number."""
        return self.join(self.select(content))

    def join(self, texts: tuple[str, ...]) -> str:
        """Return the document with these texts in its slots, in the order of the text."""
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
    """Return what happened to one of `issued` tokens, or "" if each is complete and no fragment is left elsewhere.

    `text` may be split at its tokens already.
    """
    pieces = TOKEN.split(text) if isinstance(text, str) else text
    complete = len(set(map(int, pieces[1::2])))
    if complete != issued:
        return f"{issued - complete} of {issued} pieces are missing"
    return "a piece was altered" if _has_head("".join(pieces[::2])) else ""


def is_broken(text: str) -> bool:
    """Return whether the text holds a fragment of a token."""
    return _has_head(TOKEN.sub("", text))


def _has_head(text: str) -> bool:
    # No letter but Q and Z becomes q or z in lower case. Looking for the pairs first takes a tenth of the time of
    # lower().
    return any(pair in text for pair in ("QZ", "Qz", "qZ", "qz")) and HEAD.lower() in text.lower()
