"""Checked announcements and issues, with a type for each of their parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.model.prose import Prose
from newsletter.model.source import SourceFile
from newsletter.model.target import Target


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: the label as written, and its form in URLs."""

    label: str
    slug: str


@dataclass(frozen=True, slots=True)
class Author:
    """An author of an announcement."""

    name: str
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """The picture of an announcement. An empty `alt` marks it as decorative. Width and height are in pixels."""

    src: str
    alt: str
    caption: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A URL with a title: an entry of `links`, or the `action`."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Event:
    """The date and place of an event. `whole_day` is true if the start has no time."""

    start: datetime
    end: datetime | None = None
    place: str = ""
    address: str = ""
    url: str = ""
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to download; `size` is in bytes."""

    src: str
    title: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Social:
    """The writer's choices for snippets. `texts` are pairs of a platform and the text written for it by hand."""

    hashtags: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    thread: bool = False
    sms_ascii: bool = False
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)  # with slots, pickling takes twice as long
class Announcement:
    """A checked announcement. All datetimes are aware.

    `stem` is the beginning of every file name: the slug, followed by the language unless it is the publication's.
    `subject` is the subject of the mail: the title, unless the writer chose another one. `targets` maps the target of
    each link and image, as written, to what it refers to.
    """

    source: SourceFile
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """The file `announcements/issues/<id>.md`, in which the writer describes an issue."""

    source: SourceFile
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
    """Announcements that are mailed together. `stories` starts with the lead; `open` is true until its period is over.

    `stem` is the beginning of every file name: the id, followed by the language unless it is the publication's.
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
