"""What links and images refer to: URLs, project files, other announcements."""

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Asset:
    """A project file that is published in site/assets/.

    `path` is relative to outbox/site. `size` (bytes) and `media_type` describe the published file, from which the
    metadata of pictures is removed. `sha256` is that of the file in the project; it is part of the name in `path`,
    which must not change because mails already sent refer to it. `hidden` names invisible content that the published
    file still has (see `metadata.find_hidden`). `root` is the absolute path of the project; below it, `file` does not
    pass through a symbolic link.
    """

    file: str = field(repr=False)  # an absolute path, hidden from templates that print the object
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
        """The path of the file, relative to the project."""
        return self.file.removeprefix(self.root).lstrip("/")


class Target(NamedTuple):
    """What a link or image refers to.

    `url` is absolute. `site` is the path relative to outbox/site if the target is part of the site. `announcement` is
    the project path of an announcement to whose page it leads, until that page is known.
    """

    url: str = ""
    site: str = ""
    asset: Asset | None = None
    announcement: str = ""
