"""Decide which files of a project may be published, by name, folder and extension.

Announcements may come from strangers, so a file is published only if nothing suggests that it is internal to the
project. Names are compared in the same way as on the most tolerant file systems: ignoring case, invisible characters
(HFS+), and trailing dots and spaces (Windows).
"""

import os
import re
import unicodedata
from collections.abc import Collection

from newsletter.load.safe_open import Start
from newsletter.model import MANIFEST, MANIFEST_BEGINS, SETTINGS_FILES

_OCTETS = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

# The extensions that are published, with their media types in the manifest and in feeds. Python's mimetypes module is
# not used because its results depend on the machine's configuration files. Extensions that feeds have always listed as
# application/octet-stream keep that type; otherwise, old entries would change.
KINDS = {
    # Documents. Keynote's .key is excluded because it is also the extension of private keys.
    ".doc": _OCTETS, ".docx": f"{_OFFICE}.wordprocessingml.document", ".dotx": _OCTETS,
    ".epub": "application/epub+zip", ".ics": "text/calendar", ".numbers": _OCTETS,
    ".odg": _OCTETS, ".odp": f"{_OPEN}.presentation", ".ods": f"{_OPEN}.spreadsheet", ".odt": f"{_OPEN}.text",
    ".pages": _OCTETS, ".pdf": "application/pdf", ".pps": _OCTETS, ".ppsx": _OCTETS, ".ppt": _OCTETS,
    ".pptx": f"{_OFFICE}.presentationml.presentation", ".rtf": _OCTETS, ".vcf": _OCTETS, ".xls": _OCTETS,
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    # Pictures. SVG is excluded because it can contain scripts.
    ".ai": _OCTETS, ".avif": "image/avif", ".bmp": _OCTETS, ".eps": _OCTETS, ".gif": "image/gif", ".heic": _OCTETS,
    ".heif": _OCTETS, ".jfif": _OCTETS, ".jpe": _OCTETS, ".jpeg": "image/jpeg", ".jpg": "image/jpeg",
    ".png": "image/png", ".psd": _OCTETS, ".tif": _OCTETS, ".tiff": _OCTETS, ".webp": "image/webp",
    # Audio
    ".aac": _OCTETS, ".aif": _OCTETS, ".aiff": _OCTETS, ".flac": _OCTETS, ".m4a": "audio/mp4", ".mid": _OCTETS,
    ".mp3": "audio/mpeg", ".oga": _OCTETS, ".ogg": "audio/ogg", ".opus": _OCTETS, ".wav": _OCTETS, ".wma": _OCTETS,
    # Video
    ".3gp": _OCTETS, ".avi": _OCTETS, ".m4v": _OCTETS, ".mkv": _OCTETS, ".mov": _OCTETS, ".mp4": "video/mp4",
    ".mpeg": _OCTETS,
    ".mpg": _OCTETS, ".ogv": _OCTETS, ".webm": "video/webm", ".wmv": _OCTETS,
    # Archives
    ".7z": _OCTETS, ".bz2": _OCTETS, ".gz": _OCTETS, ".rar": _OCTETS, ".tar": _OCTETS, ".tgz": _OCTETS,
    ".xz": _OCTETS, ".zip": "application/zip",
    # Text
    ".csv": "text/csv", ".srt": _OCTETS, ".tsv": _OCTETS, ".txt": "text/plain", ".vtt": _OCTETS,
}  # fmt: skip

# JSON files often contain passwords and API keys, so they are published only if the settings allow it.
_ON_REQUEST = {".json": "application/json"}
EXTENSION = re.compile(r"\.[a-z0-9]{1,9}")

_MAX_PATH, _MAX_PART = 4096, 255  # bytes; the limits of Linux and macOS
_LOCKS = re.compile(
    r"(?:.*[-._])?(?:requirements|constraints)(?:[-._].*)?\.(?:txt|in)"
    r"|(?:.+[-._])?lock(?:\.(?:hcl|json|toml|txt|ya?ml))?|.+\.lock(?:b|file)"
    r"|pylock(?:\..*)?\.toml|npm-shrinkwrap\.json|pipfile|go\.sum"
)
_CLOSED = frozenset({"outbox", "templates", "src"})  # top-level folders of the project
_CLOSED_TO_SETTINGS = frozenset({"outbox"})  # a logo may be part of the theme or of the site's sources
_ENVIRONMENT = "pyvenv.cfg"  # the file that identifies a Python virtual environment
_FIX = "copy the file to a folder below announcements/"


class AssetRefused(ValueError):
    """The file must not be used. `code`, `message` and `fix` describe the problem to report."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


def shown(path: str) -> str:
    """Return `path` for use in a message. The middle of a long path is replaced by an ellipsis."""
    return path if len(path) <= 120 else f"{path[:80]}…{path[-30:]}"


def refuse_name(path: str, *, by_settings: bool = False) -> None:
    """Raise AssetRefused if the name of a file or of a folder in its path marks it as internal to the project.

    `path` is relative to the project. If `by_settings` is true, the settings refer to the file, not an announcement.
    """
    if not path:
        raise AssetRefused("missing-file", "this is the project folder itself", "name a file in it")
    parts = path.split("/")
    if len(path) > _MAX_PATH or any(len(os.fsencode(part)) > _MAX_PART for part in parts):
        raise AssetRefused("missing-file", f"'{shown(path)}' is too long to be the path of a file", "correct the path")
    folded = [_folded(part) for part in parts]
    if any(part.startswith(".") or not part for part in folded):
        message = f"'{shown(path)}' is hidden: a part of its path begins with a dot"
        raise AssetRefused("outside-project", message, f"{_FIX}, under a name without a leading dot")
    if len(parts) > 1 and folded[0] in (_CLOSED_TO_SETTINGS if by_settings else _CLOSED):
        raise AssetRefused("forbidden-file", f"'{shown(path)}' is in {parts[0]}/, which is not published", _FIX)
    name = folded[-1]
    if name in SETTINGS_FILES:
        raise AssetRefused("forbidden-file", f"'{shown(path)}' is a settings file", "publish another file")
    is_requirement = len(parts) > 1 and folded[-2] == "requirements" and name.endswith((".txt", ".in"))
    if is_requirement or _LOCKS.fullmatch(name):
        message = f"'{shown(path)}' has the name of a lock or requirements file"
        raise AssetRefused("forbidden-file", message, "give the file another name, or publish another one")


def _folded(part: str) -> str:
    """Normalize a part of a path in the same way as the most tolerant file systems. Returns "." if it is hidden."""
    visible = "".join(character for character in part if unicodedata.category(character) not in ("Cc", "Cf"))
    if visible.startswith("."):
        return "."
    # Normalize before and after case folding: compatibility characters such as ligatures may need either.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).rstrip(" .")


def refuse_folder(folder: str, start: Start) -> None:
    """Raise AssetRefused for a virtual environment or an outbox.

    `folder` is a project path, "" for the project itself. `start` returns the first bytes of a file in it.
    """
    place = f"'{shown(folder)}'" if folder else "the project's folder"
    if start(_ENVIRONMENT) is not None:
        fix = _FIX if folder else "create the environment in .venv instead"
        raise AssetRefused("forbidden-file", f"{place} is a Python virtual environment ({_ENVIRONMENT})", fix)
    if folder and (start(MANIFEST) or b"").startswith(MANIFEST_BEGINS):
        raise AssetRefused("forbidden-file", f"{place} is an outbox ({MANIFEST})", _FIX)


def media_type(path: str, more: Collection[str] = ()) -> str:
    """Return the media type of a file, by its extension.

    Raises AssetRefused if the extension is neither in KINDS nor in `more`.
    """
    extension = extension_of(path)
    if extension in KINDS:
        return KINDS[extension]
    if extension in more:
        return _ON_REQUEST.get(extension, _OCTETS)
    if not EXTENSION.fullmatch(extension):
        raise AssetRefused("forbidden-file", f"'{shown(path)}' has no known extension", "publish a PDF, for example")
    fix = f'publish a PDF, or allow this type in the settings: attachments = ["{extension}"]'
    raise AssetRefused("forbidden-file", f"'{shown(path)}' is of a type that is not published", fix)


def extension_of(path: str) -> str:
    """Return the extension of a path in lower case, including the dot, or "" if it has none."""
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return f".{extension.lower()}" if dot else ""
