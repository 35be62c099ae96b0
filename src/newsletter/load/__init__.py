"""Load announcements and issue files as Source objects, which record the place of every value.

The values of a Source are raw. Other modules convert and check them.
"""

import errno
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from newsletter import text
from newsletter.load import yaml_events
from newsletter.load.safe_open import MAX_TEXT, open_beneath, report_unread
from newsletter.load.safe_open import read as read_whole
from newsletter.model import Fields, Source, SourceFile
from newsletter.model.positions import Positions
from newsletter.model.problems import Place, Problems
from newsletter.model.refusals import SHORTAGES

MAX_FRONT_MATTER = 64 * 1024  # bytes
_MAX_CHARACTERS = 1_000  # control characters reported individually per file
MAX_BODY = 1024 * 1024  # bytes
# Bytes of a file before line endings are converted. This is twice the other limits, which count CRLF as one byte.
_MAX_FILE = 2 * (MAX_FRONT_MATTER + MAX_BODY)

_SUPPRESSION = re.compile(r"^([^\n]*?)(?<!\S)#[ \t]*newsletter:[ \t]*ignore\[([^\[\]\n]*)\][ \t]*$", re.MULTILINE)
_FENCE = re.compile(rb"\n---[ \t]*(?=\n|\Z)")


def load(root: Path, problems: Problems) -> Iterator[Source]:
    """Yield the announcements in `root`/announcements, sorted by file name."""
    yield from read_each(root, paths(root, "announcements", problems), problems)


def load_issues(root: Path, problems: Problems) -> Iterator[Source]:
    """Yield the issue files in `root`/announcements/issues, sorted by file name."""
    yield from read_each(root, paths(root, "announcements/issues", problems), problems)


def paths(root: Path, folder: str, problems: Problems) -> Iterator[str]:
    """Yield the project paths of the Markdown files in `folder`, sorted by name.

    Hidden files, README.md and files whose names begin with an underscore are skipped.
    """
    if not _is_inside(os.path.realpath(root), os.path.realpath(root / folder)):
        # Do not reveal even the names of the files outside the project.
        message = "this folder is a symbolic link that leads out of the project"
        problems.error(Place(folder), "outside-project", message, "put the folder itself into the project")
        return
    try:
        names = sorted(os.listdir(root / folder))
    except FileNotFoundError:
        return
    except OSError as fault:
        if fault.errno in SHORTAGES:
            raise
        problems.error(Place(folder), "unreadable", f"{folder} cannot be read: {fault.strerror}")
        return
    for name in names:
        if name.endswith(".md") and not name.startswith((".", "_")) and name != "README.md":
            path = f"{folder}/{name}"
            try:
                name.encode()
                yield path
            except UnicodeEncodeError:
                problems.error(Place(path), "not-utf-8", "the name of this file is not UTF-8", "give it another name")


def read(root: Path, path: str, problems: Problems) -> Source | None:
    """Return a file as a Source, or report why it cannot be read and return None."""
    return next(read_each(root, (path,), problems), None)


def read_each(root: Path, project_paths: Iterable[str], problems: Problems) -> Iterator[Source]:
    """Yield the files as Sources. Files that cannot be read are reported and skipped."""
    real_root = os.path.realpath(root)
    for path in project_paths:
        try:
            raw = _bytes(real_root, path)
        except OSError as fault:
            report_unread(path, fault, problems)
            continue
        source = parse(path, raw, problems, real_root)
        if source is not None:
            yield source


def _is_inside(root: str, path: str) -> bool:
    """Return whether `path` is in the folder `root`. Symbolic links in both must be resolved already."""
    return os.path.commonpath((root, path)) == root


def _bytes(root: str, path: str) -> bytes:
    """Return the bytes of a project file, whose folder may be a symbolic link to another folder of the project.

    Raises OSError if the file cannot be read.
    """
    try:
        return read_whole(open_beneath(root, path), MAX_TEXT)
    except OSError as fault:
        folder, _, name = path.rpartition("/")
        real_folder = os.path.realpath(f"{root}/{folder}")
        if fault.errno != errno.ELOOP or not _is_inside(root, real_folder):
            raise
    return read_whole(open_beneath(root, os.path.relpath(f"{real_folder}/{name}", root)), MAX_TEXT)


def parse(path: str, raw: bytes, problems: Problems, root: str = "") -> Source | None:
    """Return the bytes of a file as a Source, or report why it cannot be read and return None.

    A byte order mark is removed, and line endings are converted to LF. `root` is the absolute path of the project, if
    the file is in one.
    """
    if len(raw) > _MAX_FILE:
        _refuse_length(Place(path), "file", _MAX_FILE, problems)
        return None
    utf8 = _as_utf8(path, raw, problems)
    if utf8 is None:
        return None
    if not text.is_clean(utf8):
        content = utf8.decode()
        positions = Positions(utf8)
        for number, (offset, name) in enumerate(text.forbidden(content)):
            place = Place(path, *positions.line_and_column(offset))
            if number == _MAX_CHARACTERS:
                problems.error(
                    place, "control-character", "there are more such characters after this one", "delete them"
                )
                break
            problems.error(place, "control-character", f"{name} must not occur in text", "delete it")
        return None
    split = _split(path, utf8, problems)
    if split is None:
        return None
    front, body, body_line = split
    _read_suppressions(path, front, problems)
    fields = yaml_events.read(path, front, problems)
    if fields is None:
        return None
    return Source(SourceFile(path, body_line, sha256(utf8).digest(), root), fields, body)


def reread(file: SourceFile) -> Source:
    """Return the content of a file again. It is empty if the file has gone, or can no longer be read."""
    with suppress(OSError):
        raw = _bytes(file.root, file.path)
        if source := parse(file.path, raw, Problems(), file.root):
            return source
    return Source(file, Fields((), 1, 1), b"")


def _as_utf8(path: str, raw: bytes, problems: Problems) -> bytes | None:
    """Remove the byte order mark and convert line endings to LF, or report invalid UTF-8 and return None."""
    utf8 = raw.removeprefix(BOM_UTF8)
    try:
        utf8.decode()
    except UnicodeDecodeError as fault:
        # Count from the start of the file, including the byte order mark.
        offset = fault.start + len(raw) - len(utf8)
        before = raw[:offset]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace").lstrip("\ufeff")) + 1
        problems.error(
            Place(path, before.count(b"\n") + 1, column), "not-utf-8",
            f"byte 0x{raw[offset]:02x} at offset {offset} is not UTF-8",
            "save the file as UTF-8",
        )  # fmt: skip
        return None
    return utf8.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in utf8 else utf8


def _split(path: str, utf8: bytes, problems: Problems) -> tuple[str, bytes, int] | None:
    """Return the front matter, the body, and the line where the body begins.

    If the front matter is missing or a part is too long, report it and return None.
    """
    first = utf8.find(b"\n") if b"\n" in utf8 else len(utf8)
    if utf8[:first].rstrip(b" \t") != b"---":
        problems.error(
            Place(path), "no-front-matter", "the file does not begin with front matter",
            "begin with a line '---', then 'title: …' and 'date: …', then '---'",
        )  # fmt: skip
        return None
    end = _FENCE.search(utf8, first)
    if end is None:
        problems.error(
            Place(path), "no-front-matter", "the front matter is never closed",
            "end it with a line '---'",
        )  # fmt: skip
        return None
    # Keep the LF of the first line, so that line numbers in the YAML match those in the file.
    front = utf8[first : end.start() + 1]
    if len(front) > MAX_FRONT_MATTER + 1:
        problems.error(
            Place(path), "front-matter-size", f"the front matter exceeds {MAX_FRONT_MATTER // 1024} KiB",
            "move text into the body",
        )  # fmt: skip
        return None
    body, body_line = utf8[end.end() + 1 :], utf8.count(b"\n", 0, end.end()) + 2
    if len(body) > MAX_BODY:
        _refuse_length(Place(path, body_line), "body", MAX_BODY, problems)
        return None
    return front.decode(), body, body_line


def _refuse_length(place: Place, what: str, most: int, problems: Problems) -> None:
    message = f"the {what} is larger than {most // 1024:,} KiB"
    problems.error(place, "too-long", message, f"keep the body within {MAX_BODY // 1024:,} KiB: split the announcement")


def _read_suppressions(path: str, front: str, problems: Problems) -> None:
    """Read comments such as `# newsletter: ignore[plain-http]`."""
    if "ignore[" not in front:
        return
    positions = Positions(front.encode())
    for match in _SUPPRESSION.finditer(front):
        place = Place(path, *positions.line_and_column(match.end(1)))
        for code in filter(None, re.split(r"[ \t,]+", match[2])):
            problems.suppress_at(place, code, whole_file=not match[1].strip())
