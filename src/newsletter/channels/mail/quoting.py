"""quoting: what a mail says as bytes: UTF-8 for files, and quoted-printable (RFC 2045, section 6.7) for the mail.

What comes again in other mails is encoded once; all that is one mail's own is encoded together, since
a call costs more than most texts do.
"""

import binascii
import re
from collections.abc import Sequence
from functools import lru_cache

_BETWEEN = "\n\0\n"  # texts that are encoded together: so each has lines of its own
_SOFT = b"=\r\n"  # a line end that is none

# Lines that are too long, or would be with From escaped. Up to two characters after the first 71
# keep an escape (=C3) whole: where one begins there, its digits are taken too.
_OVERLONG = re.compile(rb"^(?=.{77}|From .{70})(.{71}[^=\n]{0,2})", re.MULTILINE)
_FROM = re.compile(b"^From ", re.MULTILINE)


def encode(text: str, html: Sequence[str]) -> tuple[bytes, bytes, bytes, bytes]:
    """The text and the HTML of a mail, each as UTF-8 and in quoted-printable.

    HTML comes in pieces: those at even places come again in other mails. Each piece stands on lines
    of its own, so that it looks the same wherever it stands.
    """
    (plain_text, *plain), (quoted_text, *quoted) = _together((text, *html[1::2]))
    literals = [_literal(piece) for piece in html[::2]]
    pieces = [b""] * len(html)
    pieces[::2] = [literal[0] for literal in literals]
    pieces[1::2] = plain
    plain_html = b"".join(pieces)
    pieces[::2] = [literal[1] for literal in literals]
    pieces[1::2] = [_closed(piece) for piece in quoted]
    return plain_text, quoted_text, plain_html, b"".join(pieces).removesuffix(_SOFT)


def _together(texts: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """Texts as UTF-8, and in lines of at most 76 characters whose decoding gives each with CRLF at its line ends."""
    joined = _BETWEEN.join(texts)
    octets = joined.encode()
    if octets.count(0) != len(texts) - 1:  # one holds what is to stand between them
        return [text.encode() for text in texts], [_quoted(_line_feeds(text).encode()) for text in texts]
    plain = octets.split(b"\n\0\n")
    if "\r" in joined:
        octets = _BETWEEN.join(map(_line_feeds, texts)).encode()
    return plain, _quoted(octets).split(b"\r\n=00\r\n")


@lru_cache(maxsize=4096)
def _literal(piece: str) -> tuple[bytes, bytes]:
    return piece.encode(), _closed(_quoted(_line_feeds(piece).encode()))


def _closed(piece: bytes) -> bytes:
    """The piece with the end of its last line."""
    return piece + _SOFT if piece and not piece.endswith(b"\n") else piece


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _quoted(octets: bytes) -> bytes:
    made = binascii.b2a_qp(octets, istext=True)
    # b2a_qp escapes the blank before a line end when it has already measured the line (binascii.c),
    # and mailboxes put > before a From.
    if b"From " in made or b"=20\n" in made or (b"\t" in octets and b"=09\n" in made):
        made = _FROM.sub(b"=46rom ", _OVERLONG.sub(rb"\1=\n", made))
    return made.replace(b"\n", b"\r\n")
