"""Compute a fingerprint of everything that a build depends on.

The fingerprint shows that something changed, but not what: if it differs, everything is built
again. It covers only visible content that was read, so drafts, other spellings of the same time and
unused files do not change it.
"""

import os
import sys
import zoneinfo
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from newsletter.load.safe_open import MAX_TEXT, is_link, open_regular, read
from newsletter.model import Announcement, IssueFile, Publication, Settings
from newsletter.text.digest import sha256_of
from newsletter.theme import default as default_theme


def environment_hash(root: Path, settings: Settings) -> str:
    """Return the SHA-256, in hex, of the program, the theme and the time zone.

    A build reads nothing else besides its sources.
    """
    return sha256_of(chain(_program(), _theme(root / "templates"), _zone(str(settings.timezone)))).hex()


def fingerprint(environment: str, publication: Publication, channels: Collection[str]) -> str:
    """Return the SHA-256, in hex, of everything that the files of `channels` depend on.

    `environment` is the result of environment_hash().
    """
    return sha256_of(_parts(environment, publication, channels)).hex()


def _parts(environment: str, publication: Publication, channels: Collection[str]) -> Iterator[bytes]:
    yield environment.encode()
    yield " ".join(sorted(channels)).encode()
    yield repr(publication.settings).encode()
    for asset in publication.assets:
        yield f"{asset.path} {asset.sha256} {asset.width} {asset.height}".encode()
    for announcement in publication.announcements:
        yield f"{announcement.id} {announcement.date.isoformat()}".encode()
        yield from _source_parts(announcement)
    for issue in publication.issues:
        stories = " ".join(story.source.path for story in issue.stories)
        yield f"{issue.id} {issue.lang} {issue.open} {stories}".encode()
        if issue.file:
            yield from _source_parts(issue.file)


def _source_parts(holder: Announcement | IssueFile) -> Iterator[bytes]:
    """Yield the path and hash of a source file, and the targets of its links."""
    yield holder.source.path.encode()
    yield holder.source.digest
    for link, target in sorted(holder.targets.items()):
        yield f"{link} {target.url} {target.site}".encode()


def _program() -> Iterator[bytes]:
    """Yield the version of Python, and the names and modification times of all code.

    The code is this package, the default theme and the installed libraries.
    """
    for folder in (Path(__file__).parents[1], default_theme.folder()):
        for path in _files(folder):
            with suppress(OSError):
                status = path.stat()
                yield os.fsencode(path.relative_to(folder)) + f" {status.st_size} {status.st_mtime_ns}".encode()
    yield sys.version.encode()
    for folder_name in sys.path:
        with suppress(OSError), os.scandir(folder_name or ".") as entries:
            libraries = [entry for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
            yield os.fsencode("".join(sorted(f"{each.name} {each.stat().st_mtime_ns}\n" for each in libraries)))


def _theme(top: Path) -> Iterator[bytes]:
    """Yield the path and content of every file in a project's templates/ folder.

    A symbolic link, which is an error, has the content b"link".
    """
    if is_link(str(top)):
        yield b"link"
    for path in _files(top):
        yield os.fsencode(path.relative_to(top))
        with suppress(OSError):  # a build cannot use an unreadable file either
            yield b"link" if is_link(str(path)) else read(open_regular(str(path)), MAX_TEXT)


def _files(top: Path) -> Iterator[Path]:
    """Yield every file below a folder.

    A link to a folder is yielded but not followed, because it may lead to the whole disk.
    """
    for folder, folders, names in os.walk(top):
        links = [name for name in folders if is_link(os.path.join(folder, name))]
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted((*names, *links)):
            yield Path(folder, name)


def _zone(key: str) -> Iterator[bytes]:
    """Yield the content of the system's file for a time zone.

    If there is no such file, a library supplies the rules.
    """
    for folder in zoneinfo.TZPATH:
        path = Path(folder, key)
        if path.is_file():
            yield path.read_bytes()
            return
