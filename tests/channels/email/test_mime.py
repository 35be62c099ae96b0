"""Test mails as MIME bytes, by reading them with the standard library's parsers and decoders."""

import binascii
import email.policy
import quopri
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr, parsedate_to_datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.channels.email import quoted_printable
from newsletter.channels.email.mime import Letter, encode, write
from newsletter.model import Sender, Unsubscribe

LETTER = Letter(
    subject="L’été à Amiens",
    sender=Sender("Interfor", "lettre@interfor.example"),
    date=datetime(2024, 11, 26, 9, 30, tzinfo=timezone(timedelta(hours=1))),
    message_id="prix.0123456789abcdef@interfor.example",
    lang="fr",
    html=("<p>L’été = beau</p>\n",),
    text="L’été = beau\n",
    list_id="actualites.interfor.example",
    list_title="Actualités",
    unsubscribe=Unsubscribe("https://interfor.example/fin", "fin@interfor.example"),
)

WIRE = """\
From: Interfor <lettre@interfor.example>
To: =?utf-8?b?QWN0dWFsaXTDqXM=?= <lettre@interfor.example>
Subject: =?utf-8?b?TOKAmcOpdMOpIMOgIEFtaWVucw==?=
Date: Tue, 26 Nov 2024 09:30:00 +0100
Message-ID: <prix.0123456789abcdef@interfor.example>
List-Id: =?utf-8?b?QWN0dWFsaXTDqXM=?= <actualites.interfor.example>
List-Unsubscribe: <https://interfor.example/fin>,
 <mailto:fin@interfor.example?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Precedence: bulk
X-Unsent: 1
Content-Language: fr
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_d0ed22d21f991270a98e347fa2df65bf"

--=_d0ed22d21f991270a98e347fa2df65bf
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Content-Language: fr

L=E2=80=99=C3=A9t=C3=A9 =3D beau

--=_d0ed22d21f991270a98e347fa2df65bf
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Content-Language: fr

<p>L=E2=80=99=C3=A9t=C3=A9 =3D beau</p>

--=_d0ed22d21f991270a98e347fa2df65bf--
"""


def legacy(mail: bytes) -> Message:
    return BytesParser(policy=email.policy.compat32).parsebytes(mail)


def headers(mail: bytes) -> list[str]:
    """Return the header lines as sent, but unfolded."""
    return mail.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", "\n ").split("\r\n")


def unfolded(mail: bytes, name: str) -> str:
    """Return a header's value, unfolded as in RFC 5322, section 2.2.3: drop the CRLF, keep the space."""
    (line,) = (line for line in headers(mail) if line.startswith(f"{name}: "))
    return line.removeprefix(f"{name}: ").replace("\n", "")


def decoded(value: str) -> str:
    pieces = decode_header(value)
    return "".join(text if isinstance(text, str) else text.decode(charset or "ascii") for text, charset in pieces)


def bodies(mail: bytes) -> list[bytes]:
    return [part.get_payload(decode=True) for part in legacy(mail).walk() if not part.is_multipart()]


def sound(mail: bytes) -> bool:
    """Return whether a mail is ASCII, ends lines with CRLF only, and has no overlong line."""
    bare = mail.replace(b"\r\n", b"")
    longest = max(map(len, mail.split(b"\r\n")))
    return mail.isascii() and b"\r" not in bare and b"\n" not in bare and longest <= 998


def test_every_byte_of_a_mail() -> None:
    assert encode(LETTER).decode("ascii") == WIRE.replace("\n", "\r\n")


def test_boundary_follows_the_content_and_occurs_in_no_part() -> None:
    (boundary,) = re.findall(r'boundary="(.+)"', WIRE)
    quoted_printable = encode(replace(LETTER, text=f"--{boundary}\n", html=(f"\n--{boundary}--\n",)))
    assert boundary.encode() not in quoted_printable
    assert bodies(quoted_printable) == [f"--{boundary}\r\n".encode(), f"\r\n--{boundary}--\r\n".encode()]


def test_both_parsers_find_nothing_amiss() -> None:
    for policy in (email.policy.default, email.policy.compat32):
        message = BytesParser(policy=policy).parsebytes(
            encode(replace(LETTER, sender=Sender("É, È", "a@b.fr", "c@d.fr")))
        )
        parts = list(message.walk())
        assert [part.get_content_type() for part in parts] == ["multipart/alternative", "text/plain", "text/html"]
        assert [part.get_content_charset() for part in parts[1:]] == ["utf-8", "utf-8"]
        assert {part["Content-Language"] for part in parts} == {"fr"}
        assert not any(part.defects for part in parts)
        assert not message.preamble
        assert message["Reply-To"] == "c@d.fr"
        assert all(not getattr(value, "defects", ()) for value in message.values())


def test_new_parser_reads_text_and_people() -> None:
    mail = encode(replace(LETTER, sender=Sender('Dupont, "É" \\ Fils', "a@b.fr")))
    message = BytesParser(policy=email.policy.default).parsebytes(mail)
    assert message["Subject"] == LETTER.subject
    assert message["From"].addresses[0].display_name == 'Dupont, "É" \\ Fils'
    assert message["From"].addresses[0].addr_spec == "a@b.fr"
    assert message["Date"].datetime == LETTER.date
    assert message.get_body(("plain",)).get_content() == "L’été = beau\r\n"


WORDS = (
    "L’été", "à", "ça", "Genève", "Noël", "œuvre", "«\u00a0Trophée\u00a0»", "déjà\u00a0!", "prix\u202f:", "n°\u00a04",
    "e\u0301te\u0301", "👩\u200d🔬", "❤\ufe0f", "🇫🇷", "Interfor", "Amiens", "2024", "=?utf-8?b?eA==?=", "?=", "(le)",
    "a,b", '"dit"', "C:\\x", "a@b.fr", "<b>", "anticonstitutionnellement" * 4, "é" * 90, "x" * 100, "Łódź", "日本語",
)  # fmt: skip
BLANKS = (" ",) * 12 + ("  ", "\u00a0", "\u202f", "\t", "-")


def french() -> Iterator[str]:
    """Yield 3,000 titles. A third are ASCII; a fifth end with a space or a hyphen."""
    chance = random.Random(2024)
    ascii_words = [word for word in WORDS if word.isascii()]
    for number in range(3000):
        words = WORDS if number % 3 else ascii_words
        title = "".join(chance.choice(words) + chance.choice(BLANKS) for _ in range(chance.randint(1, 9)))
        yield title if number % 5 == 0 else title.strip()


def check_head(letter: Letter, names: dict[str, tuple[str, str]]) -> None:
    mail = encode(replace(letter, html=(), text=""))
    assert decoded(unfolded(mail, "Subject")) == letter.subject
    for name, expected in names.items():
        shown, address = parseaddr(unfolded(mail, name))
        assert (decoded(shown), address) == expected
    lines = mail.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert all(len(word) <= 75 for line in lines for word in re.findall(rb"=\?\S+", line))
    assert sound(mail)


def test_subjects_and_senders_survive() -> None:
    for title in french():
        check_head(replace(LETTER, subject=title, sender=Sender(title, "a@b.fr")), {"From": (title, "a@b.fr")})


def test_list_titles_survive() -> None:
    for title in islice(french(), 300):
        letter = replace(LETTER, list_title=title)
        check_head(letter, {"To": (title, letter.sender.email), "List-Id": (title, letter.list_id)})


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300))
def test_any_subject_survives_or_is_refused(title: str) -> None:
    try:
        mail = encode(replace(LETTER, subject=title))
    except ValueError as fault:
        assert str(fault).startswith("Subject: U+")
        return
    assert decoded(unfolded(mail, "Subject")) == title
    assert sound(mail)


@pytest.mark.parametrize(
    ("title", "wire"),
    [
        ("Interfor", "Interfor"),
        ("", ""),
        ("mot " * 30 + "fin", "mot " * 16 + "mot\n " + "mot " * 13 + "fin"),
        ("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?="),
        ("deux  blancs", "=?utf-8?b?ZGV1eCAgYmxhbmNz?="),
        (" devant", "=?utf-8?b?IGRldmFudA==?="),
        ("derriere ", "=?utf-8?b?ZGVycmllcmUg?="),
        ("un\ttaquet", "=?utf-8?b?dW4JdGFxdWV0?="),
    ],
)
def test_ascii_subjects_on_the_wire(title: str, wire: str) -> None:
    mail = encode(replace(LETTER, subject=title))
    assert f"Subject: {wire}" in headers(mail)
    assert decoded(unfolded(mail, "Subject")) == title


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Interfor & Cie", "Interfor & Cie <a@b.fr>"),
        ("Dr. Dupont", '"Dr. Dupont" <a@b.fr>'),
        ('Le "Fil", \\ fin', '"Le \\"Fil\\", \\\\ fin" <a@b.fr>'),
        ("", '"" <a@b.fr>'),
        ("a  b", "=?utf-8?b?YSAgYg==?= <a@b.fr>"),
        ("é" * 12, "=?utf-8?b?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp?= <a@b.fr>"),
        ("n" * 66, "n" * 66 + "\n <a@b.fr>"),
    ],
)
def test_names_on_the_wire(name: str, wire: str) -> None:
    assert headers(encode(replace(LETTER, sender=Sender(name, "a@b.fr"))))[0] == f"From: {wire}"


@pytest.mark.parametrize(
    ("url", "mailto", "wire", "one_click"),
    [
        ("https://a.fr/" + "j" * 187, "", f"<https://a.fr/{'j' * 187}>", True),
        ("https://a.fr/?a=1,2&b=%C3%A9", "", "<https://a.fr/?a=1,2&b=%C3%A9>", True),
        ("{{ unsubscribe_url }}", "fin@b.fr", "<{{ unsubscribe_url }}>,\n <mailto:fin@b.fr?subject=unsubscribe>", True),
        ("*|UNSUB|*", "", "<*|UNSUB|*>", True),
        ("%unsubscribe_url%", "", "<%unsubscribe_url%>", True),
        ("[[unsub_link]]", "", "<[[unsub_link]]>", True),
        ("http://a.fr/", "", "<http://a.fr/>", False),
        ("mailto:fin@b.fr", "", "<mailto:fin@b.fr>", False),
        ("", "a&b%c?d@é.fr", "<mailto:a%26b%25c%3Fd@xn--9ca.fr?subject=unsubscribe>", False),
    ],
)
def test_unsubscribe_stays_whole(url: str, mailto: str, wire: str, one_click: bool) -> None:
    found = headers(encode(replace(LETTER, unsubscribe=Unsubscribe(url, mailto))))
    assert f"List-Unsubscribe: {wire}" in found
    assert ("List-Unsubscribe-Post: List-Unsubscribe=One-Click" in found) == one_click


def test_no_way_out_no_header() -> None:
    assert b"Unsubscribe" not in encode(replace(LETTER, unsubscribe=Unsubscribe()))


def test_domains_go_out_in_idna() -> None:
    mail = encode(replace(LETTER, sender=Sender("Été", "a.b+c@été.example", "r@école.example")))
    assert "From: =?utf-8?b?w4l0w6k=?= <a.b+c@xn--t-9fab.example>" in headers(mail)
    assert "Reply-To: r@xn--cole-9oa.example" in headers(mail)


@pytest.mark.parametrize("address", ["é@b.fr", "a@é..fr", "a", "@b.fr", "a@", "a b@c.fr", "a@b.fr>, <c@d.fr", "a@b@c"])
def test_what_is_no_mail_address(address: str) -> None:
    for sender, name in ((Sender("A", address), "From"), (Sender("A", "a@b.fr", address), "Reply-To")):
        with pytest.raises(ValueError, match=f"^{name}: "):
            encode(replace(LETTER, sender=sender))
    with pytest.raises(ValueError, match=r"^List-Unsubscribe: "):
        encode(replace(LETTER, unsubscribe=Unsubscribe("", address)))


HOSTILE = (
    "\r\nBcc: x@y.fr", "\r\n Bcc: x@y.fr", "\n", "\r", "\0", "\x01", "\x0b", "\x1b[31m", "\x1c", "\x7f", "\x85", "\x9f",
    "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\ud800",
)  # fmt: skip
PLACES = {
    "subject": ("Subject", lambda text: replace(LETTER, subject=text)),
    "long subject": ("Subject", lambda text: replace(LETTER, subject="é" * 99 + text)),
    "name": ("From", lambda text: replace(LETTER, sender=Sender(text, "a@b.fr"))),
    "email": ("From", lambda text: replace(LETTER, sender=Sender("A", f"a{text}@b.fr"))),
    "domain": ("From", lambda text: replace(LETTER, sender=Sender("A", f"a@b{text}.fr"))),
    "reply_to": ("Reply-To", lambda text: replace(LETTER, sender=Sender("A", "a@b.fr", f"a{text}@b.fr"))),
    "message_id": ("Message-ID", lambda text: replace(LETTER, message_id=f"{text}@b.fr")),
    "lang": ("Content-Language", lambda text: replace(LETTER, lang=text)),
    "list_id": ("List-Id", lambda text: replace(LETTER, list_id=text)),
    "list_title": ("To", lambda text: replace(LETTER, list_title=text)),
    "url": ("List-Unsubscribe", lambda text: replace(LETTER, unsubscribe=Unsubscribe(f"https://a.fr/{text}"))),
    "mailto": ("List-Unsubscribe", lambda text: replace(LETTER, unsubscribe=Unsubscribe("", f"a{text}@b.fr"))),
}


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_gets_into_a_header(place: str, hostile: str) -> None:
    name, letter = PLACES[place]
    for text in (hostile, f"avant{hostile}", f"avant{hostile} après"):
        with pytest.raises(ValueError, match=f"^{name}: "):
            encode(letter(text))


@pytest.mark.parametrize("place", ["message_id", "list_id", "url"])
def test_angle_brackets_cannot_be_closed(place: str) -> None:
    name, letter = PLACES[place]
    with pytest.raises(ValueError, match=f"^{name}: "):
        encode(letter("x>, <https://b.fr/"))


def test_what_cannot_be_folded_has_an_end() -> None:
    fits = "https://a.fr/" + "j" * (998 - len("List-Unsubscribe: <https://a.fr/>,"))
    assert sound(encode(replace(LETTER, unsubscribe=Unsubscribe(fits, "a@b.fr"))))
    with pytest.raises(ValueError, match=r"^List-Unsubscribe: "):
        encode(replace(LETTER, unsubscribe=Unsubscribe(fits + "j", "a@b.fr")))


@pytest.mark.parametrize(
    ("date", "wire"),
    [
        (datetime(2024, 11, 3, 23, 5, 9, tzinfo=UTC), "Sun, 03 Nov 2024 23:05:09 +0000"),
        (datetime(2024, 7, 1, tzinfo=timezone(-timedelta(hours=3, minutes=30))), "Mon, 01 Jul 2024 00:00:00 -0330"),
        # Paris before standard time, 9 minutes and 21 seconds ahead of Greenwich.
        (datetime(1900, 1, 1, tzinfo=timezone(timedelta(seconds=561))), "Sun, 31 Dec 1899 23:50:39 +0000"),
    ],
)
def test_dates(date: datetime, wire: str) -> None:
    assert unfolded(encode(replace(LETTER, date=date)), "Date") == wire
    assert parsedate_to_datetime(wire) == date


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=st.none() | OFFSETS))
def test_dates_are_those_of_the_standard_library(date: datetime) -> None:
    assert unfolded(encode(replace(LETTER, date=date)), "Date") == format_datetime(date)


def check_bodies(text: str, *html: str) -> None:
    """Check that two decoders return the original parts, from lines that no mail program alters."""
    mail = encode(replace(LETTER, text=text, html=html))
    expected = [part.encode().replace(b"\n", b"\r\n") for part in (text, "".join(html))]
    assert bodies(mail) == expected
    edge = b"\r\n--" + legacy(mail).get_boundary().encode()
    wire = [part.partition(b"\r\n\r\n")[2] for part in mail.split(edge)[1:3]]
    assert [quopri.decodestring(part) for part in wire] == expected
    lines = [line for part in wire for line in part.split(b"\r\n")]
    assert max(map(len, lines)) <= 76
    assert not any(line == b"." or line.startswith(b"From ") or line.endswith((b" ", b"\t")) for line in lines)
    assert sound(mail)


@given(
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])),
    st.lists(st.text("aé=. \t\nFrom-_", max_size=200), max_size=4),
)
def test_any_body_survives(text: str, html: list[str]) -> None:
    check_bodies(text, *html)


@pytest.mark.parametrize("tail", ["", " ", "\t", "é ", "= ", "éé\t", ".", "From "])
@pytest.mark.parametrize("lead", ["", "From ", ".", "é", "From é"])
def test_lines_of_every_length(lead: str, tail: str) -> None:
    sizes = range(150)
    check_bodies(
        "\n".join(f"{lead}{'a' * size}{tail}" for size in sizes),
        "\n".join(f"{lead}{'a' * (size % 79)}{'é' * (size // 3)}{tail}" for size in sizes),
    )


@pytest.mark.parametrize("end", ["a", "é", "aé", "éa", " ", "="])
def test_pieces_may_end_anywhere_in_a_line(end: str) -> None:
    """The = at the end of a piece's last line counts towards the limit of 76 characters."""
    for size in range(60, 90):
        piece = "a" * size + end
        check_bodies("", piece, piece, f"{piece}\n", piece, "b")


ODD = st.lists(
    st.sampled_from(
        ["a", "é", "ÿ", "=", ".", " ", "\t", "\n", "\r", "\0", "\1", "=20", "\n=FF\n", "From ", "x" * 70, "œ" * 9]
    ),
    max_size=12,
).map("".join)


@given(ODD, st.lists(ODD, max_size=7))
def test_pieces_encoded_together_are_those_encoded_one_by_one(text: str, html: list[str]) -> None:
    """The lines of a piece do not depend on other pieces, and files contain every character unchanged."""
    written = write(replace(LETTER, text=text, html=tuple(html)))
    assert written.text == text.encode() and written.html == "".join(html).encode()
    assert bodies(written.message) == [
        "".join(re.sub("\r\n?|\n", "\r\n", piece) for piece in part).encode() for part in ([text], html)
    ]
    assert sound(written.message)
    pieces = [b"".join(quoted_printable.encode("", ("", piece)).quoted_html).removesuffix(b"=\r\n") for piece in html]
    shown = [piece + b"=\r\n" if piece and not piece.endswith(b"\n") else piece for piece in pieces]
    together = quoted_printable.encode(text, html)
    assert together.quoted_text == quoted_printable.encode(text, ()).quoted_text and together.quoted_html == shown


@given(ODD | st.from_regex(r"(From |F|a{60,80}|[ \t]|[éœ]{20}|\n|=20|0){0,12}", fullmatch=True))
def test_what_is_mended_is_found(text: str) -> None:
    """Several checks find the lines to repair; the result is the same as if every line were repaired."""
    octets = re.sub("\r\n?|\n", "\n", text).encode()
    lines = re.sub(rb"(?m)^(?=.{77}|From .{70})(.{71}[^=\n]{0,2})", rb"\1=\n", binascii.b2a_qp(octets, istext=True))
    wanted = re.sub(rb"(?m)^From ", b"=46rom ", lines).replace(b"\n", b"\r\n")
    assert quoted_printable.encode(text, ()).quoted_text == wanted


@given(st.lists(st.tuples(ODD, ODD, ODD), min_size=1, max_size=4))
def test_literals_are_their_pieces(html: list[tuple[str, str, str]]) -> None:
    """Pieces joined beforehand give the same mail."""
    by_one = [piece for one, two, own in html for piece in (one, "", two, own)]
    joined = [piece for one, two, own in html for piece in (quoted_printable.Literal((one, two)), own)]
    made = [write(replace(LETTER, html=tuple(pieces))) for pieces in (by_one, joined)]
    assert made[0] == made[1] and "".join(by_one) == "".join(joined)


def test_carriage_returns_end_lines() -> None:
    assert bodies(encode(replace(LETTER, text="a\r\nb\rc\n", html=("\r\n<p>\r",)))) == [
        b"a\r\nb\r\nc\r\n",
        b"\r\n<p>\r\n",
    ]
