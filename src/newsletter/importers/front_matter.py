"""matter: keys of other tools as ours; images and files of a body brought along."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from newsletter import text
from newsletter.importers import hidden
from newsletter.importers.draft import MAX_BROUGHT, MAX_FILES, Doubt, ImportedPicture, Unreadable, picture
from newsletter.importers.moments import moment
from newsletter.importers.safe_files import read

# Keys that mean the same as one of ours; the first that is there wins.
_SAME = {
    "updated": ("updated", "lastmod", "last_modified_at", "modified"),
    "summary": ("summary", "description", "excerpt"),
    "lang": ("lang", "language", "locale"),
    "url": ("canonical_url", "canonicalUrl"),
    "expires": ("expires", "expiryDate"),
}
_IMAGES = ("image", "featured_image", "featuredImage", "cover", "thumbnail", "images", "header", "feature")
_TAGS = ("tags", "tag", "categories", "category")
_AS_OURS = ("links", "event", "action", "attachments", "social", "issue", "aliases", "id", "image", "authors")
# Of use to the other tool only.
_SILENT = frozenset("layout comments type weight toc permalink guid published draft title date slug author".split())
_DATES = ("date", "publishDate", "pubDate", "published")
# Hugo does not distinguish upper and lower case in keys.
_NAMES = {
    name.lower(): name for names in (*_SAME.values(), _IMAGES, _TAGS, _AS_OURS, _SILENT, _DATES) for name in names
}
# No repetition runs far and gives up, here and in sites and wordpress: a text made for it would take hours.
_IMAGE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*+)\]\(\s*<?(?P<src>[^()\s>]{1,1000})>?(?P<title>\s+[\"'][^)]{0,300}[\"'])?\s*\)"
)
_FILE = re.compile(
    r"(?<!!)\[(?P<label>(?:[^\[\]\\]|\\.)++)\]\(\s*<?(?P<src>[^()\s>]{1,1000}\.(?:pdf|docx?|odt|xlsx?|ods|pptx?|csv|zip|ics|epub))>?\s*\)",
    re.IGNORECASE,
)

Locate = Callable[[str], Path | None]


def inside(folder: Path, source: str) -> Path | None:
    """A file below `folder` (resolved), named as in a link; None outside, behind a link, or when there is none."""
    name = unquote(source.partition("?")[0].partition("#")[0]).replace("\\", "/").lstrip("/")
    if not name or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", name) or source.startswith("//") or "\0" in name:
        return None
    place = folder / name
    try:
        # A symbolic link, or `..`, resolves to another path than the one that was written.
        real = place.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return real if real.is_relative_to(folder) and real.is_file() and not place.is_symlink() else None


@dataclass(slots=True)
class Mapped:
    """The keys of another tool as ours, and what had to be brought along for them.

    `locate` finds a file of the other tool by the address that stands in its text. What is hidden `today`, or from
    some day on, stays so: by `draft`, by a later `date`, by `expires`.
    """

    keys: Mapping[str, Any]
    doubts: list[Doubt]
    locate: Locate
    today: date
    more: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, ImportedPicture] = field(default_factory=dict)
    files: dict[str, ImportedPicture] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    title: str = ""
    date: str = ""
    slug: str = ""
    _seen: dict[tuple[str, str], tuple[bool, ImportedPicture | None]] = field(default_factory=dict)
    _brought: int = 0  # bytes of images and files

    def __post_init__(self) -> None:
        self.keys = {_NAMES.get(name.lower(), name): value for name, value in list(self.keys.items())[::-1]}
        self.title = text.one_line(str(self.keys.get("title") or ""))
        self.date = next((found for name in _DATES if (found := moment(self.keys.get(name) or ""))), "")
        self.slug = str(self.keys.get("slug") or "")
        kept = hidden.judge(self.keys, self.date, self.today)
        if kept.start[:10] > self.date[:10]:
            self.date = kept.start
        used = set(_SILENT)
        for ours, theirs in _SAME.items():
            used |= set(theirs)
            value = next((self.keys[name] for name in theirs if self.keys.get(name)), None)
            value = value if ours != "expires" else kept.end
            if isinstance(value, str | date) and str(value).strip():
                self._same(ours, value)
        self._labels()
        used |= {*_TAGS, *_IMAGES}
        if isinstance(author := self.keys.get("author") or self.keys.get("authors"), str | list):
            self.more["authors"] = [author] if isinstance(author, str) else author
        if kept.hidden:
            self.hide(kept.reason)
        self._picture()
        for name in _AS_OURS:
            if name in self.keys and name not in self.more and name not in ("image", "authors"):
                self.more[name] = self.keys[name]
        self.left = sorted(set(self.keys) - used - set(_AS_OURS))

    def hide(self, reason: str) -> None:
        """Make a draft of it. `reason` says what hid it, "" where a draft is no surprise."""
        self.more["draft"] = True
        if reason:
            fix = "delete `draft: true` when everybody may read it"
            self.doubts.append(Doubt("import-hidden", f"{reason} there: this is a draft", fix, "draft: true"))

    def _same(self, ours: str, value: Any) -> None:
        if ours in ("updated", "expires"):
            day = moment(value)
            if day and not (ours == "updated" and day[:10] <= self.date[:10]):
                self.more[ours] = day
        else:
            self.more[ours] = text.one_line(str(value))

    def _labels(self) -> None:
        labels: dict[str, str] = {}
        for name in _TAGS:
            value = self.keys.get(name) or []
            for label in value if isinstance(value, list) else str(value).split(","):
                if isinstance(label, str) and label.strip():
                    labels.setdefault(text.fold_or_hex(label), label.strip())
        if labels:
            self.more["tags"] = list(labels.values())

    def _picture(self) -> None:
        value = next((self.keys[name] for name in _IMAGES if self.keys.get(name)), None)
        value = value[0] if isinstance(value, list) and value else value
        known = value if isinstance(value, dict) else {}
        source = next((known[name] for name in ("src", "image", "path", "url") if known.get(name)), value)
        if not isinstance(source, str):
            return
        if made := self._bring(source):
            alt = known.get("alt") if isinstance(known.get("alt"), str) else None
            self.more["image"] = {"src": f"images/{made.name}", "alt": alt or None}
            if not alt:
                said = "the image has no alternative text"
                self.doubts.append(Doubt("import-image", said, "write behind alt: what it shows", "image:"))

    def images(self, body: str) -> str:
        """The body with its images and files brought along, and the addresses of both made ours."""

        def image(match: re.Match[str]) -> str:
            made = self._bring(match["src"])
            return f"![{match['alt']}](images/{made.name}{match['title'] or ''})" if made else match[0]

        def document(match: re.Match[str]) -> str:
            _, made = self._found(match["src"], _attachment)
            if made is None:
                return match[0]
            self.files[made.name] = made
            return f"[{match['label']}](files/{made.name})"

        return _FILE.sub(document, _IMAGE.sub(image, body))

    def _bring(self, source: str) -> ImportedPicture | None:
        told = len(self.doubts)
        is_there, made = self._found(source, picture)
        if made is not None:
            self.pictures[made.name] = made
        elif told == len(self.doubts):
            why = "its format is not shown by mail programs" if is_there else "it is not in what came in"
            said = f"the image '{source}' was left out: {why}"
            self.doubts.append(Doubt("import-image", said, "put it into announcements/images as PNG or JPEG", source))
        return made

    def _found(
        self, source: str, make: Callable[[str, bytes], ImportedPicture | None]
    ) -> tuple[bool, ImportedPicture | None]:
        """Whether an address means a file, and what `make` gives for it. However often it comes, it is read once."""
        key = make.__name__, source
        if key in self._seen or len(self._seen) >= MAX_FILES:
            return self._seen.get(key, (False, None))
        place, made = self.locate(source), None
        if place is not None:
            try:
                content = read(place)
                self._brought += len(content)
                if self._brought > MAX_BROUGHT:
                    raise Unreadable(f"all that it shows weighs more than {MAX_BROUGHT // 2**20} MB")
                made = make(place.name, content)
            except Unreadable as fault:
                self.doubts.append(Doubt("import-image", f"'{source}' was left out: {fault}", "add it by hand", source))
        self._seen[key] = place is not None, made
        return self._seen[key]


def _attachment(name: str, content: bytes) -> ImportedPicture:
    """A file under a name that depends on its content."""
    stem, _, ending = name.rpartition(".")
    folded = text.fold(stem)[:60].strip("-") or "file"
    return ImportedPicture(f"{folded}-{hashlib.sha256(content).hexdigest()[:8]}.{ending.lower()}", content)
