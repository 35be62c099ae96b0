"""Files of the project that announcements name: found safely, measured, hashed, each once."""

import errno
import hashlib
import io
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from newsletter import text
from newsletter.load import metadata
from newsletter.load.publishable import AssetRefused, extension_of, media_type, refuse_folder, refuse_name, shown
from newsletter.load.safe_open import PIECE, open_beneath
from newsletter.model import Asset

__all__ = ["AssetRefused", "ProjectFiles"]

MAX_FILE = 1_000_000_000  # bytes
MAX_IMAGE = 1_000_000  # bytes
MAX_PIXELS = 40_000_000
_LONGEST_NAME = 255  # bytes of a file's name in the outbox

# The formats that mail programs and browsers show; SVG may carry script.
_PICTURES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


@dataclass(slots=True)
class ProjectFiles:
    """The files under `root`; `find` never leaves it and never follows a symbolic link.

    `attachments` are extensions that may be published besides those of publishable.KINDS.
    """

    root: Path
    attachments: Collection[str] = ()
    _found: dict[tuple[str, bool, bool], Asset | AssetRefused] = field(default_factory=dict)

    def resolve(self, source: str, target: str) -> str:
        """The project path of `target`, written in the file `source`. Raises AssetRefused outside."""
        parts: list[str] = list(PurePosixPath(source).parent.parts)
        for part in target.split("/"):
            if part == "..":
                if not parts:
                    message = f"'{shown(target)}' leads out of the project"
                    raise AssetRefused("outside-project", message, "copy the file in")
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)

    def find(self, source: str, target: str, *, image: bool = False, by_settings: bool = False) -> Asset:
        """The file `target`, named in the file `source`, as an Asset.

        `by_settings`: `source` is the settings file, which may name files that an announcement may not.

        Raises AssetRefused when the file is missing, may not be published, or is no image.
        """
        path = self.resolve(source, target)
        key = (path, image, by_settings)
        if key not in self._found:
            try:
                refuse_name(path, by_settings=by_settings)
                self._found[key] = self._measure(path, image)
            except AssetRefused as fault:
                self._found[key] = fault
        found = self._found[key]
        if isinstance(found, AssetRefused):
            raise found
        return found

    def _measure(self, path: str, image: bool) -> Asset:
        try:
            with os.fdopen(open_beneath(str(self.root), path, refuse_folder), "rb") as file:
                kind = self._kind(path, image)
                size = os.fstat(file.fileno()).st_size
                if image:
                    content = _image_bytes(path, file, size)
                    clean = b"".join(_cleaned(path, (content,)))
                    width, height, kind = _picture(path, clean)
                    size, sha256 = len(clean), hashlib.sha256(content).hexdigest()
                    hidden: tuple[str, ...] = ()
                else:
                    width, height = 0, 0
                    size, sha256 = _measured(path, kind, file, size)
                    file.seek(0)
                    hidden = metadata.find_hidden(file)
        except OSError as fault:
            raise _refusal(path, fault) from None
        except AssetRefused:
            raise
        except ValueError:  # a NUL, or half of a surrogate pair
            raise AssetRefused("missing-file", f"there is no file '{shown(path)}'", "correct the path") from None
        name = _published_name(path, sha256)
        return Asset(f"{self.root}/{path}", name, kind, size, sha256, width, height, hidden, str(self.root))

    def _kind(self, path: str, image: bool) -> str:
        if image and extension_of(path) == ".svg":
            raise AssetRefused("bad-image", f"'{shown(path)}' is SVG, which may hold scripts", "save it as PNG")
        return media_type(path, self.attachments)


def _refusal(path: str, fault: OSError) -> AssetRefused:
    """Why a file cannot be used that could not be opened or read."""
    if fault.errno in _ABSENT:
        return AssetRefused("missing-file", f"there is no file '{shown(path)}'", "correct the path or add the file")
    if fault.errno == errno.ELOOP:
        return AssetRefused("outside-project", f"'{shown(path)}' passes through a symbolic link", "copy the file in")
    if fault.errno == errno.EISDIR:
        return AssetRefused("missing-file", f"'{shown(path)}' is a folder", "name a file in it")
    if fault.errno in (errno.EINVAL, errno.ENXIO):  # ENXIO: a socket
        return AssetRefused("forbidden-file", f"'{shown(path)}' is not a regular file", "publish a file with content")
    return AssetRefused("missing-file", f"'{shown(path)}' cannot be read: {fault.strerror}")


def _published_name(path: str, sha256: str) -> str:
    """Where a file goes, relative to outbox/site. Folding may make a name longer, so that it would not fit."""
    stem, extension = os.path.splitext(PurePosixPath(path).name)
    extension = extension.lower()
    room = _LONGEST_NAME - len(f"{sha256[:8]}-{extension}")
    return f"assets/{sha256[:8]}-{(text.fold(stem) or 'file')[:room]}{extension}"


def _measured(path: str, kind: str, file: BinaryIO, size: int) -> tuple[int, str]:
    """Published size and SHA-256 of an open file, of which only a picture is held in memory."""
    digest, published, head = hashlib.sha256(), 0, b""
    for piece in _cleaned(path, _pieces(path, file, size, digest.update)):
        head = head or piece
        published += len(piece)
    if kind.startswith("image/") and not metadata.kind(head):
        raise AssetRefused("bad-image", f"'{shown(path)}' cannot be read as an image", "use PNG, JPEG, GIF or WebP")
    return published, digest.hexdigest()


def _pieces(path: str, file: BinaryIO, size: int, note: Callable[[bytes], None]) -> Iterator[bytes]:
    """The bytes of an open file in pieces, each of which `note` sees too. Raises AssetRefused for too many of them."""
    counted = 0
    while size <= MAX_FILE and counted <= MAX_FILE and (piece := file.read(PIECE)):
        note(piece)
        counted += len(piece)
        yield piece
    if max(size, counted) > MAX_FILE:
        raise AssetRefused(
            "file-size", f"'{shown(path)}' has more than {MAX_FILE // 10**6:,} MB",
            "put it on a host for large files, and link to it",
        )  # fmt: skip


def _image_bytes(path: str, file: BinaryIO, size: int) -> bytes:
    """The bytes of an open file that is small enough for a mail."""
    content = b"" if size > MAX_IMAGE else file.read(MAX_IMAGE + 1)
    if (size := max(size, len(content))) > MAX_IMAGE:
        raise AssetRefused("image-size", f"'{shown(path)}' weighs {size / 1e6:.1f} MB", "shrink it below 1 MB")
    return content


def _cleaned(path: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What is published of a file. Raises AssetRefused for a picture whose metadata cannot be told from the picture."""
    try:
        yield from metadata.published(pieces)
    except metadata.Malformed as fault:
        cure = "open it in a picture editor and save it again"
        raise AssetRefused("bad-image", f"'{shown(path)}' is a damaged picture: {fault}", cure) from None


def _picture(path: str, content: bytes) -> tuple[int, int, str]:
    """Width and height in pixels, and media type, of an image that decodes whole."""
    from PIL import Image as Pillow  # noqa: PLC0415 (it costs 30 ms, and many builds have no image)

    try:
        with Pillow.open(io.BytesIO(content)) as picture:
            kind, (width, height) = picture.format or "", picture.size
            if kind not in _PICTURES or kind.lower() != metadata.kind(content):
                raise AssetRefused("bad-image", f"'{path}' is {kind or 'no image'}", "use PNG, JPEG, GIF or WebP")
            if width * height > MAX_PIXELS:
                raise AssetRefused("image-size", f"'{path}' has {width}×{height} pixels", "shrink it")
            picture.load()
    except AssetRefused:
        raise
    except Exception:  # Pillow raises nearly everything on hostile bytes
        raise AssetRefused(
            "bad-image", f"'{path}' is no image that can be read", "use PNG, JPEG, GIF or WebP"
        ) from None
    return width, height, f"image/{kind.lower()}"
