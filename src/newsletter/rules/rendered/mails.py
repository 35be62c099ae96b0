"""Rules for one finished mail: its HTML part, its text part, its bytes."""

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
    is_valid_by_pieces,
    part_types,
)
from newsletter.rules.rule import Family, Finding
from newsletter.text.entities import escape_as_templates, unescape
from newsletter.theme.slots import Joined

SIZES = Family("size", "What is too large to arrive in one piece.")
TEXTS = Family("text part", "The plain text of a mail: some people read only this, and spam filters compare it.")
LISTS = Family("lists", "What a mail to a list of readers must contain.")
HEADERS = Family("headers", "What mail servers check before anyone reads the mail. Errors here stop a build.")

CLIPPED = 100_000  # bytes; Gmail cuts a mail's HTML at about 102 KB
NEARLY = 85_000  # bytes; a mail service adds some of its own
_SEARCHES = 50  # long lines that are searched for in the whole body
LONGEST = 78  # characters of a line (RFC 5322, 2.1.1)
ONCE = {name: b"\n%s:" % name.encode() for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")}
_UTM = re.compile(r"[?&]utm_source=.*")  # parameters added by newsletter.text.utm
_HREF = re.compile(r'<a\s[^>]*?href="([^"]*)"', re.IGNORECASE)
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|title|script)\b.*?(?:</\1>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)


@dataclass
class Mail:
    """A finished mail.

    `item` is the announcement or issue in it, and `place` is its place. The templates are paths in the theme.
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
        """The targets of links whose text is their own URL: the text part has it as it was written."""
        source = self.item if isinstance(self.item, Announcement) else self.item.file
        if source is None:
            return frozenset()
        links = source.prose.references
        return frozenset(source.targets[link.target].url for link in links if link.label == link.target)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text part, with and without the brackets around them."""
        words = self.text.split()
        return frozenset((*words, *(word.strip("<>()") for word in words)))

    def lacks(self, target: str) -> bool:
        """Return whether the text part does not show the target of a link in the HTML part."""
        address = re.sub(r"^(?:mailto|tel):", "", target)
        # Nearly every address is a word. Searching a long text for thousands of addresses would take minutes.
        if address in self.words or target in self.literal_links or _UTM.sub("", target) in self.literal_links:
            return False
        return address not in self.text

    def shows(self, address: str) -> tuple[bool, bool]:
        """Return whether the HTML part shows an address, and whether the text part does."""
        return escape_as_templates(address) in self.html, address in self.text

    def find(self, line: str, *, search: bool) -> Place | None:
        """Return the place of a complete line in the announcement's body; with `search`, also of a part of a line."""
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
        """The offset of each line in the announcement's body, without surrounding whitespace."""
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
    """Gmail shows the first 102 KB of a mail's HTML and hides the rest, with the link to unsubscribe, behind “View entire
    message”. Mail services add code of their own for tracking, so that 85,000 bytes may already be too many.
    """
    size = len(mail.html_part)
    if size > NEARLY:
        effect = "Gmail cuts it off" if size > CLIPPED else "Gmail cuts mails at about 100,000"
        yield Finding(mail.place, f"the mail has {size:,} bytes of HTML: {effect}", "shorten it, and link to the rest")


@TEXTS.rule("short-text", "A text part that leaves out text of the HTML part", fails="Voir en ligne : https://…",
            passes="all text of the HTML part")  # fmt: skip
def short_text(mail: Mail) -> Iterator[Finding]:
    """Spam filters compare the two parts of a mail (SpamAssassin: MPART_ALT_DIFF, 2.2 points), and some readers only see
    the text part. It should have at least 60 % of the words of the HTML part.
    """
    html_words = set(re.findall(r"\w{4,}", unescape(_HIDDEN.sub(" ", mail.html)).lower()))
    text_words = set(re.findall(r"\w{4,}", mail.text.lower()))
    common = len(html_words & text_words)
    if html_words and common < 0.6 * len(html_words):
        share = f"{100 * common // len(html_words)} %"
        message = f"the text part has {share} of the words of the HTML"
        yield Finding(Place(mail.text_template), message, "print the same text in both templates")


@TEXTS.rule("text-link", "A link that is missing from the text part", fails="{{ story.action.title }}",
            passes="{{ story.action.title ~ ' <' ~ story.action.url ~ '>' }}")  # fmt: skip
def text_link(mail: Mail) -> Iterator[Finding]:
    """People who read the text part must be able to follow the same links."""
    for target in mail.targets:
        if mail.lacks(target):
            message = f"the text part lacks the link to {target[:100]}"
            yield Finding(Place(mail.text_template), message, "print its URL in the .txt template")


@TEXTS.rule("long-line", "A line that is too long for a mail", fails="a line of 100 characters",
            passes="lines of 72 characters")  # fmt: skip
def long_line(mail: Mail) -> Iterator[Finding]:
    """Some mail programs break lines of more than 78 characters at an arbitrary point. Lines with a URL may be longer."""
    lines = (line for line in mail.text.split("\n") if len(line) > LONGEST and "://" not in line)
    for number, line in enumerate(line for line in lines if " " in line.strip()):
        place = mail.find(line.strip(), search=number < _SEARCHES) or Place(mail.text_template)
        yield Finding(place, f"this line of the text part has {len(line)} characters", "break it before 78")


@HEADERS.rule("bad-header", "A header that is missing or duplicate", level="error", fails="two Subject headers",
              passes="one of each")  # fmt: skip
def bad_header(mail: Mail) -> Iterator[Finding]:
    """From, To, Subject, Date, Message-ID and MIME-Version must each occur exactly once (RFC 5322, 3.6). Otherwise mail
    servers may refuse the mail. This program writes these headers: please report such a fault.
    """
    head = b"\n" + mail.head
    for name, line in ONCE.items():
        if (count := head.count(line)) != 1:
            yield Finding(mail.place, f"the mail has {count} headers {name}", "report this fault")


@HEADERS.rule("bad-mime", "A mail that is not valid MIME", level="error", fails="8-bit bytes, lone line feeds",
              passes="ASCII, CRLF, lines of at most 998")  # fmt: skip
def bad_mime(mail: Mail) -> Iterator[Finding]:
    """A mail is ASCII, its lines end in CRLF and have at most 998 characters, and it has a text part followed by an HTML
    part (RFC 5322, 2.1.1; RFC 2046, 5.1.4). This program writes the mail: please report such a fault.
    """
    eml = mail.eml
    if isinstance(eml, Joined) and is_valid_by_pieces(eml):
        return
    if not eml.isascii() or b"\0" in eml:
        yield Finding(mail.place, "the mail has bytes that are not ASCII", "report this fault")
    if not has_only_crlf(eml):
        yield Finding(mail.place, "the mail has line ends that are not CRLF", "report this fault")
    if has_long_line(eml):
        yield Finding(mail.place, f"the mail has a line of more than {WIDEST} characters", "report this fault")
    if tuple(part_types(eml)) != TYPES:
        yield Finding(mail.place, "the mail is not a text part followed by an HTML part", "report this fault")


@LISTS.rule(
    "no-one-click", "A mail that cannot be unsubscribed from with one click",
              fails='unsubscribe = {mailto = "…"}', passes='unsubscribe = {url = "https://…"}')  # fmt: skip
def no_one_click(mail: Mail) -> Iterator[Finding]:
    """Gmail, Yahoo and Outlook require `List-Unsubscribe` with an https URL and `List-Unsubscribe-Post` from bulk senders
    (RFC 8058). The URL is in the settings: your own, or a placeholder that your mail service replaces.
    """
    unsubscribe = mail.settings.unsubscribe
    if unsubscribe.mailto and not unsubscribe.url:
        yield Finding("unsubscribe", "readers cannot unsubscribe with one click", "add an https url to unsubscribe")


@LISTS.rule(
    "no-unsubscribe", "A mail without a way to unsubscribe", fails="[tool.newsletter]",
              passes='[tool.newsletter.unsubscribe]\nurl = "https://…"')  # fmt: skip
def no_unsubscribe(mail: Mail) -> Iterator[Finding]:
    """Every mail to a list needs a way to leave it: the law requires it, and readers who do not find one report spam.
    Set `unsubscribe` in the settings; the theme prints it in both parts.
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
    """Publishers have to give their name and address (in France: LCEN, article 1-1). Set `organisation` in the settings."""
    organisation = mail.settings.organisation
    if not (organisation.name and organisation.address):
        yield Finding("organisation", "the sender's name and address are missing", "add organisation {name, address}")


@LISTS.rule(
    "no-web-version", "A mail without a link to its page", fails="a layout without view_url",
              passes='<a href="{{ view_url }}">…</a>')  # fmt: skip
def no_web_version(mail: Mail) -> Iterator[Finding]:
    """People who cannot read the mail read its page instead. Both parts must link to it."""
    shows = mail.shows(mail.settings.url + mail.item.page)
    for is_shown, template in zip(shows, (mail.html_template, mail.text_template), strict=True):
        if not is_shown:
            yield Finding(Place(template), "this mail does not link to its page", "print {{ view_url }}")
