"""Define what links and images refer to: URLs, project files and other announcements."""

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Asset:
    """A project file that is published in site/assets/.

    `path` is relative to outbox/site. `size` (in bytes) and `media_type` describe the published file; for pictures,
    this is the file without metadata. `sha256` is the hash of the file in the project. Its beginning is part of `path`,
    which must not change, because mails already sent refer to it. `hidden` lists the kinds of hidden data that the
    published file contains (see `metadata.find_hidden`). `root` is the absolute path of the project; no part of `file`
    below it is a symbolic link.
    """

    file: str = field(repr=False)  # an absolute path; excluded from repr() so that templates cannot print it
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
    """What a link or image refers to.

    `url` is absolute. If the target is part of the site, `site` is its path relative to outbox/site. If the target is
    the page of another announcement, `announcement` is the project path of that announcement until its page is known.
    """

    url: str = ""
    site: str = ""
    asset: Asset | None = None
    announcement: str = ""
