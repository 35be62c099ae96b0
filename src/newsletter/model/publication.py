"""What channels take and give: Publication, Target, Asset, Artefact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

from newsletter.model.announcement import Announcement, Issue
from newsletter.model.settings import Settings
from newsletter.model.target import Asset

Item = TypeVar("Item")

# By the name that each format has in file names.
FEED_MEDIA_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
MANIFEST = "manifest.json"  # in the outbox: every file of it with its hash
MANIFEST_BEGINS = b'{"files": {\n'  # its first bytes, by which any outbox is known


@dataclass(frozen=True, slots=True)
class Share:
    """One of `count` parts of the work, counted from 0: by default, all of it."""

    number: int = 0
    count: int = 1

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """This share of what there is many of."""
        return items[len(items) * self.number // self.count : len(items) * (self.number + 1) // self.count]

    @property
    def first(self) -> bool:
        """The share that also makes what there is one of."""
        return self.number == 0


@dataclass(frozen=True)
class Publication:
    """All that a channel may need: settings, what is visible at `now`, issues, assets.

    `announcements` are newest first, `translations` maps an id to its visible versions,
    `assets` are the project files that visible announcements use, sorted by path. A channel makes
    no more than `share`.
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
        """The publication's language first, then the others that have announcements, sorted."""
        own = self.settings.language
        others = {a.lang for a in self.announcements} - {own}
        return (own, *sorted(others))


class Artefact(NamedTuple):
    """One file to be: path relative to outbox/, bytes, media type, the announcement it is of.

    An asset may stand in for the bytes, so that project files are copied, not held.
    """

    path: str
    data: bytes
    media_type: str
    origin: str = ""
    asset: Asset | None = None

    @property
    def file(self) -> str:
        """The absolute path of the asset, or ""; to publish it, read it with asset_copy.published()."""
        return self.asset.file if self.asset else ""
