"""Define rules for a finished mail: its HTML part, its text part and its bytes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from newsletter import load
from newsletter.model import Announcement, Issue, Settings, Source
from newsletter.model.problems import Place
from newsletter.rules.rendered.mime_structure import (
    TYPES,
    WIDEST,
    has_long_line,
    has_only_crlf,
    part_types,
)
from newsletter.rules.rule import Family, Finding
from newsletter.text.entities import escape_as_templates, unescape

SIZES = Family("size", "Mails that are too large to be shown completely.")
TEXTS = Family("text part", "The plain text of a mail. Some people read only this text, and spam filters compare it.")
LISTS = Family("lists", "Information that a mail to a list of readers must contain.")
HEADERS = Family("headers", "The structure of a mail, which mail servers check. Errors here stop a build.")

CLIPPED = 100_000  # bytes; Gmail cuts a mail's HTML at about 102 KB
NEARLY = 85_000  # bytes; leaves room for the code that a mail service adds
_SEARCHES = 50  # long lines to look up in the whole body of an announcement
LONGEST = 78  # characters in a line (RFC 5322, 2.1.1)
ONCE = {name: b"\n%s:" % name.encode() for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")}
_UTM = re.compile(r"[?&]utm_source=.*")  # parameters added by newsletter.text.utm
_HREF = re.compile(r'<a\s[^>]*?href="([^"]*)"', re.IGNORECASE)
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|title|script)\b.*?(?:</\1>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)


@dataclass
class Mail:
    """A finished mail.

    `item` is the announcement or issue that it contains, and `place` is the place of that item. `html_template` and
    `text_template` are paths of templates.
    """

    item: Announcement | Issue
    settings: Settings
    place: Place
    html_template: str
    text_template: str
    html_part: bytes = field(repr=False)
    text_part: bytes = field(repr=False)
    eml: bytes = field(repr=False)

    @cached_property
    def html(self) -> str:
        """The HTML part."""
        return self.html_part.decode()

    @cached_property
    def text(self) -> str:
        """The text part."""
        return self.text_part.decode()

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The distinct URLs of the links in the HTML part."""
        return tuple(dict.fromkeys(unescape(href) for href in _HREF.findall(self.html)))

    @cached_property
    def literal_links(self) -> frozenset[str]:
        """The targets of links whose text is their own URL. The text part contains these URLs as written."""
        source = self.item if isinstance(self.item, Announcement) else self.item.file
        if source is None:
            return frozenset()
        links = source.prose.references
        return frozenset(source.targets[link.target].url for link in links if link.label == link.target)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text part. Words in brackets are also included without the brackets."""
        words = self.text.split()
        return frozenset((*words, *(word.strip("<>()") for word in words)))

    def lacks(self, target: str) -> bool:
        """Return whether the text part lacks the target of a link in the HTML part."""
        address = re.sub(r"^(?:mailto|tel):", "", target)
        # Nearly every address is a word. Searching a long text for thousands of addresses could take minutes.
        if address in self.words or target in self.literal_links or _UTM.sub("", target) in self.literal_links:
            return False
        return address not in self.text

    def shows(self, address: str) -> tuple[bool, bool]:
        """Return whether the HTML part shows an address, and whether the text part shows it."""
        return escape_as_templates(address) in self.html, address in self.text

    def find(self, line: str, *, search: bool) -> Place | None:
        """Return the place of a line in the announcement's body, or None.

        With `search`, the line is also found if it is only a part of a line in the body.
        """
        if not isinstance(self.item, Announcement):
            return None
        offset = self._offsets.get(line, self._source.body.find(line) if search else -1)
        return self._source.at_character(offset) if offset >= 0 else None

    @cached_property
    def _source(self) -> Source:
        assert isinstance(self.item, Announcement)
        return load.reread(self.item.source)

    @cached_property
    def _offsets(self) -> Mapping[str, int]:
        """The offset of each line in the announcement's body. Lines are stripped of white space."""
        offsets: dict[str, int] = {}
        for line in re.finditer(r"[^\n]+", self._source.body):
            offsets.setdefault(line[0].strip(), line.end() - len(line[0].lstrip()))
        return offsets

    @property
    def head(self) -> bytes:
        """The headers."""
        end = self.eml.find(b"\r\n\r\n")
        return self.eml if end < 0 else self.eml[:end]


@SIZES.rule("mail-size", "A mail that Gmail cuts", fails="100,000 bytes of HTML", passes="20,000 bytes of HTML")
def mail_size(mail: Mail) -> Iterator[Finding]:
    """Gmail shows the first 102 KB of a mail's HTML, and hides the rest behind “View entire message”, including the
    unsubscribe link. Mail services add their own code for tracking, so 85,000 bytes may already be too many.
    """
    size = len(mail.html_part)
    if size > NEARLY:
        effect = "Gmail cuts it off" if size > CLIPPED else "Gmail cuts mails at about 100,000"
        yield Finding(mail.place, f"the mail has {size:,} bytes of HTML: {effect}", "shorten it, and link to the rest")


@TEXTS.rule("short-text", "A text part that omits text of the HTML part", fails="Voir en ligne : https://…",
            passes="all text of the HTML part")  # fmt: skip
def short_text(mail: Mail) -> Iterator[Finding]:
    """Spam filters compare the two parts of a mail (SpamAssassin: MPART_ALT_DIFF, 2.2 points), and some readers
    see only the text part. It should contain at least 60 % of the words of the HTML part.
    """
    html_words = set(re.findall(r"\w{4,}", unescape(_HIDDEN.sub(" ", mail.html)).lower()))
    text_words = set(re.findall(r"\w{4,}", mail.text.lower()))
    common = len(html_words & text_words)
    if html_words and common < 0.6 * len(html_words):
        share = f"{100 * common // len(html_words)} %"
        message = f"the text part has only {share} of the words of the HTML part"
        yield Finding(Place(mail.text_template), message, "print the same text in both templates")


@TEXTS.rule("text-link", "A link that is missing from the text part", fails="{{ story.action.title }}",
            passes="{{ story.action.title ~ ' <' ~ story.action.url ~ '>' }}")  # fmt: skip
def text_link(mail: Mail) -> Iterator[Finding]:
    """People who read the text part need the same links as everyone else."""
    for target in mail.targets:
        if mail.lacks(target):
            message = f"the text part lacks the link to {target[:100]}"
            yield Finding(Place(mail.text_template), message, "print its URL in the .txt template")


@TEXTS.rule("long-line", "A line that is too long for a mail", fails="a line of 100 characters",
            passes="lines of 72 characters")  # fmt: skip
def long_line(mail: Mail) -> Iterator[Finding]:
    """Some mail programs break lines of more than 78 characters at arbitrary points. Lines with a URL may be longer."""
    lines = (line for line in mail.text.split("\n") if len(line) > LONGEST and "://" not in line)
    for number, line in enumerate(line for line in lines if " " in line.strip()):
        place = mail.find(line.strip(), search=number < _SEARCHES) or Place(mail.text_template)
        yield Finding(place, f"this line of the text part has {len(line)} characters", "use at most 78")


@HEADERS.rule("bad-header", "A header that is missing or duplicated", level="error", fails="two Subject headers",
              passes="one of each")  # fmt: skip
def bad_header(mail: Mail) -> Iterator[Finding]:
    """From, To, Subject, Date, Message-ID and MIME-Version must each occur exactly once (RFC 5322, 3.6).
    Otherwise, mail servers may refuse the mail. These headers are written by this program, so please report the
    fault.
    """
    head = b"\n" + mail.head
    for name, line in ONCE.items():
        if (count := head.count(line)) != 1:
            yield Finding(mail.place, f"the mail has {count} {name} headers", "report this fault")


@HEADERS.rule("bad-mime", "A mail that is not valid MIME", level="error", fails="8-bit bytes, lone line feeds",
              passes="ASCII, CRLF, lines of at most 998")  # fmt: skip
def bad_mime(mail: Mail) -> Iterator[Finding]:
    """A mail consists of ASCII lines that end in CRLF and have at most 998 characters. It has a text part
    followed by an HTML part (RFC 5322, 2.1.1; RFC 2046, 5.1.4). Mails are written by this program, so please
    report the fault.
    """
    eml = mail.eml
    if not eml.isascii() or b"\0" in eml:
        yield Finding(mail.place, "the mail has non-ASCII bytes", "report this fault")
    if not has_only_crlf(eml):
        yield Finding(mail.place, "the mail has line endings other than CRLF", "report this fault")
    if has_long_line(eml):
        yield Finding(mail.place, f"the mail has a line of more than {WIDEST} characters", "report this fault")
    if tuple(part_types(eml)) != TYPES:
        yield Finding(mail.place, "the mail is not a text part followed by an HTML part", "report this fault")


@LISTS.rule(
    "no-one-click", "A mail without one-click unsubscription",
              fails='unsubscribe = {mailto = "…"}', passes='unsubscribe = {url = "https://…"}')  # fmt: skip
def no_one_click(mail: Mail) -> Iterator[Finding]:
    """Gmail, Yahoo and Outlook require bulk senders to add the headers `List-Unsubscribe`, with an https URL, and
    `List-Unsubscribe-Post` (RFC 8058). Set the URL in the settings. It is your own URL, or a placeholder that your mail
    service replaces.
    """
    unsubscribe = mail.settings.unsubscribe
    if unsubscribe.mailto and not unsubscribe.url:
        yield Finding("unsubscribe", "readers cannot unsubscribe with one click", "add an https url to unsubscribe")


@LISTS.rule(
    "no-unsubscribe", "A mail without a way to unsubscribe", fails="[tool.newsletter]",
              passes='[tool.newsletter.unsubscribe]\nurl = "https://…"')  # fmt: skip
def no_unsubscribe(mail: Mail) -> Iterator[Finding]:
    """Every mail to a list must tell readers how to unsubscribe. The law requires it, and readers who do not find a way
    report the mail as spam. Set `unsubscribe` in the settings. The theme prints it in both parts.
    """
    unsubscribe = mail.settings.unsubscribe
    if not unsubscribe.url and not unsubscribe.mailto:
        yield Finding("unsubscribe", "mails do not say how to unsubscribe", 'add unsubscribe = {url = "https://…"}')
        return
    address = unsubscribe.url or unsubscribe.mailto
    shows = mail.shows(address.removeprefix("mailto:"))
    for is_shown, template in zip(shows, (mail.html_template, mail.text_template), strict=True):
        if not is_shown:
            yield Finding(Place(template), "this mail does not show how to unsubscribe", "print {{ unsubscribe_url }}")


@LISTS.rule(
    "no-postal-address", "A mail that does not say who sent it", fails="[tool.newsletter]",
              passes='[tool.newsletter.organisation]\nname = "…"\naddress = "…"')  # fmt: skip
def no_postal_address(mail: Mail) -> Iterator[Finding]:
    """Publishers must give their name and address (in France: LCEN, article 1-1). Set `organisation` in the
    settings.
    """
    organisation = mail.settings.organisation
    if not (organisation.name and organisation.address):
        yield Finding("organisation", "the sender's name and address are missing", "add organisation {name, address}")


@LISTS.rule(
    "no-web-version", "A mail without a link to its page", fails="a layout without view_url",
              passes='<a href="{{ view_url }}">…</a>')  # fmt: skip
def no_web_version(mail: Mail) -> Iterator[Finding]:
    """People who cannot read the mail can read its page instead. Both parts must link to the page."""
    shows = mail.shows(mail.settings.url + mail.item.page)
    for is_shown, template in zip(shows, (mail.html_template, mail.text_template), strict=True):
        if not is_shown:
            yield Finding(Place(template), "this mail does not link to its page", "print {{ view_url }}")
