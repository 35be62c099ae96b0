"""fingerprint: everything that decides what a build makes, as one hash.

It says that nothing changed, never what did: a build whose fingerprint differs makes everything. What is hashed is what
was read and found visible, so that drafts, other spellings of the same moment and files that nobody uses do not count.
"""

import hashlib
import os
import sys
import zoneinfo
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from newsletter.load.safe_open import MAX_TEXT, is_link, open_regular, read
from newsletter.model import Announcement, IssueFile, Publication, Settings
from newsletter.theme import default as default_theme


def surroundings(root: Path, settings: Settings) -> str:
    """The SHA-256, in hex, of what may change while a build runs: the program, the theme, the time zone."""
    return _hash(chain(_program(), _theme(root / "templates"), _zone(str(settings.timezone))))


def fingerprint(around: str, publication: Publication, channels: Collection[str]) -> str:
    """The SHA-256, in hex, of all that the files of these channels depend on: the surroundings, and what was read."""
    return _hash(_parts(around, publication, channels))


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        # With its length, or what one part ends in could be what the next begins with.
        digest.update(b"%d\n" % len(part))
        digest.update(part)
    return digest.hexdigest()


def _parts(around: str, publication: Publication, channels: Collection[str]) -> Iterator[bytes]:
    yield around.encode()
    yield " ".join(sorted(channels)).encode()
    yield repr(publication.settings).encode()  # as they were read
    for asset in publication.assets:
        yield f"{asset.path} {asset.sha256} {asset.width} {asset.height}".encode()
    for announcement in publication.announcements:
        yield f"{announcement.id} {announcement.date.isoformat()}".encode()
        yield from _written(announcement)
    for issue in publication.issues:
        stories = " ".join(story.source.path for story in issue.stories)
        yield f"{issue.id} {issue.lang} {issue.open} {stories}".encode()
        if issue.file:
            yield from _written(issue.file)


def _written(holder: Announcement | IssueFile) -> Iterator[bytes]:
    """A file as it was read, and where it finds what it names."""
    yield holder.source.path.encode()
    yield holder.source.digest
    for written, target in sorted(holder.targets.items()):
        yield f"{written} {target.url} {target.site}".encode()


def _program() -> Iterator[bytes]:
    """This package's files and those of the default theme, Python, the libraries; and when each was written."""
    for folder in (Path(__file__).parents[1], default_theme.folder()):
        for path in _files(folder):
            with suppress(OSError):
                seen = path.stat()
                yield os.fsencode(path.relative_to(folder)) + f" {seen.st_size} {seen.st_mtime_ns}".encode()
    yield sys.version.encode()
    for place in sys.path:
        with suppress(OSError), os.scandir(place or ".") as entries:
            found = [each for each in entries if each.name.endswith((".dist-info", ".egg-info"))]
            yield os.fsencode("".join(sorted(f"{each.name} {each.stat().st_mtime_ns}\n" for each in found)))


def _theme(top: Path) -> Iterator[bytes]:
    """Path and bytes of every file in a project's templates/; of a symbolic link, which is an error, that it is one."""
    if is_link(str(top)):
        yield b"link"
    for path in _files(top):
        yield os.fsencode(path.relative_to(top))
        with suppress(OSError):  # what cannot be read is of no use for a build either
            yield b"link" if is_link(str(path)) else read(open_regular(str(path)), MAX_TEXT)


def _files(top: Path) -> Iterator[Path]:
    """Every file in a folder. Links to folders are not followed (one may lead to the whole disk), but given."""
    for folder, folders, names in os.walk(top):
        links = [name for name in folders if is_link(os.path.join(folder, name))]
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted((*names, *links)):
            yield Path(folder, name)


def _zone(key: str) -> Iterator[bytes]:
    """The system's rules of a time zone. Where it has none, those of a library hold."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder, key)
        if path.is_file():
            yield path.read_bytes()
            return
