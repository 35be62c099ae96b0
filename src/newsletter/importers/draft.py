"""draft: what was found in a file that came in, and the announcement file that is written of it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from newsletter import text
from newsletter.load import front_matter
from newsletter.load.keys import MAX_SUMMARY, MAX_TITLE

MAX_TEXT = 2 * 2**20  # characters of one announcement; a body that may be published has half of it
MAX_BROUGHT = 200 * 2**20  # bytes of one announcement's images and files
MAX_FILES = 1_000  # images and files that one announcement names
_MOST_DOUBTS = 100  # of one kind in one announcement
_ENDINGS = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"))


class Unreadable(ValueError):
    """The file cannot be taken in; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A guess or a loss. `at` is a piece of the announcement file, whose first occurrence is the place."""

    code: str
    message: str
    fix: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPicture:
    """An image's name and bytes; the name is ours, so it is safe as a file's."""

    name: str
    content: bytes


def picture(name: str, content: bytes) -> ImportedPicture | None:
    """An image under a name that depends on its content; None when mail programs would not show its format."""
    ending = next((ending for begins, ending in _ENDINGS if content.startswith(begins)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        ending = ".webp"
    elif content[4:12] in (b"ftypavif", b"ftypavis"):
        ending = ".avif"
    stem = text.fold(name.rpartition("/")[2].rpartition(".")[0])[:60].strip("-") or "image"
    return ImportedPicture(f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}{ending}", content) if ending else None


@dataclass(frozen=True, slots=True)
class Draft:
    """One announcement as found. `body` is Markdown; `more` holds further keys, None for one to be filled in."""

    title: str
    date: str
    body: str
    slug: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[ImportedPicture, ...] = ()
    files: tuple[ImportedPicture, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever imports has said, and the day of the import, for a release that has no date."""

    today: date
    lang: str
    title: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """An announcement file: slug, project path, text, doubts; the images and files it needs, by their project paths."""

    slug: str
    path: str
    content: str
    needs: Mapping[str, bytes]
    doubts: tuple[Doubt, ...]

    def place(self, doubt: Doubt) -> tuple[int, int]:
        """Line and column of a doubt, from 1."""
        offset = max(self.content.find(doubt.at), 0) if doubt.at else 0
        return self.content.count("\n", 0, offset) + 1, offset - self.content.rfind("\n", 0, offset)


def write(draft: Draft, given: Given, taken: Mapping[str, str]) -> ImportedFile:
    """The file for a draft, with an id. `taken` says which slugs are in use, and on which day ("": on any).

    Raises Unreadable for a body that is much longer than any announcement.
    """
    if len(draft.body) > MAX_TEXT:
        raise Unreadable(f"its text is longer than {MAX_TEXT:,} characters; no announcement may be")
    doubts = list(draft.doubts)
    title = text.one_line(visible(given.title or draft.title)) or "?"
    if len(title) > MAX_TITLE:
        title = text.shorten(title, MAX_TITLE)
        doubts.append(
            Doubt("import-title", f"the title was longer than {MAX_TITLE} characters", "shorten it", "title: ")
        )
    day = given.date or draft.date
    if not day:
        day = f"{given.today:%Y-%m-%d}"
        doubts.append(Doubt("import-date", "no date was found: this is today's", "write the right one", "date: "))
    if given.date:
        doubts = [doubt for doubt in doubts if doubt.code != "import-date"]
    if given.title:
        doubts = [doubt for doubt in doubts if doubt.code != "import-title"]
    slug = (text.fold(draft.slug) or text.fold(title))[:60].strip("-") or "annonce"
    slug = _free(slug, day[:10], taken)
    keys: dict[str, Any] = {"title": title, "date": day, "id": f"{slug}-{day[:4]}"} | dict(draft.more)
    if len(keys.get("summary") or "") > MAX_SUMMARY:
        keys["summary"] = text.shorten(keys["summary"], MAX_SUMMARY)
        doubts.append(
            Doubt("import-lost", f"the summary was longer than {MAX_SUMMARY} characters", "look at it", "summary: ")
        )
    content = visible("\n".join(["---", *front_matter.lines(keys), "---", "", visible(draft.body).strip("\n"), ""]))
    needs = {f"announcements/images/{each.name}": each.content for each in draft.pictures}
    needs |= {f"announcements/files/{each.name}": each.content for each in draft.files}
    # A line that was taken for a heading may have been taken out since.
    doubts = [doubt for doubt in _first(doubts) if doubt.code != "import-heading" or doubt.at in content]
    return ImportedFile(slug, f"announcements/{day[:10]}-{slug}.md", content, needs, tuple(doubts))


def _first(doubts: list[Doubt]) -> Iterator[Doubt]:
    """The first doubts of each kind, and how many more there are: each is looked for in the whole text."""
    counts = Counter(doubt.code for doubt in doubts)
    shown = Counter[str]()
    for doubt in doubts:
        shown[doubt.code] += 1
        if shown[doubt.code] <= _MOST_DOUBTS:
            message = text.one_line(visible(doubt.message))
            yield replace(doubt, message=message if len(message) <= 500 else f"{message[:499]}…")
    for code, count in counts.items():
        if count > _MOST_DOUBTS:
            yield Doubt(code, f"{count - _MOST_DOUBTS:,} more like these in this announcement")


def _free(slug: str, day: str, taken: Mapping[str, str]) -> str:
    """The slug, or with the first number that nothing else has; that of the same day stays: it is the same one."""
    number, tried = 1, slug
    while taken.get(tried, day) != day:
        number += 1
        tried = f"{slug}-{number}"
    return tried


def visible(content: str) -> str:
    """Without the characters that no announcement may hold."""
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    pieces, start = [], 0
    for offset, _ in text.forbidden(content):
        pieces.append(content[start:offset])
        start = offset + 1
    return "".join((*pieces, content[start:]))
