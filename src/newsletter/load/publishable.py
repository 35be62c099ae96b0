"""publishable: which files of a project may be published: by name, by the folders around them, and by kind.

Announcements come from strangers, so a file is published only if nothing says that the project keeps it for itself.
Names are compared as the most forgiving file system would: without regard to case, without characters that cannot be
seen (HFS+ ignores them), without dots and spaces at the end (Windows ignores those).
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

# Every kind of file that is published, by extension, and its media type in manifest and feeds. Not Python's mimetypes
# module: its answers depend on files of the machine. Extensions that feeds have always called application/octet-stream
# keep that type, or entries that were read long ago would change.
KINDS = {
    # documents; not Keynote's .key, which private keys are called, too
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

# Often holds keys and passwords of services, so only on request.
_ON_REQUEST = {".json": "application/json"}
EXTENSION = re.compile(r"\.[a-z0-9]{1,9}")

_LONGEST_PATH, _LONGEST_PART = 4096, 255  # bytes, as Linux and macOS allow at most
_LOCKS = re.compile(
    r"(?:.*[-._])?(?:requirements|constraints)(?:[-._].*)?\.(?:txt|in)"
    r"|(?:.+[-._])?lock(?:\.(?:hcl|json|toml|txt|ya?ml))?|.+\.lock(?:b|file)"
    r"|pylock(?:\..*)?\.toml|npm-shrinkwrap\.json|pipfile|go\.sum"
)
_CLOSED = frozenset({"outbox", "templates", "src"})  # folders at the top of the project
_CLOSED_TO_SETTINGS = frozenset({"outbox"})  # a logo may belong to the theme, or to the site's sources
_ENVIRONMENT = "pyvenv.cfg"  # marks a virtual environment of Python
_CURE = "copy the file to a folder below announcements/"


class AssetRefused(ValueError):
    """The file cannot be used: code, message and fix of the problem to report."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


def shown(path: str) -> str:
    """`path` for a message: of a very long one, its beginning and end."""
    return path if len(path) <= 120 else f"{path[:80]}…{path[-30:]}"


def refuse_name(path: str, *, by_settings: bool = False) -> None:
    """Raise AssetRefused if a part of the project path `path` names what a project keeps for itself.

    `by_settings`: the settings name the file, not an announcement.
    """
    if not path:
        raise AssetRefused("missing-file", "this is the folder of the project", "name a file in it")
    parts = path.split("/")
    if len(path) > _LONGEST_PATH or any(len(os.fsencode(part)) > _LONGEST_PART for part in parts):
        raise AssetRefused("missing-file", f"'{shown(path)}' is too long to be the path of a file", "correct the path")
    folded = [_folded(part) for part in parts]
    if any(part.startswith(".") or not part for part in folded):
        message = f"'{shown(path)}' is hidden: a part of its path begins with a dot"
        raise AssetRefused("outside-project", message, f"{_CURE}, under a name without leading dot")
    if len(parts) > 1 and folded[0] in (_CLOSED_TO_SETTINGS if by_settings else _CLOSED):
        raise AssetRefused("forbidden-file", f"'{shown(path)}' lies in {parts[0]}/, which is not published", _CURE)
    name = folded[-1]
    if name in SETTINGS_FILES:
        raise AssetRefused("forbidden-file", f"'{shown(path)}' holds settings", "publish another file")
    is_requirement = len(parts) > 1 and folded[-2] == "requirements" and name.endswith((".txt", ".in"))
    if is_requirement or _LOCKS.fullmatch(name):
        message = f"'{shown(path)}' is named as a lock or requirements file"
        raise AssetRefused("forbidden-file", message, "give the file another name, or publish another one")


def _folded(part: str) -> str:
    seen = "".join(sign for sign in part if unicodedata.category(sign) not in ("Cc", "Cf"))
    if seen.startswith("."):
        return "."
    # Compatibility forms such as a ligature come before case: a fold may give, and take away, either.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).rstrip(" .")


def refuse_folder(folder: str, start: Start) -> None:
    """Raise AssetRefused for a virtual environment or an outbox.

    `start` gives the first bytes of a file in `folder`.
    """
    place = f"'{shown(folder)}'" if folder else "the project's folder"
    if start(_ENVIRONMENT) is not None:
        fix = _CURE if folder else "make the environment in .venv instead"
        raise AssetRefused("forbidden-file", f"{place} is a virtual environment of Python ({_ENVIRONMENT})", fix)
    if folder and (start(MANIFEST) or b"").startswith(MANIFEST_BEGINS):
        raise AssetRefused("forbidden-file", f"{place} is an outbox ({MANIFEST})", _CURE)


def media_type(path: str, more: Collection[str] = ()) -> str:
    """The media type of a file by its extension, one of KINDS or `more`. Raises AssetRefused for any other."""
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
    """The extension of a path's last part, in small letters, with its dot; "" for a name without one."""
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return f".{extension.lower()}" if dot else ""
