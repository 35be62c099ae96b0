"""Files of the project that announcements name: found safely, measured, hashed, each once."""

import hashlib
import io
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from newsletter import metadata, text
from newsletter.model import Asset

MAX_IMAGE = 1_000_000  # bytes
MAX_PIXELS = 40_000_000


class Refused(ValueError):
    """The file cannot be used; args are code, message and cure."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


# The formats that mail programs and browsers show; SVG may carry script.
_PICTURES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
# Not the mimetypes module: its answers depend on files of the machine.
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    ".avif": "image/avif", ".csv": "text/csv", ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".epub": "application/epub+zip", ".gif": "image/gif", ".ics": "text/calendar", ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg", ".json": "application/json", ".m4a": "audio/mp4", ".mp3": "audio/mpeg",
    ".mp4": "video/mp4", ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet", ".odt": "application/vnd.oasis.opendocument.text",
    ".ogg": "audio/ogg", ".pdf": "application/pdf", ".png": "image/png",
    ".pptx": f"{_OFFICE}.presentationml.presentation", ".txt": "text/plain", ".webm": "video/webm",
    ".webp": "image/webp", ".xlsx": f"{_OFFICE}.spreadsheetml.sheet", ".zip": "application/zip",
}  # fmt: skip


@dataclass(slots=True)
class ProjectFiles:
    """The files under `root`; `find` never leaves it and never follows a symbolic link."""

    root: Path
    _found: dict[tuple[str, bool], Asset | Refused] = field(default_factory=dict)

    def resolve(self, source: str, target: str) -> str:
        """The project path of `target`, written in the file `source`. Raises Refused outside."""
        parts: list[str] = list(PurePosixPath(source).parent.parts)
        for part in target.split("/"):
            if part == "..":
                if not parts:
                    raise Refused("outside-project", f"'{target}' leads out of the project", "copy the file in")
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)

    def find(self, source: str, target: str, *, image: bool = False) -> Asset:
        """The file `target` as an Asset. Raises Refused when it is missing, outside, or no image."""
        path = self.resolve(source, target)
        key = (path, image)
        if key not in self._found:
            try:
                self._found[key] = self._measure(path, image)
            except Refused as fault:
                self._found[key] = fault
        found = self._found[key]
        if isinstance(found, Refused):
            raise found
        return found

    def _measure(self, path: str, image: bool) -> Asset:
        full = self.root
        for part in path.split("/"):
            full = full / part
            if full.is_symlink():
                raise Refused("outside-project", f"'{path}' passes through a symbolic link", "copy the file in")
        if part.startswith("."):
            raise Refused("outside-project", f"'{path}' is a hidden file", "publish a file without leading dot")
        try:
            content = full.read_bytes() if full.is_file() else None
        except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
            raise Refused("missing-file", f"'{path}' cannot be read: {fault}") from None
        if content is None:
            raise Refused("missing-file", f"there is no file '{path}'", "correct the path or add the file")
        clean = _cleaned(path, content)
        width, height, media_type = _picture(path, clean) if image else (0, 0, _media_type(path))
        sha256 = hashlib.sha256(content).hexdigest()
        stem, extension = os.path.splitext(PurePosixPath(path).name)
        name = (text.fold(stem) or "file") + extension.lower()
        hidden = () if image else metadata.find_hidden(io.BytesIO(content))
        return Asset(
            str(full), f"assets/{sha256[:8]}-{name}", media_type, len(clean), sha256, width, height, hidden
        )  # fmt: skip


def _cleaned(path: str, content: bytes) -> bytes:
    """What is published of a file. Raises Refused for a picture whose metadata cannot be told from the picture."""
    try:
        clean = b"".join(metadata.published((content,)))
    except metadata.Malformed as fault:
        cure = "open it in a picture editor and save it again"
        raise Refused("bad-image", f"'{path}' is a damaged picture: {fault}", cure) from None
    if _media_type(path).startswith("image/") and not metadata.kind(clean):
        raise Refused("bad-image", f"'{path}' is no image that can be read", "use PNG, JPEG, GIF or WebP")
    return clean


def _media_type(path: str) -> str:
    return _MEDIA_TYPES.get(os.path.splitext(path)[1].lower(), "application/octet-stream")


def _picture(path: str, content: bytes) -> tuple[int, int, str]:
    """Width and height in pixels, and media type, of an image that decodes whole."""
    if len(content) > MAX_IMAGE:
        raise Refused(
            "image-size", f"'{path}' weighs {len(content) / 1e6:.1f} MB", "shrink it below 1 MB"
        )  # fmt: skip
    from PIL import Image as Pillow  # noqa: PLC0415 (it costs 30 ms, and many builds have no image)

    try:
        with Pillow.open(io.BytesIO(content)) as picture:
            kind, (width, height) = picture.format or "", picture.size
            if kind not in _PICTURES or kind.lower() != metadata.kind(content):
                raise Refused("bad-image", f"'{path}' is {kind or 'no image'}", "use PNG, JPEG, GIF or WebP")
            if width * height > MAX_PIXELS:
                raise Refused("image-size", f"'{path}' has {width}×{height} pixels", "shrink it")
            picture.load()
    except Refused:
        raise
    except Exception:  # Pillow raises nearly everything on hostile bytes
        raise Refused("bad-image", f"'{path}' is no image that can be read", "use PNG, JPEG, GIF or WebP") from None
    return width, height, f"image/{kind.lower()}"
