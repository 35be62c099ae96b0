"""mime: a mail as RFC 5322 bytes.

Built by hand, because email.message glues the words of French subjects (python/cpython#92081) and
encodes long List-Unsubscribe addresses, which ends one-click unsubscribe (python/cpython#85725).
"""

import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from newsletter.model import Sender, Unsubscribe

_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ATEXT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes into one mail; `message_id` stands without angle brackets."""

    subject: str
    sender: Sender
    date: datetime
    message_id: str
    lang: str
    html: str
    text: str
    list_id: str
    list_title: str
    unsubscribe: Unsubscribe


def encode(letter: Letter) -> bytes:
    """The mail's bytes: ASCII, CRLF, text part first. Raises ValueError for what no header may hold."""
    text, html = _quoted_printable(letter.text), _quoted_printable(letter.html)
    boundary = "=_" + hashlib.sha256(text + b"\0" + html).hexdigest()[:32]
    lines = [
        _header("From", _address(letter.sender.name, letter.sender.email, "From")),
        _header("To", _address(letter.list_title, letter.sender.email, "To")),
    ]
    if letter.sender.reply_to:
        lines.append(_header("Reply-To", _mailbox(letter.sender.reply_to)))
    lines += [
        _header("Subject", _words(letter.subject, "Subject")),
        _header("Date", format_datetime(letter.date)),
        _header("Message-ID", f"<{letter.message_id}>"),
        _header("List-Id", f"{_phrase(letter.list_title, 'List-Id')} <{letter.list_id}>"),
        *_unsubscribe(letter.unsubscribe),
        _header("Precedence", "bulk"),
        _header("X-Unsent", "1"),
        _header("Content-Language", letter.lang),
        _header("MIME-Version", "1.0"),
        _header("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]
    head = "\r\n".join(lines).encode("ascii")
    edge = b"\r\n--" + boundary.encode()
    return b"".join(
        (
            head, b"\r\n", edge, _part_head("plain", letter.lang), text, edge, _part_head("html", letter.lang), html,
            edge, b"--\r\n",
        )
    )  # fmt: skip


def _part_head(kind: str, lang: str) -> bytes:
    return (
        f"\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\nContent-Language: {lang}\r\n\r\n"
    ).encode("ascii")


def _quoted_printable(text: str) -> bytes:
    made = binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
    # A lone dot ends the message in SMTP, and mailboxes put > before From.
    if b"\n." in made or made.startswith(b"."):
        made = re.sub(rb"(?m)^\.(?=\r?$)", b"=2E", made)
    if b"From " in made:
        made = re.sub(rb"(?m)^From ", b"=46rom ", made)
    return made


def _header(name: str, value: str) -> str:
    """One header line: the only place where lines are made. A fold is CRLF and a space."""
    if bad := _FORBIDDEN.search(value.replace("\r\n ", "")):
        raise ValueError(f"{name}: U+{ord(bad[0]):04X} may not stand in a header")
    return f"{name}: {value}"


def _words(text: str, name: str) -> str:
    """Unstructured text, encoded so that decoding gives it back exactly."""
    plain = text.isascii() and "=?" not in text and text == " ".join(text.split()) and len(text) + len(name) < 75
    if plain or _FORBIDDEN.search(text):
        return text
    return str(Header(text, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n"))


@lru_cache(maxsize=64)
def _phrase(text: str, name: str) -> str:
    """A display name."""
    if not text.isascii() or "=?" in text:
        return _words(text, name)
    if _ATEXT.fullmatch(text) and text == " ".join(text.split()):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


@lru_cache(maxsize=64)
def _address(name: str, email: str, header: str) -> str:
    shown = _phrase(name, header)
    mailbox = f"<{_mailbox(email)}>"
    last = len(shown.rsplit("\r\n", 1)[-1]) + (0 if "\r\n" in shown else len(header) + 2)
    return shown + (" " if last + len(mailbox) < 77 else "\r\n ") + mailbox


def _mailbox(email: str) -> str:
    local, _, domain = email.rpartition("@")
    if not local.isascii():
        raise ValueError(f"the mail address {email!r} has a local part that is not ASCII")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


def _unsubscribe(unsubscribe: Unsubscribe) -> list[str]:
    ways = [f"<{unsubscribe.url}>"] if unsubscribe.url else []
    if unsubscribe.mailto:
        ways.append(f"<mailto:{_mailbox(unsubscribe.mailto)}?subject=unsubscribe>")
    if not ways:
        return []
    lines = [_header("List-Unsubscribe", ",\r\n ".join(ways))]
    if unsubscribe.url and not unsubscribe.url.startswith("mailto:"):
        lines.append(_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return lines
