"""filling: a document made once with tokens in the place of content, split at them, and filled again and again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, AnyStr, Generic, NamedTuple

from newsletter.theme.content import HEAD, TAIL, TOKEN

__all__ = ["TOKEN", "Form", "Joined", "Shape", "form", "is_broken", "lost", "split", "token"]


def token(number: int) -> str:
    """What stands for the content of that number."""
    return f"{HEAD}{number}{TAIL}"


@dataclass(frozen=True, slots=True)
class Shape(Generic[AnyStr]):
    """A document: literals at the even places of `pieces`; between them the slots, whose numbers are `order`."""

    pieces: tuple[AnyStr, ...]
    order: tuple[int, ...]

    @property
    def literals(self) -> tuple[AnyStr, ...]:
        """What stands in every document of this shape."""
        return self.pieces[::2]

    def fill(self, content: Sequence[AnyStr]) -> tuple[AnyStr, ...]:
        """The document's pieces: literals at even places, content between them."""
        out = list(self.pieces)
        out[1::2] = [content[slot] for slot in self.order]
        return tuple(out)


class Joined(bytes):
    """What `pieces` are joined to: those at even places are a shape's, and the same objects in other documents."""

    pieces: tuple[bytes, ...]

    def __new__(cls, pieces: Sequence[bytes]) -> "Joined":
        """The pieces, joined."""
        made = super().__new__(cls, b"".join(pieces))
        made.pieces = tuple(pieces)
        return made

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Who copies or sends it needs the bytes."""
        return bytes, (bytes(self),)


def split(text: str) -> Shape[str]:
    """The shape that a text with tokens stands for."""
    pieces = TOKEN.split(text)
    return Shape(tuple(pieces), tuple(map(int, pieces[1::2])))


class Form(NamedTuple):
    """The shape of a text, made to be filled often: `picked` gives what stands at the odd places of `pieces`."""

    pieces: list[str]
    picked: Callable[[Sequence[str]], tuple[str, ...]]

    def fill(self, content: Sequence[str]) -> str:
        """The document."""
        return self.join(self.picked(content))

    def join(self, texts: tuple[str, ...]) -> str:
        """The document with these texts in its slots, in their order."""
        out = self.pieces.copy()
        out[1::2] = texts
        return "".join(out)


def form(text: str) -> Form:
    """The shape that a text with tokens stands for, as a form."""
    shape = split(text)
    order = shape.order
    picked = itemgetter(*order) if len(order) > 1 else lambda content: tuple([content[slot] for slot in order])
    return Form(list(shape.pieces), picked)


def lost(text: str | Sequence[str], issued: int) -> str:
    """What happened to one of `issued` tokens, or "". Each must stand whole, and no fragment of one elsewhere.

    Who has the text split at its tokens gives that.
    """
    pieces = TOKEN.split(text) if isinstance(text, str) else text
    whole = len(set(map(int, pieces[1::2])))
    if whole != issued:
        return f"{issued - whole} of {issued} pieces are missing"
    return "a piece was altered" if _holds_head("".join(pieces[::2])) else ""


def is_broken(text: str) -> bool:
    """Whether the text holds what was a token once."""
    return _holds_head(TOKEN.sub("", text))


def _holds_head(rest: str) -> bool:
    # No other letter is a q or z in lower case. To see that none stand together takes a tenth of making all lower.
    return any(pair in rest for pair in ("QZ", "Qz", "qZ", "qz")) and HEAD.lower() in rest.lower()
