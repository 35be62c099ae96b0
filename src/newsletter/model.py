"""What flows through the pipeline: Source, Announcement, Issue, Publication, Artefact.

Everything here is frozen; collections are tuples, so that a value can be shared between
channels and sent between processes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property

from newsletter.problems import Place

# --- files as found ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scalar:
    """A YAML or TOML value as text; `line` and `column` start at 1."""

    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list as found."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping as found, in the file's order; duplicate keys are all kept."""

    pairs: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """The first value under `key`, or None."""
        return next((node for name, node in self.pairs if name.value == key), None)


Node = Scalar | Items | Fields


@dataclass(frozen=True, slots=True)
class Source:
    """A file as found, not judged. `body_line` is the line of the body's first character."""

    path: str
    front: Fields
    body: str
    body_line: int = 1

    def at(self, node: Node) -> Place:
        """The place of a front-matter value."""
        return Place(self.path, node.line, node.column)

    def at_key(self, key: str) -> Place:
        """The place of a front-matter key's value, or of the front matter when it is absent."""
        return self.at(self.front.get(key) or self.front)

    def at_offset(self, offset: int) -> Place:
        """The place of a byte offset (UTF-8) in the body."""
        before = self.body.encode()[:offset].decode(errors="ignore")
        return Place(
            self.path,
            self.body_line + before.count("\n"),
            len(before) - before.rfind("\n"),
        )


# --- the Markdown body ------------------------------------------------------------------------


class Style(str):
    """Where a style attribute may stand: the chain of elements, such as `blockquote p`."""

    __slots__ = ()


class Anchor(str):
    """Where an `id` attribute may stand, for pages."""

    __slots__ = ()


class Address(str):
    """A link target as written; it becomes an address when a channel renders it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in a body: target as written and its alternative text."""

    src: str
    alt: str
    title: str
    style: Style


@dataclass(frozen=True, slots=True)
class Reference:
    """A link or image target, and where it stands (byte offset in the body)."""

    target: str
    offset: int
    kind: str = "link"  # or "image"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-like piece of the text part.

    `kind` is paragraph, heading, code or rule; `first` and `rest` are what its first and
    its other lines begin with ("- ", "> "); in `pieces`, an Address stands for a link's target.
    `tight` says that no empty line stands before it.
    """

    kind: str
    pieces: tuple[str, ...]
    first: str = ""
    rest: str = ""
    level: int = 0
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A parsed Markdown body, ready to be joined into HTML or text.

    `parts` are HTML with slots (Style, Anchor, Address, Picture) between; `paragraphs` is the
    plain text of each paragraph, without links; `lead` counts the paragraphs before `<!--more-->`.
    """

    parts: tuple["str | Picture", ...] = ()
    blocks: tuple[Block, ...] = ()
    references: tuple[Reference, ...] = ()
    paragraphs: tuple[str, ...] = ()
    lead: int = 0
    anchors: frozenset[str] = frozenset()


# --- announcements ----------------------------------------------------------------------------


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
    """A checked announcement: every field typed, Markdown parsed once. Dates are aware."""

    source: Source
    id: str
    slug: str
    title: str
    date: datetime
    updated: datetime
    summary: str
    lang: str
    prose: Prose
    preheader: str = ""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """`announcements/issues/<id>.md`: what the writer says about one issue."""

    source: Source
    id: str
    lang: str
    prose: Prose
    title: str = ""
    summary: str = ""
    lead: str = ""
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Announcements mailed together. `stories` holds the lead first; `open` while its period runs."""

    id: str
    lang: str
    title: str
    preheader: str
    date: datetime
    stories: tuple[Announcement, ...]
    open: bool = False
    file: IssueFile | None = None


# --- settings ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """From and Reply-To of every mail."""

    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who publishes: name, postal address (lines), logo (project file)."""

    name: str = ""
    address: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where readers leave: an https address or a mail service's placeholder, and a mailbox."""

    url: str = ""
    mailto: str = ""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """How feeds are written: entries per feed, full content or summary, WebSub hub."""

    entries: int = 20
    content: str = "full"
    hub: str = ""


@dataclass(frozen=True, slots=True)
class SocialSettings:
    """Which platforms get snippets, and their adjustable limits."""

    platforms: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mastodon_limit: int = 500
    sms_segments: int = 3
    utm: bool = False


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Codes to leave out, and warnings to treat as errors."""

    ignore: tuple[str, ...] = ()
    error: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`[tool.newsletter]`. `url` is where outbox/site is published and ends with a slash."""

    title: str
    language: str
    timezone: tzinfo
    url: str
    authority: str
    sender: Sender
    description: str = ""
    cadence: str = "monthly"
    theme: str = "default"
    organisation: Organisation = Organisation()
    unsubscribe: Unsubscribe = Unsubscribe()
    brand: tuple[tuple[str, str], ...] = ()
    feeds: FeedSettings = FeedSettings()
    social: SocialSettings = SocialSettings()
    check: CheckSettings = CheckSettings()
    path: str = "pyproject.toml"


# --- publication ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asset:
    """A project file that goes to site/assets/. `path` is relative to outbox/site."""

    file: str  # absolute path on disk
    path: str
    media_type: str
    size: int
    sha256: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Publication:
    """All that a channel may need: settings, what is visible at `now`, issues, addresses.

    `announcements` are newest first. `targets` maps (file path, target as written) to where it
    leads: an absolute address, or a path relative to outbox/site (`local` ones).
    """

    settings: Settings
    now: datetime
    announcements: tuple[Announcement, ...]
    issues: tuple[Issue, ...]
    assets: tuple[Asset, ...] = ()
    targets: Mapping[tuple[str, str], "Target"] = field(default_factory=dict)
    translations: Mapping[str, tuple[Announcement, ...]] = field(default_factory=dict)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The publication's language first, then the others that have announcements, sorted."""
        own = self.settings.language
        others = {a.lang for a in self.announcements} - {own}
        return (own, *sorted(others))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads. `site` is the path relative to outbox/site when it is ours."""

    url: str
    site: str = ""
    asset: Asset | None = None


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file to be: path relative to outbox/, bytes, media type, the announcement it is of.

    A file on disk may stand in for the bytes (`file`), so that assets are copied, not held.
    """

    path: str
    data: bytes
    media_type: str
    origin: str = ""
    file: str = ""
