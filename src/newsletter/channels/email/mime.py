"""mime: a mail as RFC 5322 bytes.

Built by hand, because email.message glues the words of French subjects (python/cpython#92081) and
encodes long List-Unsubscribe addresses, which ends one-click unsubscribe (python/cpython#85725).
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
from newsletter.text.dates import posted
from newsletter.theme.slots import Joined

_LONGEST_FOLDED = 76  # RFC 2047, section 2, for lines that hold encoded words
_LONGEST = 998  # RFC 5322, section 2.1.1
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9_.-]+")
# An https address, or a mail service's placeholder: anything without a scheme.
_ONE_CLICK = re.compile(r"https:|(?![a-z][a-z0-9+.-]*:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes into one mail; `message_id` stands without angle brackets.

    `html` comes in pieces: those at even places are a shape's, and come again in other mails.
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
    """A mail's HTML and text as files hold them, and the whole message."""

    html: bytes
    text: bytes
    message: Joined


def encode(letter: Letter) -> bytes:
    """The mail's bytes: ASCII, CRLF, text part first. Raises ValueError, naming the header, for what none may hold."""
    return write(letter).message


def write(letter: Letter) -> MailParts:
    """The mail with its parts. Raises as `encode` does."""
    plain_text, text, plain_html, html = quoted_printable.encode(letter.text, letter.html)
    if len(html) % 2 == 0:
        html.append(b"")
    last = len(html) - 1
    while last and not html[last]:
        last -= 1
    html[last], end = quoted_printable.parted(html[last])
    # "=_" never occurs in quoted-printable, so no part can hold the boundary. The text, a fifth of
    # the whole, is enough to make it differ from that of a mail which may quote this one.
    boundary = f"=_{hashlib.sha256(text).hexdigest()[:32]}".encode()
    own = (
        _header("Subject", *_words(letter.subject, "Subject")),
        _header("Date", posted(letter.date)),
        _header("Message-ID", _enclosed(letter.message_id, "Message-ID")),
    )
    edge = b"\r\n--" + boundary
    # All pieces are whole lines; at even places stands what comes again in other mails.
    message = Joined(
        (_people(letter.sender, letter.list_title), _head(own),
         _list(letter.list_id, letter.list_title, letter.unsubscribe, letter.lang),
         b' boundary="' + boundary + b'"\r\n' + edge + b"\r\n", _part_head("plain", letter.lang),
         text + edge + b"\r\n", _part_head("html", letter.lang), b"",
         *html, end + edge + b"--\r\n")
    )  # fmt: skip
    return MailParts(plain_html, plain_text, message)


def _head(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


@lru_cache(maxsize=64)
def _people(sender: Sender, list_title: str) -> bytes:
    """The headers that say from whom to whom: the same in all mails of a publication."""
    lines = [
        _header("From", *_named(sender.name, _mailbox(sender.email, "From"), "From")),
        _header("To", *_named(list_title, _mailbox(sender.email, "To"), "To")),
    ]
    if sender.reply_to:
        lines.append(_header("Reply-To", _mailbox(sender.reply_to, "Reply-To")))
    return _head(lines)


@lru_cache(maxsize=64)
def _list(list_id: str, list_title: str, unsubscribe: Unsubscribe, lang: str) -> bytes:
    """The headers of a mailing list, and the last ones: the same in all mails of a language."""
    lines = (
        _header("List-Id", *_named(list_title, list_id, "List-Id")),
        *_unsubscribe(unsubscribe),
        _header("Precedence", "bulk"),
        _header("X-Unsent", "1"),
        _header("Content-Language", lang),
        _header("MIME-Version", "1.0"),
        "Content-Type: multipart/alternative;",  # the boundary follows
    )
    return _head(lines)


@lru_cache(maxsize=64)
def _part_head(kind: str, lang: str) -> bytes:
    lines = (
        _header("Content-Type", f"text/{kind}; charset=utf-8"),
        _header("Content-Transfer-Encoding", "quoted-printable"),
        _header("Content-Language", lang),
    )
    return _head(lines) + b"\r\n"


def _header(name: str, *pieces: str) -> str:
    """One header, folded between its pieces: the only place where header lines are made."""
    for piece in pieces:
        if not (piece.isascii() and piece.isprintable()):
            bad = next(character for character in piece if not " " <= character <= "~")
            raise ValueError(f"{name}: U+{ord(bad):04X} may not stand in a header")
        if len(name) + len(piece) > _LONGEST - 2:
            raise ValueError(f"{name}: {len(piece)} characters that may not be folded are too long for a header")
    return f"{name}: " + "\r\n ".join(pieces)


def _refuse_hidden(value: str, name: str) -> None:
    """Encoding would let these through: a tab may be encoded, what breaks or turns a line may not."""
    if bad := "U+000A" if "\n" in value else next((character for _, character in forbidden(value)), ""):
        raise ValueError(f"{name}: {bad} may not stand in a header")


def _words(value: str, name: str) -> tuple[str, ...]:
    """The pieces of a text that decode to it exactly: folded at spaces where it is plain, else encoded words."""
    _refuse_hidden(value, name)
    if _plain(value):
        first, *rest = wrap(value, _LONGEST_FOLDED, f"{name}: ", " ").split("\n")
        if all(len(line) <= _LONGEST_FOLDED for line in (first, *rest)):
            return (first[len(name) + 2 :], *(line[1:] for line in rest))
    return tuple(_encoded_words(value, len(name) + 2))


def _encoded_words(value: str, taken: int) -> Iterator[str]:
    """Encoded words of whole characters (RFC 2047, sections 2 and 5); `taken` columns stand before the first."""
    octets, start = value.encode(), 0
    while start < len(octets):
        end = start + (_LONGEST_FOLDED - max(taken, 1) - len("=?utf-8?b??=")) // 4 * 3
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        yield f"=?utf-8?b?{binascii.b2a_base64(octets[start:end], newline=False).decode()}?="
        start, taken = end, 1


def _plain(value: str) -> bool:
    """Whether a text can stand as it is: no blanks that folding loses, nothing that looks encoded."""
    return value.isascii() and "=?" not in value and value == " ".join(value.split())


def _phrase(value: str, name: str) -> tuple[str, ...]:
    """The pieces of a display name."""
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    if not _plain(value) or len(name) + len(quoted) > _LONGEST_FOLDED - 2:
        return _words(value, name)
    return (value if _ATOMS.fullmatch(value) else quoted,)


def _named(title: str, address: str, name: str) -> tuple[str, ...]:
    """The pieces of `title <address>`."""
    *before, last = _phrase(title, name)
    address = _enclosed(address, name)
    taken = len(last) + (1 if before else len(name) + 2)
    fits = taken + 1 + len(address) <= _LONGEST_FOLDED
    return (*before, f"{last} {address}") if fits else (*before, last, address)


def _enclosed(address: str, name: str) -> str:
    if "<" in address or ">" in address:
        raise ValueError(f"{name}: '{address}' may not hold < or >")
    return f"<{address}>"


def _mailbox(email: str, name: str) -> str:
    """A mail address with its domain in IDNA."""
    _refuse_hidden(email, name)
    local, _, domain = email.rpartition("@")
    try:
        mailbox = email if email.isascii() else f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        mailbox = ""
    if not _MAILBOX.fullmatch(mailbox):
        raise ValueError(f"{name}: {email!r} is no mail address with an ASCII local part")
    return mailbox


def _unsubscribe(unsubscribe: Unsubscribe) -> list[str]:
    """List-Unsubscribe, never folded inside an address; its Post where one click can work (RFC 8058)."""
    name, url = "List-Unsubscribe", unsubscribe.url
    ways = [_enclosed(url, name)] if url else []
    if unsubscribe.mailto:
        mailto = quote(_mailbox(unsubscribe.mailto, name), safe="!$'*+@")
        ways.append(_enclosed(f"mailto:{mailto}?subject=unsubscribe", name))
    if not ways:
        return []
    one_click = [_header(f"{name}-Post", f"{name}=One-Click")] if url and _ONE_CLICK.match(url) else []
    return [_header(name, *(f"{way}," for way in ways[:-1]), ways[-1]), *one_click]
