"""mails: rules over one finished mail: its HTML, its text part, its bytes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from newsletter.model import Announcement, Issue, Settings
from newsletter.model.problems import Place
from newsletter.rules.rule import Family, Finding
from newsletter.text.entities import escape_as_templates, unescape
from newsletter.theme.slots import Joined

SIZES = Family("size", "What is too large to arrive whole.")
TEXTS = Family("text part", "The half of a mail that is plain text: some read only that, and spam filters compare.")
LISTS = Family("lists", "What a mail to many owes its readers.")
HEADERS = Family("headers", "What receivers look at before anyone reads. Errors here stop a build.")

CLIPPED = 100_000  # bytes; Gmail cuts a mail's HTML at about 102 KB
NEARLY = 85_000  # bytes; a mail service adds its own
_SEARCHES = 50  # lines that are looked for in the whole body
LONGEST = 78  # characters of a line (RFC 5322, 2.1.1)
WIDEST = 998  # characters of a line, at most (there, too)
TYPES = (b"multipart/alternative", b"text/plain", b"text/html")
_CR, _LF = (bytes(octet == end for octet in range(256)) for end in b"\r\n")
ONCE = {name: b"\n%s:" % name.encode() for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")}
_WHOLE = frozenset((b"\r\n", b""))  # how pieces end that are whole lines
_UNMARKED = re.compile(r"[?&]utm_source=.*")  # what campaign.marker adds to an address
_HREF = re.compile(r'<a\s[^>]*?href="([^"]*)"', re.IGNORECASE)
_SHOWN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|title|script)\b.*?(?:</\1>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)


@dataclass
class Mail:
    """One mail. `place` is the announcement or issue it is of, the templates are paths in the theme."""

    of: Announcement | Issue
    settings: Settings
    place: Place
    html_template: str
    text_template: str
    html_part: bytes = field(repr=False)
    text_part: bytes = field(repr=False)
    eml: bytes = field(repr=False)

    @cached_property
    def html(self) -> str:
        """Its HTML."""
        return self.html_part.decode()

    @cached_property
    def text(self) -> str:
        """Its text part."""
        return self.text_part.decode()

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Addresses of the links in the HTML, each once."""
        return tuple(dict.fromkeys(unescape(href) for href in _HREF.findall(self.html)))

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Where links lead whose text is their address: the text part has that, as it was written."""
        of = self.of if isinstance(self.of, Announcement) else self.of.file
        links = of.prose.references if of else ()
        return frozenset(of.targets[link.target].url for link in links if of and link.label == link.target)

    @cached_property
    def words(self) -> frozenset[str]:
        """What stands in the text part between blanks, with and without signs around it."""
        found = self.text.split()
        return frozenset((*found, *(word.strip("<>()") for word in found)))

    def lacks(self, target: str) -> bool:
        """Whether the text part has no way to where a link of the HTML leads."""
        address = re.sub(r"^(?:mailto|tel):", "", target)
        # Nearly every address is a word. To search a long text for each of thousands would take minutes.
        if address in self.words or target in self.spelled or _UNMARKED.sub("", target) in self.spelled:
            return False
        return address not in self.text

    def shows(self, address: str) -> tuple[bool, bool]:
        """Whether an address stands in the HTML, and in the text."""
        return escape_as_templates(address) in self.html, address in self.text

    def find(self, words: str, *, search: bool) -> Place | None:
        """Where a line stands in the announcement's body: a whole line of it, or, when asked to `search`, any words."""
        if not isinstance(self.of, Announcement):
            return None
        body, at = self._body
        found = at.get(words, body.find(words) if search else -1)
        return self.of.source.at_character(found) if found >= 0 else None

    @cached_property
    def _body(self) -> tuple[str, Mapping[str, int]]:
        """The body, and where each of its lines begins, without the blanks around it."""
        body = self.of.source.body if isinstance(self.of, Announcement) else ""
        lines: dict[str, int] = {}
        for line in re.finditer(r"[^\n]+", body):
            lines.setdefault(line[0].strip(), line.end() - len(line[0].lstrip()))
        return body, lines

    @property
    def head(self) -> bytes:
        """The header of the message."""
        end = self.eml.find(b"\r\n\r\n")
        return self.eml if end < 0 else self.eml[:end]


@SIZES.rule("mail-size", "A mail that Gmail cuts", fails="100,000 bytes of HTML", passes="20,000 bytes of HTML")
def mail_size(mail: Mail) -> Iterator[Finding]:
    """Gmail shows the first 102 KB of a mail's HTML and hides the rest, with the link to unsubscribe, behind “View entire
    message”. Mail services add tracking of their own: from 85,000 bytes on it is close.
    """
    size = len(mail.html_part)
    if size > NEARLY:
        told = "Gmail cuts it off" if size > CLIPPED else "Gmail cuts mails at about 100,000"
        yield Finding(mail.place, f"the mail has {size:,} bytes of HTML: {told}", "shorten it, and link to the rest")


@TEXTS.rule("short-text", "A text part that leaves out what the HTML says", fails="Voir en ligne : https://…",
            passes="all that the HTML says")  # fmt: skip
def short_text(mail: Mail) -> Iterator[Finding]:
    """Spam filters compare the halves of a mail (SpamAssassin: MPART_ALT_DIFF, 2.2 points), and some readers see only
    the text. It should hold at least 60 % of the words of the HTML.
    """
    shown = set(re.findall(r"\w{4,}", unescape(_SHOWN.sub(" ", mail.html)).lower()))
    written = set(re.findall(r"\w{4,}", mail.text.lower()))
    if shown and len(shown & written) < 0.6 * len(shown):
        share = f"{100 * len(shown & written) // len(shown)} %"
        yield Finding(
            Place(mail.text_template), f"the text part has {share} of the words of the HTML", "say it all in both"
        )


@TEXTS.rule("text-link", "A link that the text part lacks", fails="{{ story.action.title }}",
            passes="{{ story.action.title ~ ' <' ~ story.action.url ~ '>' }}")  # fmt: skip
def text_link(mail: Mail) -> Iterator[Finding]:
    """Who reads the text part must be able to go where the others go."""
    for target in mail.targets:
        if mail.lacks(target):
            told = f"the text part lacks the link to {target[:100]}"
            yield Finding(Place(mail.text_template), told, "write its address into the .txt template")


@TEXTS.rule("long-line", "A line that is too long for a letter", fails="a line of 100 characters",
            passes="lines of 72 characters")  # fmt: skip
def long_line(mail: Mail) -> Iterator[Finding]:
    """Lines of more than 78 characters are broken anywhere by some programs. Addresses may be longer."""
    lines = (line for line in mail.text.split("\n") if len(line) > LONGEST and "://" not in line)
    for number, line in enumerate(line for line in lines if " " in line.strip()):
        words = line.strip()
        place = mail.find(words, search=number < _SEARCHES) or Place(mail.text_template)
        yield Finding(place, f"this line of the text part has {len(line)} characters", "break it before 78")


@HEADERS.rule("bad-header", "A header that is missing or stands twice", level="error", fails="two Subject headers",
              passes="one of each")  # fmt: skip
def bad_header(mail: Mail) -> Iterator[Finding]:
    """From, To, Subject, Date, Message-ID and MIME-Version stand exactly once, else receivers refuse the mail or show it
    as they like (RFC 5322, 3.6). This program writes them: a fault here is to be reported.
    """
    head = b"\n" + mail.head
    for name, line in ONCE.items():
        if (count := head.count(line)) != 1:
            yield Finding(mail.place, f"the mail has {count} headers {name}", "report this fault")


@HEADERS.rule("bad-mime", "A mail whose bytes are not those of a mail", level="error", fails="8-bit bytes, lone line feeds",
              passes="ASCII, CRLF, lines of at most 998")  # fmt: skip
def bad_mime(mail: Mail) -> Iterator[Finding]:
    """A mail is ASCII, its lines end in CRLF and hold at most 998 characters, and it holds a text part, then an HTML part
    (RFC 5322, 2.1.1; RFC 2046, 5.1.4). This program writes it so: a fault here is to be reported.
    """
    eml = mail.eml
    if isinstance(eml, Joined) and is_sound_by_pieces(eml):
        return
    if not eml.isascii() or b"\0" in eml:
        yield Finding(mail.place, "the mail holds bytes that are not ASCII", "report this fault")
    if not has_pairs(eml):
        yield Finding(mail.place, "the mail holds line ends that are not CRLF", "report this fault")
    if has_long_line(eml):
        yield Finding(mail.place, f"the mail holds a line of more than {WIDEST} characters", "report this fault")
    if tuple(types_of(eml)) != TYPES:
        yield Finding(mail.place, "the mail is not a text part and then an HTML part", "report this fault")


def is_sound_by_pieces(eml: Joined) -> bool:
    """Whether nothing at all is wrong with a mail, as its pieces tell: what comes again in other mails is read once.

    That tells it where each piece is whole lines. False says no more than that one has to read it from end to end.
    """
    own = eml.pieces[1::2]
    if _known_types(eml.pieces[::2]) != TYPES or not _WHOLE.issuperset({piece[-2:] for piece in own}):
        return False
    joined = b"".join(own)
    return (
        (b"Content-Type:" not in joined or next(types_of(b"\n" + joined), None) is None)
        and not eml.startswith(b"Content-Type: ")  # which is no line of its own kind there, see types_of
        and is_sound(joined)
    )


@lru_cache(maxsize=1024)
def _known_types(pieces: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
    """The types that pieces of whole lines name, if nothing is wrong with them: the same pieces stand in many mails."""
    known = [_known(piece) for piece in pieces if piece]
    return None if None in known else tuple(name for names in known if names for name in names)


@lru_cache(maxsize=4096)
def _known(piece: bytes) -> tuple[bytes, ...] | None:
    """The types that whole lines name, if nothing is wrong with them."""
    return tuple(types_of(b"\n" + piece)) if piece.endswith(b"\r\n") and is_sound(piece) else None


def is_sound(lines: bytes) -> bool:
    """Whether they are ASCII, end in CRLF and are not too long."""
    return lines.isascii() and b"\0" not in lines and has_pairs(lines) and not has_long_line(lines)


def has_pairs(eml: bytes) -> bool:
    """Whether CR and LF stand only together, in this order."""
    # Where CR stands, and where LF stands: the same, one place further. To count pairs takes twice as long.
    return b"\0" + eml.translate(_CR) == eml.translate(_LF) + b"\0"


def has_long_line(eml: bytes) -> bool:
    """Whether a line has more than 998 characters. It leaps: to read every byte takes ten times as long."""
    start = 0
    while len(eml) - start > WIDEST:
        end = eml.rfind(b"\r\n", start, start + WIDEST + 2)
        if end < 0:
            return True
        start = end + 2
    return False


def types_of(eml: bytes) -> Iterator[bytes]:
    """What the lines that begin with Content-Type name."""
    mark, at = b"\nContent-Type: ", -1
    while (at := eml.find(mark, at + 1)) >= 0:
        named = re.match(rb"[a-z/]+", eml[at + len(mark) : at + 99])
        yield named[0] if named else b""


@LISTS.rule(
    "no-one-click", "A mail that cannot be unsubscribed from with one click",
              fails='unsubscribe = {mailto = "…"}', passes='unsubscribe = {url = "https://…"}')  # fmt: skip
def no_one_click(mail: Mail) -> Iterator[Finding]:
    """Gmail, Yahoo and Outlook want `List-Unsubscribe` with an https address and `List-Unsubscribe-Post` from who sends
    much (RFC 8058). The address is in the settings, or a placeholder that your mail service fills.
    """
    chosen = mail.settings.unsubscribe
    if chosen.mailto and not chosen.url:
        yield Finding("unsubscribe", "readers cannot unsubscribe with one click", "add an https url to unsubscribe")


@LISTS.rule(
    "no-unsubscribe", "A mail without a way out", fails="[tool.newsletter]",
              passes='[tool.newsletter.unsubscribe]\nurl = "https://…"')  # fmt: skip
def no_unsubscribe(mail: Mail) -> Iterator[Finding]:
    """Every mail to a list needs a way to leave it: by law, and because whoever finds none says “spam”. Settings:
    `unsubscribe`; the theme shows it in both parts.
    """
    chosen = mail.settings.unsubscribe
    if not chosen.url and not chosen.mailto:
        yield Finding("unsubscribe", "mails tell no way to unsubscribe", 'add unsubscribe = {url = "https://…"}')
        return
    way = chosen.url or f"mailto:{chosen.mailto}"
    shows = mail.shows(way.removeprefix("mailto:"))
    for shown, template in zip(shows, (mail.html_template, mail.text_template), strict=True):
        if not shown:
            yield Finding(Place(template), "this mail does not show how to unsubscribe", "print {{ unsubscribe_url }}")


@LISTS.rule(
    "no-postal-address", "A mail that says not who writes", fails="[tool.newsletter]",
              passes='[tool.newsletter.organisation]\nname = "…"\naddress = "…"')  # fmt: skip
def no_postal_address(mail: Mail) -> Iterator[Finding]:
    """Who publishes has to say who and where they are (in France: LCEN, article 1-1). Settings: `organisation`."""
    chosen = mail.settings.organisation
    if not (chosen.name and chosen.address):
        yield Finding(
            "organisation", "mails do not say who writes, and where they are", "add organisation {name, address}"
        )


@LISTS.rule(
    "no-web-version", "A mail without a link to its page", fails="a layout without view_url",
              passes='<a href="{{ view_url }}">…</a>')  # fmt: skip
def no_web_version(mail: Mail) -> Iterator[Finding]:
    """Who cannot read the mail reads the page: both parts link to it."""
    shows = mail.shows(mail.settings.url + mail.of.page)
    for shown, template in zip(shows, (mail.html_template, mail.text_template), strict=True):
        if not shown:
            yield Finding(Place(template), "this mail does not link to its page", "print {{ view_url }}")
