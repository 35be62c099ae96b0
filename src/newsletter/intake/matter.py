"""matter: front matter of Jekyll, Hugo and plain Markdown, as ours; images and files of a body brought along."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from newsletter import text
from newsletter.intake.archive import MAX_FILE, read
from newsletter.intake.draft import Doubt, Picture, Unreadable, picture
from newsletter.load import parse
from newsletter.model import Fields, Items, Node, Scalar
from newsletter.problems import Problems

# Keys that mean the same as one of ours; the first that is there wins.
_SAME = {
    "updated": ("updated", "lastmod", "last_modified_at", "modified"),
    "summary": ("summary", "description", "excerpt"),
    "lang": ("lang", "language", "locale"),
    "url": ("canonical_url", "canonicalUrl", "canonicalURL"),
    "expires": ("expires", "expiryDate", "expirydate"),
}
_IMAGES = ("image", "featured_image", "featuredImage", "cover", "thumbnail", "images", "header", "feature")
_TAGS = ("tags", "tag", "categories", "category")
_AS_OURS = ("links", "event", "action", "attachments", "social", "issue", "aliases", "id", "image", "authors")
# Of use to the other tool only.
_SILENT = frozenset("layout comments type weight toc permalink guid published draft title date slug author".split())
_IMAGE = re.compile(r"!\[(?P<alt>(?:[^\]\\]|\\.)*)\]\(\s*<?(?P<src>[^)\s>]+)>?(?P<title>\s+[\"'][^)]*[\"'])?\s*\)")
_FILE = re.compile(
    r"(?<!!)\[(?P<label>(?:[^\]\\]|\\.)+)\]\(\s*<?(?P<src>[^)\s>]+\.(?:pdf|docx?|odt|xlsx?|ods|pptx?|csv|zip|ics|epub))>?\s*\)",
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


def split(content: str) -> tuple[dict[str, Any], str]:
    """Keys (YAML between `---`, TOML between `+++`) and body. Raises Unreadable for keys that cannot be read."""
    if match := re.match(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$\n?", content, re.DOTALL | re.MULTILINE):
        try:
            return tomllib.loads(match[1]), content[match.end() :]
        except (tomllib.TOMLDecodeError, RecursionError) as fault:
            raise Unreadable(f"its front matter is no TOML: {fault}") from None
    if not re.match(r"---[ \t]*\n", content):
        return {}, content
    problems = Problems()
    source = parse("", content.encode("utf-8", "replace"), problems)
    if source is None:
        raise Unreadable(f"its front matter cannot be read: {next(iter(problems)).message}")
    return {key.value: _value(node) for key, node in source.front.pairs}, source.body


def _value(node: Node) -> Any:
    if isinstance(node, Fields):
        return {key.value: _value(value) for key, value in node.pairs}
    if isinstance(node, Items):
        return [_value(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def moment(value: Any) -> str:
    """A date of another tool as ours: `2024-11-26`, with time and offset if it has them; "" for none."""
    if isinstance(value, datetime | date):
        value = value.isoformat()
    match = re.match(
        r"\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?\b", str(value), re.ASCII
    )  # fmt: skip
    if match is None:
        return ""
    try:
        date.fromisoformat(match[1])
    except ValueError:
        return ""
    day, hour, seconds, zone = match.groups()
    if not hour:
        return str(day)
    zone = "" if not zone else zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return f"{day}T{hour}{seconds if seconds and seconds != ':00' else ''}{zone}" if zone else f"{day} {hour}"


@dataclass(slots=True)
class Mapped:
    """The keys of another tool as ours, and what had to be brought along for them.

    `locate` finds a file of the other tool by the address that stands in its text.
    """

    keys: Mapping[str, Any]
    doubts: list[Doubt]
    locate: Locate
    more: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    files: dict[str, Picture] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    title: str = ""
    date: str = ""
    slug: str = ""

    def __post_init__(self) -> None:
        self.title = text.one_line(str(self.keys.get("title") or ""))
        self.date = moment(self.keys.get("date") or "")
        self.slug = str(self.keys.get("slug") or "")
        used = set(_SILENT)
        for ours, theirs in _SAME.items():
            used |= set(theirs)
            value = next((self.keys[name] for name in theirs if self.keys.get(name)), None)
            if isinstance(value, str | date) and str(value).strip():
                self._same(ours, value)
        self._labels()
        used |= {*_TAGS, *_IMAGES}
        if isinstance(author := self.keys.get("author") or self.keys.get("authors"), str | list):
            self.more["authors"] = [author] if isinstance(author, str) else author
        if _said(self.keys.get("draft"), "true") or _said(self.keys.get("published"), "false"):
            self.more["draft"] = True
        self._picture()
        for name in _AS_OURS:
            if name in self.keys and name not in self.more and name not in ("image", "authors"):
                self.more[name] = self.keys[name]
        self.left = sorted(set(self.keys) - used - set(_AS_OURS))

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
            for label in value if isinstance(value, list) else re.split(r"\s*,\s*", str(value)):
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
            place = self.locate(match["src"])
            if place is None:
                return match[0]
            content = read(place)
            name = f"{text.fold(place.stem)[:60].strip('-') or 'file'}-{hashlib.sha256(content).hexdigest()[:8]}"
            name += place.suffix.lower()
            self.files[name] = Picture(name, content)
            return f"[{match['label']}](files/{name})"

        return _FILE.sub(document, _IMAGE.sub(image, body))

    def _bring(self, source: str) -> Picture | None:
        place = self.locate(source)
        try:
            made = picture(place.name, read(place, MAX_FILE)) if place else None
        except Unreadable as fault:
            self.doubts.append(Doubt("import-image", f"the image '{source}' was left out: {fault}", "", source))
            return None
        if made is None:
            why = "its format is not shown by mail programs" if place else "it is not in what came in"
            said = f"the image '{source}' was left out: {why}"
            self.doubts.append(Doubt("import-image", said, "put it into announcements/images as PNG or JPEG", source))
            return None
        self.pictures[made.name] = made
        return made


def _said(value: Any, word: str) -> bool:
    return str(value).lower() == word
