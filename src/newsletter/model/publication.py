"""Define the input and output of channels: they render a Publication and return Artefacts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from newsletter.model.announcement import Announcement, Issue
from newsletter.model.settings import Settings
from newsletter.model.target import Asset

# Media types of feeds, by the format as it appears in file names.
FEED_MEDIA_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
MANIFEST = "manifest.json"  # the file in the outbox that lists all other files with their hashes
MANIFEST_BEGINS = b'{"files": {\n'  # its first bytes, which identify a folder as an outbox


@dataclass(frozen=True)
class Publication:
    """Everything that channels render: the announcements visible at `now`, with their issues and assets.

    `announcements` is sorted from newest to oldest. `translations` maps an id to all visible announcements with that
    id. `assets` contains the project files that visible announcements use, sorted by path.
    """

    settings: Settings
    now: datetime
    announcements: tuple[Announcement, ...]
    issues: tuple[Issue, ...]
    assets: tuple[Asset, ...] = ()
    logo: Asset | None = None
    translations: Mapping[str, tuple[Announcement, ...]] = field(default_factory=dict)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The publication's language, followed by all other languages of announcements in sorted order."""
        default = self.settings.language
        others = {announcement.lang for announcement in self.announcements} - {default}
        return (default, *sorted(others))


class Artefact(NamedTuple):
    """A file to write to the outbox.

    `path` is relative to the outbox. `origin` is the path of the source that the file is rendered from. A project file
    has an `asset` instead of `data`: it is copied in pieces, so it need not fit into memory.
    """

    path: str
    data: bytes
    media_type: str
    origin: str = ""
    asset: Asset | None = None

    @property
    def file(self) -> str:
        """The absolute path of the asset, or "". To publish the file, read it with asset_copy.published()."""
        return self.asset.file if self.asset else ""


Job = Callable[[], Iterator[Artefact]]  # renders a part of a channel; jobs may run in any process, in any order
