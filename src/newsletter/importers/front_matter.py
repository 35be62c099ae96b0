"""Map another tool's front matter to ours, and collect the images and files of a page."""

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

# Our keys, and other tools' names for them. The first name that is present wins.
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
# Keys that matter only to the other tool. They are dropped silently.
_SILENT = frozenset("layout comments type weight toc permalink guid published draft title date slug author".split())
_DATES = ("date", "publishDate", "pubDate", "published")
# Hugo ignores the case of keys.
_NAMES = {
    name.lower(): name for names in (*_SAME.values(), _IMAGES, _TAGS, _AS_OURS, _SILENT, _DATES) for name in names
}
# Here, in sites and in wordpress, every repetition is possessive or bounded, because backtracking
# could take hours.
_IMAGE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*+)\]\(\s*<?(?P<src>[^()\s>]{1,1000})>?(?P<title>\s+[\"'][^)]{0,300}[\"'])?\s*\)"
)
_FILE = re.compile(
    r"(?<!!)\[(?P<label>(?:[^\[\]\\]|\\.)++)\]\(\s*<?(?P<src>[^()\s>]{1,1000}\.(?:pdf|docx?|odt|xlsx?|ods|pptx?|csv|zip|ics|epub))>?\s*\)",
    re.IGNORECASE,
)

Locate = Callable[[str], Path | None]


def find_inside(folder: Path, source: str) -> Path | None:
    """Return the file below `folder` (a resolved path) that the link `source` names.

    Return None if there is no such file, if it is outside the folder, or if it is a symbolic link.
    """
    name = unquote(source.partition("?")[0].partition("#")[0]).replace("\\", "/").lstrip("/")
    if not name or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", name) or source.startswith("//") or "\0" in name:
        return None
    place = folder / name
    try:
        # Resolve symbolic links and `..` in the path before comparing it with the folder.
        real = place.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return real if real.is_relative_to(folder) and real.is_file() and not place.is_symlink() else None


@dataclass(slots=True)
class MappedKeys:
    """Another tool's front matter keys mapped to ours, with the images and files that a page uses.

    `locate` finds a file of the other tool by its address in the text. A page that is hidden on the
    day `today`, or will be hidden later, stays hidden through `draft`, a later `date` or `expires`.
    `left` lists keys without an equivalent.
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
    _cache: dict[tuple[str, str], tuple[bool, ImportedPicture | None]] = field(default_factory=dict)
    _weight: int = 0  # bytes of images and files

    def __post_init__(self) -> None:
        self.keys = {_NAMES.get(name.lower(), name): value for name, value in list(self.keys.items())[::-1]}
        self.title = text.one_line(str(self.keys.get("title") or ""))
        self.date = next((day for name in _DATES if (day := moment(self.keys.get(name) or ""))), "")
        self.slug = str(self.keys.get("slug") or "")
        hiding = hidden.judge(self.keys, self.date, self.today)
        if hiding.start[:10] > self.date[:10]:
            self.date = hiding.start
        used = set(_SILENT)
        for ours, theirs in _SAME.items():
            used |= set(theirs)
            value = next((self.keys[name] for name in theirs if self.keys.get(name)), None)
            value = value if ours != "expires" else hiding.end
            if isinstance(value, str | date) and str(value).strip():
                self._set(ours, value)
        self._set_tags()
        used |= {*_TAGS, *_IMAGES}
        if isinstance(author := self.keys.get("author") or self.keys.get("authors"), str | list):
            self.more["authors"] = [author] if isinstance(author, str) else author
        if hiding.hidden:
            self.hide(hiding.reason)
        self._set_image()
        for name in _AS_OURS:
            if name in self.keys and name not in self.more and name not in ("image", "authors"):
                self.more[name] = self.keys[name]
        self.left = sorted(set(self.keys) - used - set(_AS_OURS))

    def hide(self, reason: str) -> None:
        """Make the announcement a draft.

        `reason` says what hid the page; it is "" if a draft will not surprise the author.
        """
        self.more["draft"] = True
        if reason:
            fix = "delete `draft: true` when everybody may read it"
            self.doubts.append(Doubt("import-hidden", f"this is a draft because {reason}", fix, "draft: true"))

    def _set(self, ours: str, value: Any) -> None:
        if ours in ("updated", "expires"):
            day = moment(value)
            if day and not (ours == "updated" and day[:10] <= self.date[:10]):
                self.more[ours] = day
        else:
            self.more[ours] = text.one_line(str(value))

    def _set_tags(self) -> None:
        labels: dict[str, str] = {}
        for name in _TAGS:
            value = self.keys.get(name) or []
            for label in value if isinstance(value, list) else str(value).split(","):
                if isinstance(label, str) and label.strip():
                    labels.setdefault(text.fold_or_hex(label), label.strip())
        if labels:
            self.more["tags"] = list(labels.values())

    def _set_image(self) -> None:
        value = next((self.keys[name] for name in _IMAGES if self.keys.get(name)), None)
        value = value[0] if isinstance(value, list) and value else value
        details = value if isinstance(value, dict) else {}
        source = next((details[name] for name in ("src", "image", "path", "url") if details.get(name)), value)
        if not isinstance(source, str):
            return
        if image := self._import_image(source):
            alt = details.get("alt") if isinstance(details.get("alt"), str) else None
            self.more["image"] = {"src": f"images/{image.name}", "alt": alt or None}
            if not alt:
                message = "the image has no alternative text"
                self.doubts.append(Doubt("import-image", message, "describe it after alt:", "image:"))

    def images(self, body: str) -> str:
        """Return the body with links to its images and files rewritten, and collect both.

        The new links point into images/ and files/.
        """

        def image_link(match: re.Match[str]) -> str:
            image = self._import_image(match["src"])
            return f"![{match['alt']}](images/{image.name}{match['title'] or ''})" if image else match[0]

        def file_link(match: re.Match[str]) -> str:
            _, attachment = self._load(match["src"], _attachment)
            if attachment is None:
                return match[0]
            self.files[attachment.name] = attachment
            return f"[{match['label']}](files/{attachment.name})"

        return _FILE.sub(file_link, _IMAGE.sub(image_link, body))

    def _import_image(self, source: str) -> ImportedPicture | None:
        doubts = len(self.doubts)
        exists, image = self._load(source, picture)
        if image is not None:
            self.pictures[image.name] = image
        elif doubts == len(self.doubts):
            reason = "mail programs do not show its format" if exists else "its file was not found"
            message = f"the image '{source}' was left out: {reason}"
            fix = "put it into announcements/images as PNG or JPEG"
            self.doubts.append(Doubt("import-image", message, fix, source))
        return image

    def _load(
        self, source: str, make: Callable[[str, bytes], ImportedPicture | None]
    ) -> tuple[bool, ImportedPicture | None]:
        """Return whether an address names a file, and the result of `make` for that file.

        Each file is read once.
        """
        key = make.__name__, source
        if key in self._cache or len(self._cache) >= MAX_FILES:
            return self._cache.get(key, (False, None))
        path, result = self.locate(source), None
        if path is not None:
            try:
                content = read(path)
                self._weight += len(content)
                if self._weight > MAX_BROUGHT:
                    raise Unreadable(f"its images and files are larger than {MAX_BROUGHT // 2**20} MB in total")
                result = make(path.name, content)
            except Unreadable as fault:
                self.doubts.append(Doubt("import-image", f"'{source}' was left out: {fault}", "add it by hand", source))
        self._cache[key] = path is not None, result
        return self._cache[key]


def _attachment(name: str, content: bytes) -> ImportedPicture:
    """Return an attachment under a name that ends in a hash of its content."""
    stem, _, ending = name.rpartition(".")
    folded = text.fold(stem)[:60].strip("-") or "file"
    return ImportedPicture(f"{folded}-{hashlib.sha256(content).hexdigest()[:8]}.{ending.lower()}", content)
