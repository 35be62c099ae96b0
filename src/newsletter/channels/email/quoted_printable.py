"""quoting: what a mail says as bytes: UTF-8 for files, and quoted-printable (RFC 2045, section 6.7) for the mail.

What comes again in other mails is encoded once; all that is one mail's own is encoded together, since
a call costs more than most texts do.
"""

import binascii
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Between texts that are encoded together: each has lines of its own. No UTF-8 holds that octet.
_BETWEEN = b"\n\xff\n"
_QUOTED_BETWEEN = b"\r\n=FF\r\n"
_SOFT = b"=\r\n"  # a line end that is none
_LONGEST = 76  # characters of a line, the = of such a line end among them
_BLANKS = frozenset((b" ", b"\t"))

# Lines that are too long, or would be with From escaped. Up to two characters after the first 71
# keep an escape (=C3) whole: where one begins there, its digits are taken too.
_OVERLONG = re.compile(rb"^(?=[^\r\n]{77}|From [^\r\n]{70})([^\r\n]{71}[^=\r\n]{0,2})", re.MULTILINE)
_FROM = re.compile(b"^From ", re.MULTILINE)
_SENDER = re.compile(b"From ")
_HANGING = re.compile(rb"\n(?<=[ \t]\n)")  # behind each line end: that takes less time than to look at each blank


class Literal(str):
    """Pieces of HTML that stand side by side in many mails: they are encoded once."""

    plain: bytes
    quoted: bytes

    def __new__(cls, pieces: Sequence[str]) -> "Literal":
        """The pieces, joined; in mails each stands on lines of its own."""
        made = super().__new__(cls, "".join(pieces))
        encoded = [_literal(piece) for piece in pieces]
        made.plain = b"".join([plain for plain, _ in encoded])
        made.quoted = b"".join([quoted for _, quoted in encoded])
        return made


class Encoded(NamedTuple):
    """The parts of a mail; the quoted HTML in as many pieces as it came in, each of which ends a line, or is empty."""

    text: bytes
    quoted_text: bytes
    html: bytes
    quoted_html: list[bytes]


def encode(text: str, html: Sequence[str]) -> Encoded:
    """The text and the HTML of a mail, each as UTF-8 and in quoted-printable.

    HTML comes in pieces: those at even places come again in other mails. Each piece stands on lines
    of its own, so that it looks the same wherever it stands. The last line has an end that is none.
    """
    (plain_text, *plain), (quoted_text, *quoted) = _together((text, *html[1::2]))
    literals = [(piece.plain, piece.quoted) if isinstance(piece, Literal) else _literal(piece) for piece in html[::2]]
    pieces = [b""] * len(html)
    pieces[::2] = [literal[0] for literal in literals]
    pieces[1::2] = plain
    plain_html = b"".join(pieces)
    pieces[::2] = [literal[1] for literal in literals]
    pieces[1::2] = map(_closed, quoted)
    return Encoded(plain_text, quoted_text, plain_html, pieces)


def _together(texts: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """Texts as UTF-8, and in lines of at most 76 characters whose decoding gives each with CRLF at its line ends."""
    plain = [text.encode() for text in texts]
    octets = _BETWEEN.join(plain)
    if b"\r" in octets:
        octets = _BETWEEN.join([_line_feeds(text).encode() for text in texts])
    # A blank at an end is measured in another way when a line end follows.
    if not _BLANKS.isdisjoint({text[-1:] for text in plain}):
        return plain, [_quoted(_line_feeds(text).encode()) for text in texts]
    return plain, _quoted(octets).split(_QUOTED_BETWEEN)


@lru_cache(maxsize=1024)
def parted(piece: bytes) -> tuple[bytes, bytes]:
    """Its whole lines, and the last one when it has no end; an end that is none does not count."""
    piece = piece.removesuffix(_SOFT)
    start = piece.rfind(b"\n") + 1
    return piece[:start], piece[start:]


@lru_cache(maxsize=4096)
def _literal(piece: str) -> tuple[bytes, bytes]:
    return piece.encode(), _closed(_quoted(_line_feeds(piece).encode()))


def _closed(piece: bytes) -> bytes:
    """The piece with the end of its last line, which counts among that line's characters."""
    if not piece or piece.endswith(b"\n"):
        return piece
    if len(piece) - piece.rfind(b"\n") > _LONGEST:
        # Four characters, so that no line is a lone full stop; more where they would begin within an escape.
        cut = len(piece) - 4
        escape = piece.rfind(b"=", cut - 2, cut)
        cut = escape if escape >= 0 else cut
        piece = piece[:cut] + _SOFT + piece[cut:]
    return piece + _SOFT


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _quoted(octets: bytes) -> bytes:
    # b2a_qp ends all lines as the first one.
    made = binascii.b2a_qp(b"\r\n" + octets, istext=True)[2:]
    # It escapes the blank before a line end when it has already measured the line (binascii.c), and mailboxes put >
    # before a From. Both are rare.
    if (b"F" in octets and _SENDER.search(octets)) or _HANGING.search(octets):
        made = _FROM.sub(b"=46rom ", _OVERLONG.sub(rb"\1=\r\n", made))
    return made
