"""Write mails as RFC 5322 messages.

The standard library's email package is not used for two reasons: it joins words of French subjects
(python/cpython#92081), and it encodes long List-Unsubscribe addresses, which breaks one-click
unsubscribe (python/cpython#85725).
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from newsletter.channels.email import quoted_printable
from newsletter.model import Sender, Unsubscribe
from newsletter.text import forbidden, wrap
from newsletter.text.dates import format_rfc5322
from newsletter.text.urls import ascii_mailbox

_MAX_FOLDED = 76  # characters in a line that contains encoded words (RFC 2047, section 2)
_MAX_LINE = 998  # characters in any line (RFC 5322, section 2.1.1)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
# Matches an https URL or a mail service's placeholder, which is any text without a scheme.
_ONE_CLICK = re.compile(r"https:|(?![a-z][a-z0-9+.-]*:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The content of one mail. `message_id` has no angle brackets.

    `html` is a sequence of pieces; the pieces at even indexes belong to a shape and recur in other mails.
    """

    subject: str
    sender: Sender
    date: datetime
    message_id: str
    lang: str
    html: tuple[str, ...]
    text: str
    list_id: str
    list_title: str
    unsubscribe: Unsubscribe


class MailParts(NamedTuple):
    """A mail's HTML and plain text in UTF-8, and the whole message."""

    html: bytes
    text: bytes
    message: bytes


def encode(letter: Letter) -> bytes:
    """Return the message in ASCII, with CRLF line ends and the text part first.

    Raises ValueError with the header's name if a value is not allowed in a header.
    """
    return write(letter).message


def write(letter: Letter) -> MailParts:
    """Return the message and its parts. Raises ValueError for the same reasons as `encode`."""
    plain_text, text, plain_html, html = quoted_printable.encode(letter.text, letter.html)
    # Remove the line end from the last piece that is not empty: that line end belongs to the boundary.
    if len(html) % 2 == 0:
        html.append(b"")
    last = len(html) - 1
    while last and not html[last]:
        last -= 1
    html[last], unfinished = quoted_printable.split_unfinished_line(html[last])
    # "=_" never occurs in quoted-printable, so no part can contain the boundary. A hash of the text, which
    # is a fifth of the message, is enough to distinguish it from the boundary of a mail that quotes this one.
    boundary = f"=_{hashlib.sha256(text).hexdigest()[:32]}".encode()
    own_headers = (
        _header("Subject", *_encode_text(letter.subject, "Subject")),
        _header("Date", format_rfc5322(letter.date)),
        _header("Message-ID", _bracket(letter.message_id, "Message-ID")),
    )
    delimiter = b"\r\n--" + boundary
    message = b"".join(
        (_address_headers(letter.sender, letter.list_title), _join_headers(own_headers),
         _list_headers(letter.list_id, letter.list_title, letter.unsubscribe, letter.lang),
         b' boundary="' + boundary + b'"\r\n', delimiter, b"\r\n", _part_headers("plain", letter.lang),
         text, delimiter, b"\r\n", _part_headers("html", letter.lang),
         *html, unfinished, delimiter, b"--\r\n")
    )  # fmt: skip
    return MailParts(plain_html, plain_text, message)


def _join_headers(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


@lru_cache(maxsize=64)
def _address_headers(sender: Sender, list_title: str) -> bytes:
    """Return the address headers, which are the same in all mails of a publication."""
    lines = [
        _header("From", *_name_and_address(sender.name, _mailbox(sender.email, "From"), "From")),
        _header("To", *_name_and_address(list_title, _mailbox(sender.email, "To"), "To")),
    ]
    if sender.reply_to:
        lines.append(_header("Reply-To", _mailbox(sender.reply_to, "Reply-To")))
    return _join_headers(lines)


@lru_cache(maxsize=64)
def _list_headers(list_id: str, list_title: str, unsubscribe: Unsubscribe, lang: str) -> bytes:
    """Return the List-Id header and all headers after it, which are the same in all mails in one language."""
    lines = (
        _header("List-Id", *_name_and_address(list_title, list_id, "List-Id")),
        *_unsubscribe_headers(unsubscribe),
        _header("Precedence", "bulk"),
        _header("X-Unsent", "1"),
        _header("Content-Language", lang),
        _header("MIME-Version", "1.0"),
        "Content-Type: multipart/alternative;",  # the boundary follows
    )
    return _join_headers(lines)


@lru_cache(maxsize=64)
def _part_headers(kind: str, lang: str) -> bytes:
    lines = (
        _header("Content-Type", f"text/{kind}; charset=utf-8"),
        _header("Content-Transfer-Encoding", "quoted-printable"),
        _header("Content-Language", lang),
    )
    return _join_headers(lines) + b"\r\n"


def _header(name: str, *pieces: str) -> str:
    """Return a header, folded between its pieces.

    Raises ValueError if a piece is too long or contains a forbidden character. Every header except the first
    Content-Type is written here.
    """
    for piece in pieces:
        if not (piece.isascii() and piece.isprintable()):
            bad = next(character for character in piece if not " " <= character <= "~")
            raise ValueError(f"{name}: U+{ord(bad):04X} is not allowed in a header")
        if len(name) + len(piece) > _MAX_LINE - 2:
            raise ValueError(f"{name}: {len(piece)} characters that cannot be folded are too long for a header")
    return f"{name}: " + "\r\n ".join(pieces)


def _refuse_hidden(value: str, name: str) -> None:
    """Raise ValueError for line breaks and other forbidden characters, which an encoded word would hide."""
    if bad := "U+000A" if "\n" in value else next((character for _, character in forbidden(value)), ""):
        raise ValueError(f"{name}: {bad} is not allowed in a header")


def _encode_text(value: str, name: str) -> tuple[str, ...]:
    """Return a header text in pieces: folded at spaces if it is plain, otherwise as encoded words."""
    _refuse_hidden(value, name)
    if _is_plain(value):
        first, *rest = wrap(value, _MAX_FOLDED, f"{name}: ", " ").split("\n")
        if all(len(line) <= _MAX_FOLDED for line in (first, *rest)):
            return (first[len(name) + 2 :], *(line[1:] for line in rest))
    return tuple(_encoded_words(value, len(name) + 2))


def _encoded_words(value: str, column: int) -> Iterator[str]:
    """Yield `value` as encoded words that never split a character (RFC 2047, sections 2 and 5).

    The first word begins at `column`.
    """
    octets, start = value.encode(), 0
    while start < len(octets):
        end = start + (_MAX_FOLDED - max(column, 1) - len("=?utf-8?b??=")) // 4 * 3
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        yield f"=?utf-8?b?{binascii.b2a_base64(octets[start:end], newline=False).decode()}?="
        start, column = end, 1


def _is_plain(value: str) -> bool:
    """Return whether a text needs no encoding.

    It must be ASCII, must not resemble an encoded word, and must not have blanks that folding would lose.
    """
    return value.isascii() and "=?" not in value and value == " ".join(value.split())


def _phrase(value: str, name: str) -> tuple[str, ...]:
    """Return a display name in pieces, quoted or encoded if necessary."""
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    if not _is_plain(value) or len(name) + len(quoted) > _MAX_FOLDED - 2:
        return _encode_text(value, name)
    return (value if _ATOMS.fullmatch(value) else quoted,)


def _name_and_address(title: str, address: str, name: str) -> tuple[str, ...]:
    """Return `title <address>` in pieces."""
    *before, last = _phrase(title, name)
    address = _bracket(address, name)
    column = len(last) + (1 if before else len(name) + 2)
    fits = column + 1 + len(address) <= _MAX_FOLDED
    return (*before, f"{last} {address}") if fits else (*before, last, address)


def _bracket(address: str, name: str) -> str:
    if "<" in address or ">" in address:
        raise ValueError(f"{name}: '{address}' must not contain < or >")
    return f"<{address}>"


def _mailbox(email: str, name: str) -> str:
    """Return a mail address with its domain in IDNA. Raises ValueError if the address has no ASCII form."""
    _refuse_hidden(email, name)
    mailbox = ascii_mailbox(email)
    if not mailbox:
        raise ValueError(f"{name}: {email!r} is not a mail address with an ASCII local part")
    return mailbox


def _unsubscribe_headers(unsubscribe: Unsubscribe) -> list[str]:
    """Return the header List-Unsubscribe (RFC 2369), which is never folded inside an address.

    If the URL allows one-click unsubscribe, also return List-Unsubscribe-Post (RFC 8058).
    """
    name, url = "List-Unsubscribe", unsubscribe.url
    addresses = [_bracket(url, name)] if url else []
    if unsubscribe.mailto:
        mailto = quote(_mailbox(unsubscribe.mailto, name), safe="!$'*+@")
        addresses.append(_bracket(f"mailto:{mailto}?subject=unsubscribe", name))
    if not addresses:
        return []
    one_click = [_header(f"{name}-Post", f"{name}=One-Click")] if url and _ONE_CLICK.match(url) else []
    return [_header(name, *(f"{each}," for each in addresses[:-1]), addresses[-1]), *one_click]
