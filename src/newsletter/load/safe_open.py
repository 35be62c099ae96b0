"""safe_open: opens files of a project without following a symbolic link anywhere below its root.

Each part of a path is opened relative to the folder before it (openat with O_NOFOLLOW), so that a folder that is
exchanged for a link while a build runs leads nowhere: what was opened is what is read. Only regular files are opened;
pipes, sockets and devices are refused without waiting for them.

Hard links and mount points cannot be told from ordinary files and folders. Neither can come with a checkout.

Where the system cannot open relative to a folder (neither Linux nor macOS), each part is looked at before the file is
opened and again afterwards. That leaves a race of a few microseconds to someone who can rename folders meanwhile.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from functools import partial

from newsletter.model.problems import Place, Problems
from newsletter.model.refusals import SHORTAGES

PIECE = 1 << 20  # bytes of a file that are held at once
MAX_TEXT = 1 << 24  # bytes of an announcement, or settings
MAX_TEMPLATE = 1 << 20  # bytes of a file of the theme

# Gives the first bytes of a file in a folder: None if nothing has that name, b"" if it cannot be read.
Start = Callable[[str], bytes | None]
# Called with each folder that is passed through, as its path below the root ("" for the root itself).
Enter = Callable[[str, Start], None]

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
# O_PATH needs the right to pass through a folder, not to list it; macOS has no such flag.
_FOLDER = os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)
_START = 64  # bytes
_RELATIVE = os.open in os.supports_dir_fd


def _pass(folder: str, start: Start) -> None:
    """Enters any folder."""


def open_regular(path: str, dir_fd: int | None = None) -> int:
    """A descriptor of a regular file. Raises OSError, with ELOOP for a symbolic link as the last part of the path."""
    handle = os.open(path, _FILE, dir_fd=dir_fd)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise OSError(errno.EINVAL, "not a regular file", path)


def is_link(path: str, dir_fd: int | None = None) -> bool:
    """Whether this is a symbolic link, wherever that leads; False when there is nothing."""
    try:
        return stat.S_ISLNK(os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    except (OSError, ValueError):
        return False


def open_folder(path: str, dir_fd: int | None = None) -> int:
    """A descriptor of a folder, to open files in. Raises OSError, with ELOOP for a symbolic link."""
    try:
        return os.open(path, _FOLDER | os.O_NOFOLLOW, dir_fd=dir_fd)
    except NotADirectoryError:
        # Linux says this of a link, too.
        if is_link(path, dir_fd):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from None
        raise


def open_beneath(root: str, path: str, enter: Enter = _pass) -> int:
    """A descriptor of the regular file `path`, relative to the folder `root`.

    `root` itself may be reached through links; below it none is followed. `enter` sees each folder on the way, opened
    already, and may refuse it by raising.

    Raises OSError naming the whole path, with ELOOP for a symbolic link in any part; ValueError for a path that is
    absolute, empty, or holds `..` or NUL.
    """
    parts = path.split("/")
    if not {"", ".", ".."}.isdisjoint(parts):
        raise ValueError(f"not a plain relative path: {path!r}")
    try:
        return (_open_relative if _RELATIVE else _open_checked)(root, parts, enter)
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
    """As _open_relative, with whole paths: what was opened must still be there afterwards, behind no link."""
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
    """The bytes of an open file, which is closed afterwards. Raises OSError."""
    try:
        while piece := os.read(handle, PIECE):
            yield piece
    finally:
        os.close(handle)


def pieces(path: str, dir_fd: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, whose folder is trusted. Raises OSError, with ELOOP for a symbolic link."""
    try:
        yield from pieces_of(open_regular(path, dir_fd))
    except OSError as fault:
        fault.filename = path  # a failed read does not name it
        raise


def pieces_beneath(root: str, path: str) -> Iterator[bytes]:
    """The bytes of a file of a project. Raises as open_beneath does."""
    try:
        yield from pieces_of(open_beneath(root, path))
    except OSError as fault:
        fault.filename = f"{root}/{path}"
        raise


def read(handle: int, most: int) -> bytes:
    """All bytes of an open file, which is closed. Raises OSError, with EFBIG if there are more than `most`."""
    content = bytearray()
    for piece in pieces_of(handle):
        content += piece
        if len(content) > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return bytes(content)


def first_link(root: str, path: str) -> str:
    """The first part of `path`, relative to the folder `root`, that is a symbolic link: as a path; "" for none."""
    parts = path.split("/")
    heads = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((head for head in heads if is_link(f"{root}/{head}")), "")


def report_unread(path: str, fault: OSError, problems: Problems, most: int = MAX_TEXT) -> None:
    """Report why a text file of the project, of which at most `most` bytes are read, could not be read.

    Raises the fault itself for a shortage of the machine, which no change to the file would mend.
    """
    if fault.errno in SHORTAGES:
        raise fault
    if fault.errno == errno.ELOOP:
        problems.error(
            Place(path), "outside-project", "this is a symbolic link, or lies behind one",
            "put the file itself into the project",
        )  # fmt: skip
    elif fault.errno == errno.EFBIG:
        problems.error(Place(path), "too-long", f"this file has more than {most >> 20} MiB", "shorten it")
    else:
        remedy = "give yourself the right to read it" if isinstance(fault, PermissionError) else "put a file there"
        problems.error(Place(path), "unreadable", f"cannot be read: {fault.strerror}", remedy)
