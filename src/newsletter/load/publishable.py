"""Decide which files of a project may be published, by their names, folders and extensions.

Announcements may come from strangers, so a file is only published if nothing indicates that it is internal to the
project. Names are compared as the most tolerant file systems do: ignoring case, invisible characters (HFS+), and dots
and spaces at the end (Windows).
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

# The extensions that are published, with their media types in manifest and feeds. Python's mimetypes module is not
# used, as its results depend on files of the machine. Extensions that feeds have always listed as
# application/octet-stream keep that type; otherwise, old entries would change.
KINDS = {
    # documents; not Keynote's .key, which is also the extension of private keys
    ".doc": _OCTETS, ".docx": f"{_OFFICE}.wordprocessingml.document", ".dotx": _OCTETS,
    ".epub": "application/epub+zip", ".ics": "text/calendar", ".numbers": _OCTETS,
    ".odg": _OCTETS, ".odp": f"{_OPEN}.presentation", ".ods": f"{_OPEN}.spreadsheet", ".odt": f"{_OPEN}.text",
    ".pages": _OCTETS, ".pdf": "application/pdf", ".pps": _OCTETS, ".ppsx": _OCTETS, ".ppt": _OCTETS,
    ".pptx": f"{_OFFICE}.presentationml.presentation", ".rtf": _OCTETS, ".vcf": _OCTETS, ".xls": _OCTETS,
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    # pictures; not SVG, which may hold scripts
    ".ai": _OCTETS, ".avif": "image/avif", ".bmp": _OCTETS, ".eps": _OCTETS, ".gif": "image/gif", ".heic": _OCTETS,
    ".heif": _OCTETS, ".jfif": _OCTETS, ".jpe": _OCTETS, ".jpeg": "image/jpeg", ".jpg": "image/jpeg",
    ".png": "image/png", ".psd": _OCTETS, ".tif": _OCTETS, ".tiff": _OCTETS, ".webp": "image/webp",
    # sound
    ".aac": _OCTETS, ".aif": _OCTETS, ".aiff": _OCTETS, ".flac": _OCTETS, ".m4a": "audio/mp4", ".mid": _OCTETS,
    ".mp3": "audio/mpeg", ".oga": _OCTETS, ".ogg": "audio/ogg", ".opus": _OCTETS, ".wav": _OCTETS, ".wma": _OCTETS,
    # video
    ".3gp": _OCTETS, ".avi": _OCTETS, ".m4v": _OCTETS, ".mkv": _OCTETS, ".mov": _OCTETS, ".mp4": "video/mp4",
    ".mpeg": _OCTETS,
    ".mpg": _OCTETS, ".ogv": _OCTETS, ".webm": "video/webm", ".wmv": _OCTETS,
    # archives
    ".7z": _OCTETS, ".bz2": _OCTETS, ".gz": _OCTETS, ".rar": _OCTETS, ".tar": _OCTETS, ".tgz": _OCTETS,
    ".xz": _OCTETS, ".zip": "application/zip",
    # text
    ".csv": "text/csv", ".srt": _OCTETS, ".tsv": _OCTETS, ".txt": "text/plain", ".vtt": _OCTETS,
}  # fmt: skip

# JSON files often hold keys and passwords of services, so the settings have to allow them.
_ON_REQUEST = {".json": "application/json"}
EXTENSION = re.compile(r"\.[a-z0-9]{1,9}")

_MAX_PATH, _MAX_PART = 4096, 255  # bytes; the limits of Linux and macOS
_LOCKS = re.compile(
    r"(?:.*[-._])?(?:requirements|constraints)(?:[-._].*)?\.(?:txt|in)"
    r"|(?:.+[-._])?lock(?:\.(?:hcl|json|toml|txt|ya?ml))?|.+\.lock(?:b|file)"
    r"|pylock(?:\..*)?\.toml|npm-shrinkwrap\.json|pipfile|go\.sum"
)
_CLOSED = frozenset({"outbox", "templates", "src"})  # folders at the top of the project
_CLOSED_TO_SETTINGS = frozenset({"outbox"})  # a logo may belong to the theme, or to the site's sources
_ENVIRONMENT = "pyvenv.cfg"  # the file that identifies a virtual environment of Python
_FIX = "copy the file to a folder below announcements/"


class AssetRefused(ValueError):
    """The file must not be used; the attributes are code, message and fix of the problem to report."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


def shown(path: str) -> str:
    """Return `path` for a message, shortened to its beginning and end if it is long."""
    return path if len(path) <= 120 else f"{path[:80]}…{path[-30:]}"


def refuse_name(path: str, *, by_settings: bool = False) -> None:
    """Raise AssetRefused if the name of a file or of one of its folders shows that it is internal to the project.

    `path` is relative to the project. With `by_settings`, the file is named by the settings, not by an announcement.
    """
    if not path:
        raise AssetRefused("missing-file", "this is the folder of the project", "name a file in it")
    parts = path.split("/")
    if len(path) > _MAX_PATH or any(len(os.fsencode(part)) > _MAX_PART for part in parts):
        raise AssetRefused("missing-file", f"'{shown(path)}' is too long to be the path of a file", "correct the path")
    folded = [_folded(part) for part in parts]
    if any(part.startswith(".") or not part for part in folded):
        message = f"'{shown(path)}' is hidden: a part of its path begins with a dot"
        raise AssetRefused("outside-project", message, f"{_FIX}, under a name without leading dot")
    if len(parts) > 1 and folded[0] in (_CLOSED_TO_SETTINGS if by_settings else _CLOSED):
        raise AssetRefused("forbidden-file", f"'{shown(path)}' lies in {parts[0]}/, which is not published", _FIX)
    name = folded[-1]
    if name in SETTINGS_FILES:
        raise AssetRefused("forbidden-file", f"'{shown(path)}' holds settings", "publish another file")
    is_requirement = len(parts) > 1 and folded[-2] == "requirements" and name.endswith((".txt", ".in"))
    if is_requirement or _LOCKS.fullmatch(name):
        message = f"'{shown(path)}' is named as a lock or requirements file"
        raise AssetRefused("forbidden-file", message, "give the file another name, or publish another one")


def _folded(part: str) -> str:
    """Return a part of a path as the most tolerant file systems compare it; "." for a hidden file."""
    visible = "".join(character for character in part if unicodedata.category(character) not in ("Cc", "Cf"))
    if visible.startswith("."):
        return "."
    # Normalise before and after, as folding the case of compatibility characters such as ligatures may need either.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).rstrip(" .")


def refuse_folder(folder: str, start: Start) -> None:
    """Raise AssetRefused for a virtual environment or an outbox.

    `start` returns the first bytes of a file in `folder`.
    """
    place = f"'{shown(folder)}'" if folder else "the project's folder"
    if start(_ENVIRONMENT) is not None:
        fix = _FIX if folder else "make the environment in .venv instead"
        raise AssetRefused("forbidden-file", f"{place} is a virtual environment of Python ({_ENVIRONMENT})", fix)
    if folder and (start(MANIFEST) or b"").startswith(MANIFEST_BEGINS):
        raise AssetRefused("forbidden-file", f"{place} is an outbox ({MANIFEST})", _FIX)


def media_type(path: str, more: Collection[str] = ()) -> str:
    """Return the media type of a file. Raises AssetRefused if its extension is neither in KINDS nor in `more`."""
    extension = extension_of(path)
    if extension in KINDS:
        return KINDS[extension]
    if extension in more:
        return _ON_REQUEST.get(extension, _OCTETS)
    if not EXTENSION.fullmatch(extension):
        raise AssetRefused("forbidden-file", f"'{shown(path)}' has no known extension", "publish a PDF, for example")
    fix = f'publish a PDF, or allow this kind in the settings: attachments = ["{extension}"]'
    raise AssetRefused("forbidden-file", f"'{shown(path)}' is of a kind that is not published", fix)


def extension_of(path: str) -> str:
    """Return the extension of a path in lower case, with its dot, or "" if it has none."""
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return f".{extension.lower()}" if dot else ""
