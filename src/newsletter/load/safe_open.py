"""Open project files without following symbolic links below the project's root.

Each part of a path is opened relative to its parent folder (openat with O_NOFOLLOW). Replacing a folder with a link
during a build therefore has no effect. Only regular files are opened; pipes, sockets and devices are refused without
blocking.

Hard links and mount points look like ordinary files and folders, but a Git checkout cannot contain them.

Systems other than Linux and macOS cannot open a file relative to a folder. There, each part is checked before the file
is opened and again afterwards. An attacker who can rename folders during the check can exploit a race of a few
microseconds.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from functools import partial

from newsletter.model.problems import Place, Problems
from newsletter.model.refusals import SHORTAGES

PIECE = 1 << 20  # bytes read at once
MAX_TEXT = 1 << 24  # maximum size in bytes of an announcement or settings file
MAX_TEMPLATE = 1 << 20  # maximum size in bytes of a theme file

# Takes a file name, and returns the first bytes of that file: None if it does not exist, b"" if it cannot be read.
Start = Callable[[str], bytes | None]
# Called for each folder in a path, with the path of the folder relative to the root ("" for the root itself).
Enter = Callable[[str, Start], None]

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
# With O_PATH, a folder needs only execute permission, not read permission. macOS does not have this flag.
_FOLDER = os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)
_START = 64  # bytes
OPENS_RELATIVE = os.open in os.supports_dir_fd


def _pass(folder: str, start: Start) -> None:
    """Accept any folder."""


def open_regular(path: str, dir_fd: int | None = None) -> int:
    """Open a regular file and return its descriptor. Raises OSError, with ELOOP if `path` is a symbolic link."""
    handle = os.open(path, _FILE, dir_fd=dir_fd)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise OSError(errno.EINVAL, "not a regular file", path)


def is_link(path: str, dir_fd: int | None = None) -> bool:
    """Return whether a path is a symbolic link, even a dangling one; False if it does not exist."""
    try:
        return stat.S_ISLNK(os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    except (OSError, ValueError):
        return False


def open_folder(path: str, dir_fd: int | None = None) -> int:
    """Open a folder and return its descriptor. Raises OSError, with ELOOP if `path` is a symbolic link."""
    try:
        return os.open(path, _FOLDER | os.O_NOFOLLOW, dir_fd=dir_fd)
    except NotADirectoryError:
        # Linux raises this error for a symbolic link as well.
        if is_link(path, dir_fd):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from None
        raise


def open_beneath(root: str, path: str, enter: Enter = _pass) -> int:
    """Open the regular file `path`, relative to the folder `root`, and return its descriptor.

    The path of `root` may contain links; below it, links are not followed. `enter` is called for each folder in the
    path after the folder is opened, and may raise an exception to refuse it.

    Raises OSError with the whole path, with ELOOP if any part of it is a symbolic link. Raises ValueError for a path
    that is absolute or empty, or contains a `..` part or a NUL.
    """
    parts = path.split("/")
    if not {"", ".", ".."}.isdisjoint(parts):
        raise ValueError(f"not a plain relative path: {path!r}")
    try:
        return (_open_relative if OPENS_RELATIVE else _open_checked)(root, parts, enter)
    except OSError as fault:
        fault.filename = f"{root}/{path}"
        raise


def _open_relative(root: str, parts: list[str], enter: Enter) -> int:
    here = os.open(root, _FOLDER)
    try:
        for number, part in enumerate(parts[:-1]):
            enter("/".join(parts[:number]), partial(_start, dir_fd=here))
            above, here = here, open_folder(part, here)
            os.close(above)
        enter("/".join(parts[:-1]), partial(_start, dir_fd=here))
        return open_regular(parts[-1], here)
    finally:
        os.close(here)


def _open_checked(root: str, parts: list[str], enter: Enter) -> int:
    """Like _open_relative(), but use whole paths, and check afterwards that no part was replaced."""
    folders = ["/".join(parts[:number]) for number in range(len(parts))]
    for folder in folders:
        _refuse_link(f"{root}/{folder}" if folder else f"{root}/.")
        enter(folder, lambda name, at=f"{root}/{folder}": _start(f"{at}/{name}"))  # type: ignore[misc]
    full = "/".join((root, *parts))
    handle = open_regular(full)
    try:
        for folder in folders[1:]:
            _refuse_link(f"{root}/{folder}")
        if not os.path.samestat(os.fstat(handle), os.lstat(full)):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), full)
    except OSError:
        os.close(handle)
        raise
    return handle


def _refuse_link(path: str) -> None:
    if is_link(path):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def _start(name: str, dir_fd: int | None = None) -> bytes | None:
    try:
        handle = os.open(name, _FILE, dir_fd=dir_fd)
    except FileNotFoundError:
        return None
    except OSError:
        return b""
    try:
        return os.read(handle, _START)
    except OSError:
        return b""
    finally:
        os.close(handle)


def pieces_of(handle: int) -> Iterator[bytes]:
    """Yield the bytes of an open file in pieces, and close it. Raises OSError if reading fails."""
    try:
        while piece := os.read(handle, PIECE):
            yield piece
    finally:
        os.close(handle)


def pieces(path: str, dir_fd: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file in a trusted folder. Raises OSError, with ELOOP if `path` is a symbolic link."""
    try:
        yield from pieces_of(open_regular(path, dir_fd))
    except OSError as fault:
        fault.filename = path  # missing if os.read() failed
        raise


def pieces_beneath(root: str, path: str) -> Iterator[bytes]:
    """Yield the bytes of a project file in pieces. Raises the same exceptions as open_beneath()."""
    try:
        yield from pieces_of(open_beneath(root, path))
    except OSError as fault:
        fault.filename = f"{root}/{path}"
        raise


def read(handle: int, most: int) -> bytes:
    """Return the content of an open file, and close it. Raises OSError, with EFBIG if it exceeds `most` bytes."""
    content = bytearray()
    for piece in pieces_of(handle):
        content += piece
        if len(content) > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return bytes(content)


def first_link(root: str, path: str) -> str:
    """Return the first symbolic link in `path`, as a path relative to the folder `root`, or "" if there is none."""
    parts = path.split("/")
    beginnings = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((beginning for beginning in beginnings if is_link(f"{root}/{beginning}")), "")


def report_unread(path: str, fault: OSError, problems: Problems, most: int = MAX_TEXT) -> None:
    """Report the exception `fault`, which prevented a project's text file from being read.

    `most` is the size limit in bytes, for the message. Raises `fault` if the machine lacks resources, because a change
    to the file cannot fix that.
    """
    if fault.errno in SHORTAGES:
        raise fault
    if fault.errno == errno.ELOOP:
        problems.error(
            Place(path), "outside-project", "this is a symbolic link, or is in a linked folder",
            "put the file itself into the project",
        )  # fmt: skip
    elif fault.errno == errno.EFBIG:
        problems.error(Place(path), "too-long", f"this file has more than {most >> 20} MiB", "shorten it")
    else:
        fix = "give yourself permission to read it" if isinstance(fault, PermissionError) else "put a file there"
        problems.error(Place(path), "unreadable", f"cannot be read: {fault.strerror}", fix)
