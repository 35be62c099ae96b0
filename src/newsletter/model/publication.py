"""What channels take and give: Publication, Target, Asset, Artefact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from newsletter.model.announcement import Announcement, Issue
from newsletter.model.settings import Settings
from newsletter.model.target import Asset


@dataclass(frozen=True)
class Publication:
    """All that a channel may need: settings, what is visible at `now`, issues, assets.

    `announcements` are newest first, `translations` maps an id to its visible versions,
    `assets` are the project files that visible announcements use, sorted by path.
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
        """The publication's language first, then the others that have announcements, sorted."""
        own = self.settings.language
        others = {a.lang for a in self.announcements} - {own}
        return (own, *sorted(others))


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
