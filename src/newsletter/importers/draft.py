"""Write an announcement file from an importer's draft."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from newsletter import text
from newsletter.load import front_matter
from newsletter.load.keys import MAX_SUMMARY, MAX_TITLE

MAX_TEXT = 2 * 2**20  # characters of one announcement; twice the limit for publication
MAX_BROUGHT = 200 * 2**20  # bytes of one announcement's images and files
MAX_FILES = 1_000  # images and files in one announcement
_MOST_DOUBTS = 100  # of one code, in one announcement
_ENDINGS = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"))


class Unreadable(ValueError):
    """The file cannot be imported.

    The message says why, and what would work instead.
    """


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something guessed or lost, to report to the author.

    Its place is the first occurrence of `at` in the announcement file.
    """

    code: str
    message: str
    fix: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPicture:
    """The bytes of an image or attachment, with a generated, safe file name."""

    name: str
    content: bytes


def picture(name: str, content: bytes) -> ImportedPicture | None:
    """Return an image under a name that ends in a hash of its content.

    Return None if mail programs do not show its format.
    """
    ending = next((ending for begins, ending in _ENDINGS if content.startswith(begins)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        ending = ".webp"
    elif content[4:12] in (b"ftypavif", b"ftypavis"):
        ending = ".avif"
    stem = text.fold(name.rpartition("/")[2].rpartition(".")[0])[:60].strip("-") or "image"
    return ImportedPicture(f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}{ending}", content) if ending else None


@dataclass(frozen=True, slots=True)
class Draft:
    """An announcement before it is written.

    `body` is Markdown. `more` contains further front matter keys; the author must fill in those
    whose value is None.
    """

    title: str
    date: str
    body: str
    slug: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[ImportedPicture, ...] = ()
    files: tuple[ImportedPicture, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Options of an import.

    `today` is the date of a release without a date. `title` and `date` override those in the file.
    """

    today: date
    lang: str
    title: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """An announcement file: its slug, path in the project, text and doubts.

    `needs` contains the images and files that it refers to, keyed by their paths in the project.
    """

    slug: str
    path: str
    content: str
    needs: Mapping[str, bytes]
    doubts: tuple[Doubt, ...]

    def place(self, doubt: Doubt) -> tuple[int, int]:
        """Return the line and column of a doubt, counted from 1."""
        offset = max(self.content.find(doubt.at), 0) if doubt.at else 0
        return self.content.count("\n", 0, offset) + 1, offset - self.content.rfind("\n", 0, offset)


def write(draft: Draft, options: ImportOptions, taken: Mapping[str, str]) -> ImportedFile:
    """Return the announcement file for a draft, with an id.

    `taken` maps each slug in use to the day of its announcement, or to "" if the slug is not
    available on any day. Raises Unreadable for a body longer than MAX_TEXT.
    """
    if len(draft.body) > MAX_TEXT:
        raise Unreadable(f"its text is longer than {MAX_TEXT:,} characters; shorten it, or split it")
    doubts = list(draft.doubts)
    title = text.one_line(strip_forbidden(options.title or draft.title)) or "?"
    if len(title) > MAX_TITLE:
        title = text.shorten(title, MAX_TITLE)
        doubts.append(
            Doubt("import-title", f"the title was longer than {MAX_TITLE} characters", "shorten it", "title: ")
        )
    day = options.date or draft.date
    if not day:
        day = f"{options.today:%Y-%m-%d}"
        doubts.append(Doubt("import-date", "no date was found: this is today's", "correct it", "date: "))
    if options.date:
        doubts = [doubt for doubt in doubts if doubt.code != "import-date"]
    if options.title:
        doubts = [doubt for doubt in doubts if doubt.code != "import-title"]
    slug = (text.fold(draft.slug) or text.fold(title))[:60].strip("-") or "annonce"
    slug = _free(slug, day[:10], taken)
    keys: dict[str, Any] = {"title": title, "date": day, "id": f"{slug}-{day[:4]}"} | dict(draft.more)
    if len(keys.get("summary") or "") > MAX_SUMMARY:
        keys["summary"] = text.shorten(keys["summary"], MAX_SUMMARY)
        doubts.append(
            Doubt("import-lost", f"the summary was longer than {MAX_SUMMARY} characters", "check it", "summary: ")
        )
    content = strip_forbidden(
        "\n".join(["---", *front_matter.lines(keys), "---", "", strip_forbidden(draft.body).strip("\n"), ""])
    )
    needs = {f"announcements/images/{each.name}": each.content for each in draft.pictures}
    needs |= {f"announcements/files/{each.name}": each.content for each in draft.files}
    # A line reported as a heading may have been removed since.
    doubts = [doubt for doubt in _first(doubts) if doubt.code != "import-heading" or doubt.at in content]
    return ImportedFile(slug, f"announcements/{day[:10]}-{slug}.md", content, needs, tuple(doubts))


def _first(doubts: list[Doubt]) -> Iterator[Doubt]:
    """Yield the first doubts of each code, and then the number of the others.

    Their number is limited because finding the place of a doubt scans the text.
    """
    counts = Counter(doubt.code for doubt in doubts)
    shown = Counter[str]()
    for doubt in doubts:
        shown[doubt.code] += 1
        if shown[doubt.code] <= _MOST_DOUBTS:
            message = text.one_line(strip_forbidden(doubt.message))
            yield replace(doubt, message=message if len(message) <= 500 else f"{message[:499]}…")
    for code, count in counts.items():
        if count > _MOST_DOUBTS:
            yield Doubt(code, f"{count - _MOST_DOUBTS:,} more like these in this announcement")


def _free(slug: str, day: str, taken: Mapping[str, str]) -> str:
    """Return the slug, with a number if another day uses it.

    The same slug on the same day belongs to the same announcement.
    """
    number, candidate = 1, slug
    while taken.get(candidate, day) != day:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def strip_forbidden(content: str) -> str:
    """Return the text without the characters that announcements must not contain."""
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    pieces, start = [], 0
    for offset, _ in text.forbidden(content):
        pieces.append(content[start:offset])
        start = offset + 1
    return "".join((*pieces, content[start:]))
