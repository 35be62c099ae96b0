"""Encode the parts of a mail as UTF-8 and as quoted-printable (RFC 2045, section 6.7).

The UTF-8 form is written to files, the quoted-printable form to the message. Pieces that recur in
other mails are encoded once. The texts of a single mail are encoded in one call, because for most
texts the call takes longer than the encoding.
"""

import binascii
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Separates texts that are encoded in one call. The octet FF never occurs in UTF-8.
_SEPARATOR = b"\n\xff\n"
_QUOTED_SEPARATOR = b"\r\n=FF\r\n"
_SOFT_BREAK = b"=\r\n"
_MAX_LINE = 76  # characters in a line, including the = of a soft line break (RFC 2045, 6.7)
_BLANKS = frozenset((b" ", b"\t"))

# A line that is too long, or becomes too long when its From is escaped. The group matches the first 71
# characters, and up to two more so that an escape such as =C3 is not split.
_OVERLONG = re.compile(rb"^(?=[^\r\n]{77}|From [^\r\n]{70})([^\r\n]{71}[^=\r\n]{0,2})", re.MULTILINE)
_FROM = re.compile(b"^From ", re.MULTILINE)
_FROM_ANYWHERE = re.compile(b"From ")
_TRAILING_BLANK = re.compile(rb"\n(?<=[ \t]\n)")  # a lookbehind at each line end is faster than testing each blank


class Literal(str):
    """Adjacent pieces of HTML that recur in many mails, with their encoded forms.

    `plain` is the HTML in UTF-8, `quoted` in quoted-printable.
    """

    plain: bytes
    quoted: bytes

    def __new__(cls, pieces: Sequence[str]) -> "Literal":
        """Join and encode the pieces. In the message, each piece starts on a new line."""
        literal = super().__new__(cls, "".join(pieces))
        encoded = [_encode_literal(piece) for piece in pieces]
        literal.plain = b"".join([plain for plain, _ in encoded])
        literal.quoted = b"".join([quoted for _, quoted in encoded])
        return literal


class Encoded(NamedTuple):
    """The encoded parts of a mail.

    `quoted_html` has one item for each piece of the input. An item is empty or ends with a line end.
    """

    text: bytes
    quoted_text: bytes
    html: bytes
    quoted_html: list[bytes]


def encode(text: str, html: Sequence[str]) -> Encoded:
    """Encode the text and the HTML of a mail, each as UTF-8 and as quoted-printable.

    `html` is a sequence of pieces; the pieces at even indexes recur in other mails. Each piece starts
    on a new line, so that its encoded form does not depend on its neighbours. A soft line break is
    added to a piece that has no line end.
    """
    (plain_text, *plain), (quoted_text, *quoted) = _encode_together((text, *html[1::2]))
    literals = [
        (piece.plain, piece.quoted) if isinstance(piece, Literal) else _encode_literal(piece) for piece in html[::2]
    ]
    pieces = [b""] * len(html)
    pieces[::2] = [literal[0] for literal in literals]
    pieces[1::2] = plain
    plain_html = b"".join(pieces)
    pieces[::2] = [literal[1] for literal in literals]
    pieces[1::2] = map(_end_line, quoted)
    return Encoded(plain_text, quoted_text, plain_html, pieces)


def _encode_together(texts: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """Return the texts as UTF-8 and as quoted-printable.

    The quoted-printable lines end with CRLF and have at most 76 characters.
    """
    plain = [text.encode() for text in texts]
    octets = _SEPARATOR.join(plain)
    if b"\r" in octets:
        octets = _SEPARATOR.join([_normalize_line_ends(text).encode() for text in texts])
    # The separator adds a line end after each text, and the encoder treats a blank before a line end differently.
    if not _BLANKS.isdisjoint({text[-1:] for text in plain}):
        return plain, [_to_quoted_printable(_normalize_line_ends(text).encode()) for text in texts]
    return plain, _to_quoted_printable(octets).split(_QUOTED_SEPARATOR)


@lru_cache(maxsize=1024)
def split_unfinished_line(piece: bytes) -> tuple[bytes, bytes]:
    """Split quoted-printable into its complete lines and the unfinished last line, which may be empty.

    Removes a soft line break at the end.
    """
    piece = piece.removesuffix(_SOFT_BREAK)
    start = piece.rfind(b"\n") + 1
    return piece[:start], piece[start:]


@lru_cache(maxsize=4096)
def _encode_literal(piece: str) -> tuple[bytes, bytes]:
    return piece.encode(), _end_line(_to_quoted_printable(_normalize_line_ends(piece).encode()))


def _end_line(piece: bytes) -> bytes:
    """Add a soft line break if the piece does not end with a line end."""
    if not piece or piece.endswith(b"\n"):
        return piece
    if len(piece) - piece.rfind(b"\n") > _MAX_LINE:
        # The = of the break does not fit. Move the last four characters to a new line, or more if an escape
        # would be cut. With fewer characters, the new line could be a single full stop.
        cut = len(piece) - 4
        escape = piece.rfind(b"=", cut - 2, cut)
        cut = escape if escape >= 0 else cut
        piece = piece[:cut] + _SOFT_BREAK + piece[cut:]
    return piece + _SOFT_BREAK


def _normalize_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _to_quoted_printable(octets: bytes) -> bytes:
    # b2a_qp uses the line end of the first line for all lines.
    encoded = binascii.b2a_qp(b"\r\n" + octets, istext=True)[2:]
    # b2a_qp measures a line before it escapes a trailing blank (binascii.c), so the line may become too long.
    # Some mailboxes put > before a From at the beginning of a line. Both are rare.
    if (b"F" in octets and _FROM_ANYWHERE.search(octets)) or _TRAILING_BLANK.search(octets):
        encoded = _FROM.sub(b"=46rom ", _OVERLONG.sub(rb"\1=\r\n", encoded))
    return encoded
