"""Find the files that announcements refer to, and cache the size, hash and dimensions of each."""

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
_MAX_NAME = 255  # maximum length in bytes of a file name in the outbox

# The formats that mail programs and browsers display. SVG is excluded because it can contain scripts.
_PICTURES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


@dataclass(slots=True)
class ProjectFiles:
    """Finds files under the folder `root`, without ever leaving it or following a symbolic link.

    `attachments` contains extensions that may be published in addition to publishable.KINDS.
    """

    root: Path
    attachments: Collection[str] = ()
    _cache: dict[tuple[str, bool, bool], Asset | AssetRefused] = field(default_factory=dict)

    def resolve(self, source: str, target: str) -> str:
        """Return the project path of `target`, which is relative to the folder of the file `source`.

        Raises AssetRefused if the path leads out of the project.
        """
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
        """Return the Asset for `target`, a path relative to the folder of the file `source`.

        If `image` is true, the file must be an image. If `by_settings` is true, `source` is the settings file, which
        may use some files that announcements may not.

        Raises AssetRefused if the file is missing, must not be published, or is not an image although it must be.
        """
        path = self.resolve(source, target)
        key = (path, image, by_settings)
        if key not in self._cache:
            try:
                refuse_name(path, by_settings=by_settings)
                self._cache[key] = self._measure(path, image)
            except AssetRefused as fault:
                self._cache[key] = fault
        result = self._cache[key]
        if isinstance(result, AssetRefused):
            raise result
        return result

    def _measure(self, path: str, image: bool) -> Asset:
        """Read a file and return its Asset. Raises AssetRefused."""
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
                    size, sha256 = _published_size_and_hash(path, kind, file, size)
                    file.seek(0)
                    hidden = metadata.find_hidden(file)
        except OSError as fault:
            raise _refusal(path, fault) from None
        except AssetRefused:
            raise
        except ValueError:  # the path contains a NUL or a lone surrogate
            raise AssetRefused("missing-file", f"there is no file '{shown(path)}'", "correct the path") from None
        name = _published_name(path, sha256)
        return Asset(f"{self.root}/{path}", name, kind, size, sha256, width, height, hidden, str(self.root))

    def _kind(self, path: str, image: bool) -> str:
        if image and extension_of(path) == ".svg":
            raise AssetRefused("bad-image", f"'{shown(path)}' is SVG, which may contain scripts", "save it as PNG")
        return media_type(path, self.attachments)


def _refusal(path: str, fault: OSError) -> AssetRefused:
    """Return the refusal for a file that could not be opened or read."""
    if fault.errno in _ABSENT:
        return AssetRefused("missing-file", f"there is no file '{shown(path)}'", "correct the path or add the file")
    if fault.errno == errno.ELOOP:
        return AssetRefused("outside-project", f"'{shown(path)}' passes through a symbolic link", "copy the file in")
    if fault.errno == errno.EISDIR:
        return AssetRefused("missing-file", f"'{shown(path)}' is a folder", "name a file in it")
    if fault.errno in (errno.EINVAL, errno.ENXIO):  # ENXIO: a socket
        return AssetRefused("forbidden-file", f"'{shown(path)}' is not a regular file", "publish an ordinary file")
    return AssetRefused("missing-file", f"'{shown(path)}' cannot be read: {fault.strerror}")


def _published_name(path: str, sha256: str) -> str:
    """Return the path of a published file, relative to outbox/site, with a name of at most _MAX_NAME bytes."""
    stem, extension = os.path.splitext(PurePosixPath(path).name)
    extension = extension.lower()
    room = _MAX_NAME - len(f"{sha256[:8]}-{extension}")  # folding can lengthen a name
    return f"assets/{sha256[:8]}-{(text.fold(stem) or 'file')[:room]}{extension}"


def _published_size_and_hash(path: str, kind: str, file: BinaryIO, size: int) -> tuple[int, str]:
    """Return the size of an open file without its metadata, and the SHA-256 of the file with its metadata.

    Only pictures are loaded into memory as a whole.
    """
    digest, published, head = hashlib.sha256(), 0, b""
    for piece in _cleaned(path, _pieces(path, file, size, digest.update)):
        head = head or piece
        published += len(piece)
    if kind.startswith("image/") and not metadata.kind(head):
        raise AssetRefused("bad-image", f"'{shown(path)}' cannot be read as an image", "use PNG, JPEG, GIF or WebP")
    return published, digest.hexdigest()


def _pieces(path: str, file: BinaryIO, size: int, update: Callable[[bytes], None]) -> Iterator[bytes]:
    """Yield the bytes of an open file in pieces, and call `update` with each.

    Raises AssetRefused if the file is larger than MAX_FILE.
    """
    counted = 0
    while size <= MAX_FILE and counted <= MAX_FILE and (piece := file.read(PIECE)):
        update(piece)
        counted += len(piece)
        yield piece
    if max(size, counted) > MAX_FILE:
        raise AssetRefused(
            "file-size", f"'{shown(path)}' is larger than {MAX_FILE // 10**6:,} MB",
            "put it on a file host, and link to it",
        )  # fmt: skip


def _image_bytes(path: str, file: BinaryIO, size: int) -> bytes:
    """Return the bytes of an open image. Raises AssetRefused if it is too large for a mail."""
    content = b"" if size > MAX_IMAGE else file.read(MAX_IMAGE + 1)
    if (size := max(size, len(content))) > MAX_IMAGE:
        raise AssetRefused("image-size", f"'{shown(path)}' has {size / 1e6:.1f} MB", "shrink it below 1 MB")
    return content


def _cleaned(path: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes to publish. Raises AssetRefused for a picture whose metadata cannot be identified."""
    try:
        yield from metadata.published(pieces)
    except metadata.Malformed as fault:
        fix = "open it in an image editor and save it again"
        raise AssetRefused("bad-image", f"'{shown(path)}' is a damaged picture: {fault}", fix) from None


def _picture(path: str, content: bytes) -> tuple[int, int, str]:
    """Return width and height in pixels, and the media type. Raises AssetRefused if the image cannot be decoded."""
    from PIL import Image as Pillow  # noqa: PLC0415 (it takes 30 ms to import, and many builds have no image)

    try:
        with Pillow.open(io.BytesIO(content)) as picture:
            kind, (width, height) = picture.format or "", picture.size
            if kind not in _PICTURES or kind.lower() != metadata.kind(content):
                raise AssetRefused("bad-image", f"'{path}' is {kind or 'not an image'}", "use PNG, JPEG, GIF or WebP")
            if width * height > MAX_PIXELS:
                raise AssetRefused("image-size", f"'{path}' has {width}×{height} pixels", "shrink it")
            picture.load()
    except AssetRefused:
        raise
    except Exception:  # for malicious files, Pillow raises exceptions of many classes
        raise AssetRefused("bad-image", f"'{path}' cannot be read as an image", "use PNG, JPEG, GIF or WebP") from None
    return width, height, f"image/{kind.lower()}"
