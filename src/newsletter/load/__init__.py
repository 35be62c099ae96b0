"""load: files of the project become Sources, every value with its place. Nothing is judged here."""

import errno
import os
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

from newsletter import text
from newsletter.load import yaml_subset
from newsletter.load.safe_open import MAX_TEXT, open_beneath, report_unread
from newsletter.load.safe_open import read as read_whole
from newsletter.model import Fields, Pairs, Source, plain_pairs
from newsletter.model.positions import Positions
from newsletter.model.problems import Place, Problems
from newsletter.model.refusals import SHORTAGES

MAX_FRONT_MATTER = 64 * 1024  # bytes
_MOST_CHARACTERS = 1_000  # control characters of one file that are named one by one
MAX_BODY = 1024 * 1024  # bytes
# Bytes that are read of a file at most; line ends may take two bytes each, of which one counts.
_MAX_FILE = 2 * (MAX_FRONT_MATTER + MAX_BODY)

Again = Callable[[str], tuple[bytes, bytes]]

_SUPPRESSION = re.compile(r"^([^\n]*?)(?<!\S)#[ \t]*newsletter:[ \t]*ignore\[([^\[\]\n]*)\][ \t]*$", re.MULTILINE)
_FENCE = re.compile(rb"\n---[ \t]*(?=\n|\Z)")


def load(root: Path, problems: Problems) -> Iterator[Source]:
    """Every announcement under `root`/announcements, in the order of their names."""
    yield from read_each(root, paths(root, "announcements", problems), problems)


def load_issues(root: Path, problems: Problems) -> Iterator[Source]:
    """Every issue file under `root`/announcements/issues."""
    yield from read_each(root, paths(root, "announcements/issues", problems), problems)


def paths(root: Path, folder: str, problems: Problems) -> Iterator[str]:
    """The project paths of the files of `folder` that are read, in the order of their names."""
    if not _is_inside(os.path.realpath(root), os.path.realpath(root / folder)):
        # Not even the names of the files there are told.
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
    """One file as a Source; None when it is too broken to go on, with the problems reported."""
    return next(read_each(root, (path,), problems), None)


def read_each(root: Path, project_paths: Iterable[str], problems: Problems) -> Iterator[Source]:
    """The files as Sources, less those that are too broken to go on; the problems are reported."""
    whole = os.path.realpath(root)
    again = partial(texts, whole)
    for path in project_paths:
        try:
            raw = _bytes(whole, path)
        except OSError as fault:
            report_unread(path, fault, problems)
            continue
        source = parse(path, raw, problems, again)
        if source is not None:
            yield source


def _is_inside(root: str, path: str) -> bool:
    """Whether a path lies in the folder `root`; both are free of links."""
    return os.path.commonpath((root, path)) == root


def _bytes(root: str, path: str) -> bytes:
    """The bytes of a project file. Its folder may be a link to another folder of the project. Raises OSError."""
    try:
        return read_whole(open_beneath(root, path), MAX_TEXT)
    except OSError as fault:
        folder, _, name = path.rpartition("/")
        real = os.path.realpath(f"{root}/{folder}")
        if fault.errno != errno.ELOOP or not _is_inside(root, real):
            raise
    return read_whole(open_beneath(root, os.path.relpath(f"{real}/{name}", root)), MAX_TEXT)


def parse(path: str, raw: bytes, problems: Problems, again: Again | None = None) -> Source | None:
    """The bytes of a file as a Source: BOM dropped, line ends to LF, otherwise as typed."""
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
            if number == _MOST_CHARACTERS:
                problems.error(place, "control-character", "there are more such characters from here on", "delete them")
                break
            problems.error(place, "control-character", f"{name} must not occur in text", "delete it")
        return None
    split = _split(path, utf8, problems)
    if split is None:
        return None
    front, body, body_line = split
    _read_suppressions(path, front, problems)
    given, fields = yaml_subset.read(front), None
    if given is None:
        fields = _by_libyaml(path, front, problems)
        if fields is None:
            return None
    return Source(path, body_line, sha256(utf8).digest(), READERS, again, (front.encode(), body), given, fields)


def texts(root: str, path: str) -> tuple[bytes, bytes]:
    """Front matter and body of a file that was read before, for a Source that left them behind."""
    with suppress(OSError):
        utf8 = _as_utf8(path, _bytes(root, path), Problems())
        if split := utf8 and _split(path, utf8, Problems()):
            return split[0].encode(), split[1]
    return b"", b""


def values(front: str) -> Pairs:
    """The values of front matter that was read before, for a Source that lost them on its way."""
    return yaml_subset.read(front) or plain_pairs(nodes(front))


def nodes(front: str) -> Fields:
    """The nodes of front matter that was read before, for who asks a Source for them."""
    return _by_libyaml("", front, Problems()) or Fields((), 1, 1)


READERS = (values, nodes)


def _by_libyaml(path: str, front: str, problems: Problems) -> Fields | None:
    # It takes 10 ms to import, and most projects have no file that needs it.
    from newsletter.load import yaml_events  # noqa: PLC0415

    return yaml_events.read(path, front, problems)


def _as_utf8(path: str, raw: bytes, problems: Problems) -> bytes | None:
    """The file as it counts from here on; None for what is no UTF-8."""
    utf8 = raw.removeprefix(BOM_UTF8)
    try:
        utf8.decode()
    except UnicodeDecodeError as fault:
        # The reader counts from the file's start.
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
    """Front matter, body, and the line on which the body begins."""
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
    # One more LF in front keeps YAML's line numbers those of the file.
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
    told = f"the {what} is larger than {most // 1024:,} KiB"
    problems.error(place, "too-long", told, f"keep the body within {MAX_BODY // 1024:,} KiB: split the announcement")


def _read_suppressions(path: str, front: str, problems: Problems) -> None:
    """Comments such as `# newsletter: ignore[plain-http]`."""
    if "ignore[" not in front:
        return
    positions = Positions(front.encode())
    for match in _SUPPRESSION.finditer(front):
        place = Place(path, *positions.line_and_column(match.end(1)))
        for code in filter(None, re.split(r"[ \t,]+", match[2])):
            problems.suppress_at(place, code, whole_file=not match[1].strip())
