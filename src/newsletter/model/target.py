"""Where links lead: addresses, project files, other announcements."""

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Asset:
    """A project file that goes to site/assets/.

    `path` is relative to outbox/site. `size` (bytes) and `media_type` are those of what is published: pictures go
    without their metadata. `sha256`, and so the name in `path`, is that of the file in the project, since mails that
    were sent point to that name. `hidden` names what readers would find in the published file although it does not
    show (see `metadata.find_hidden`). Below `root`, the absolute path of the project, `file` passes through no
    symbolic link.
    """

    file: str = field(repr=False)  # absolute path on disk; templates may print the whole
    path: str
    media_type: str
    size: int
    sha256: str
    width: int = 0
    height: int = 0
    hidden: tuple[str, ...] = ()
    root: str = field(default="/", repr=False)

    @property
    def source(self) -> str:
        """The path of the file relative to the project."""
        return self.file.removeprefix(self.root).lstrip("/")


class Target(NamedTuple):
    """Where a link leads.

    `url` is absolute. `site` is the path relative to outbox/site when it is ours. `announcement`
    is the project path of an announcement whose page it is, as long as that is not yet known.
    """

    url: str = ""
    site: str = ""
    asset: Asset | None = None
    announcement: str = ""
