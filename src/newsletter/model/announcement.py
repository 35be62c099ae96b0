"""Checked announcements and issues."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.model.prose import Prose
from newsletter.model.source import Source
from newsletter.model.target import Target


@dataclass(frozen=True, slots=True)
class Tag:
    """A label, and the form it has in addresses."""

    label: str
    slug: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it."""

    name: str
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """The announcement's picture. Empty `alt` means decoration. Width and height in pixels."""

    src: str
    alt: str
    caption: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A titled address: an entry of `links`, or the `action`."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Event:
    """When and where something takes place. `whole_day` when start was given without a time."""

    start: datetime
    end: datetime | None = None
    place: str = ""
    address: str = ""
    url: str = ""
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to download."""

    src: str
    title: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Social:
    """What the writer asked of the snippets. `texts` maps a platform to its hand-written text."""

    hashtags: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    thread: bool = False
    sms_ascii: bool = False
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A checked announcement: every field typed, Markdown parsed once. Dates are aware.

    `stem` begins every file name: the slug, and the language unless it is the publication's.
    `subject` is its mail's, the title unless the writer gave another one.
    `targets` maps each link and image, as written, to where it leads.
    """

    source: Source
    id: str
    slug: str
    title: str
    subject: str
    date: datetime
    updated: datetime
    summary: str
    lang: str
    prose: Prose
    stem: str
    preheader: str = ""
    targets: Mapping[str, Target] = field(default_factory=dict)
    tags: tuple[Tag, ...] = ()
    aliases: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    image: Image | None = None
    action: Link | None = None
    links: tuple[Link, ...] = ()
    event: Event | None = None
    attachments: tuple[Attachment, ...] = ()
    url: str = ""
    issue: str = ""
    draft: bool = False
    expires: datetime | None = None
    social: Social = Social()

    @property
    def is_default_language(self) -> bool:
        """Whether it is in the publication's language."""
        return self.stem == self.slug

    @property
    def page(self) -> str:
        """The path of its page, relative to outbox/site."""
        return f"{self.stem}.html"

    def seal(self) -> None:
        """Take less room: its body is kept sealed, its source's texts are in the file."""
        self.prose.seal()
        self.source.seal()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """`announcements/issues/<id>.md`: what the writer says about one issue."""

    source: Source
    id: str
    lang: str
    prose: Prose
    targets: Mapping[str, Target] = field(default_factory=dict)
    title: str = ""
    subject: str = ""
    summary: str = ""
    lead: str = ""
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Announcements mailed together. `stories` holds the lead first; `open` while its period runs.

    `stem` begins every file name: the id, and the language unless it is the publication's.
    """

    id: str
    lang: str
    stem: str
    title: str
    subject: str
    preheader: str
    date: datetime
    stories: tuple[Announcement, ...]
    open: bool = False
    file: IssueFile | None = None

    @property
    def page(self) -> str:
        """The path of its page, relative to outbox/site."""
        return f"issues/{self.stem}.html"
