"""What channels render (Publication), and what they return (Artefact)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

from newsletter.model.announcement import Announcement, Issue
from newsletter.model.settings import Settings
from newsletter.model.target import Asset

Item = TypeVar("Item")

# By the name of the format in file names.
FEED_MEDIA_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
MANIFEST = "manifest.json"  # a file of the outbox that lists all others with their hashes
MANIFEST_BEGINS = b'{"files": {\n'  # its first bytes, by which an outbox is recognised


@dataclass(frozen=True, slots=True)
class Share:
    """One of `count` equal parts of the work, with a number from 0 on. The default is all of the work."""

    number: int = 0
    count: int = 1

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return the items that belong to this share."""
        return items[len(items) * self.number // self.count : len(items) * (self.number + 1) // self.count]

    @property
    def first(self) -> bool:
        """Whether this is the share that also does everything that must be done exactly once."""
        return self.number == 0


@dataclass(frozen=True)
class Publication:
    """Everything that channels render: the announcements that are visible at `now`, and what belongs to them.

    `announcements` are sorted from the newest on. `translations` maps an id to all visible announcements with that id.
    `assets` are the project files that visible announcements use, sorted by path. A channel renders only the part
    given by `share`.
    """

    settings: Settings
    now: datetime
    announcements: tuple[Announcement, ...]
    issues: tuple[Issue, ...]
    assets: tuple[Asset, ...] = ()
    logo: Asset | None = None
    translations: Mapping[str, tuple[Announcement, ...]] = field(default_factory=dict)
    share: Share = Share()

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The publication's language, then the other languages of announcements, sorted."""
        default = self.settings.language
        others = {announcement.lang for announcement in self.announcements} - {default}
        return (default, *sorted(others))


class Artefact(NamedTuple):
    """A file of the outbox. `path` is relative to the outbox; `origin` is the path of the source it is rendered from.

    A project file has an `asset` instead of `data`: it is copied, and need not fit into memory.
    """

    path: str
    data: bytes
    media_type: str
    origin: str = ""
    asset: Asset | None = None

    @property
    def file(self) -> str:
        """The absolute path of the asset, or "". To publish it, read it with asset_copy.published()."""
        return self.asset.file if self.asset else ""
