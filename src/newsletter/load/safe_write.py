"""Create and replace files of a project without following links.

A pull request can add a symbolic link or a file wherever a command is about to write. Therefore every folder on the way
is opened relative to its parent, without following links, and new files are created exclusively.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from newsletter.load.attributes import copy_attributes
from newsletter.load.safe_open import open_folder, open_regular


def create(root: Path, path: str, content: bytes) -> None:
    """Write the new file `path`, relative to the folder `root`, and create missing folders.

    Raises FileExistsError if the name is in use, even by a dangling link. If a folder on the way is a
    link, raises an OSError that names it.
    """
    root.mkdir(parents=True, exist_ok=True)
    *folders, name = PurePosixPath(path).parts
    try:
        with _open_folder(root, folders, make=True) as folder:
            _create(name, folder, content)
    except OSError as fault:
        if not os.path.isabs(fault.filename or ""):
            fault.filename = str(root / path)  # the system only reports a part of the path
        raise


def _create(name: str, folder: int, content: bytes) -> None:
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)
    try:
        _write(handle, content)
    except OSError:
        os.unlink(name, dir_fd=folder)
        raise
    finally:
        os.close(handle)


def replace(root: Path, path: str, before: bytes, after: bytes) -> None:
    """Replace the content `before` of the file `path`, relative to `root`, by `after` in one atomic step.

    Owner, group, mode and extended attributes are kept. Raises OSError, and leaves the file unchanged, if its content
    is not `before`, if it or a folder on the way is a link, or if its owner cannot be kept.
    """
    *folders, name = PurePosixPath(path).parts
    with _open_folder(root, folders) as folder:
        status = _expect(name, folder, before)
        # The name is unpredictable, and the file is created exclusively, so that no existing file is opened.
        handle, temporary = tempfile.mkstemp(".fix", f".{name[:100]}.", root.joinpath(*folders))
        try:
            if not copy_attributes(status, str(root / path), handle):
                raise OSError(errno.EPERM, "its owner and group could not be kept", str(root / path))
            _write(handle, after)
            os.fsync(handle)  # this may be the only copy
            _expect(name, folder, before)
            # Relative to the folder that was opened above: if it was replaced since, the new one has no such file.
            os.replace(os.path.basename(temporary), name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        finally:
            os.close(handle)


def find_obstacle(root: Path, path: str) -> str:
    """Return what prevents `path` from being created under `root`, as a path relative to `root`, or "".

    That is the file itself, or a link or file in place of one of its folders.
    """
    parts = PurePosixPath(path).parts
    for end in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:end])
        if place.is_symlink() or (place.exists() and (end == len(parts) or not place.is_dir())):
            return "/".join(parts[:end])
    return ""


@contextmanager
def _open_folder(root: Path, parts: list[str], *, make: bool = False) -> Iterator[int]:
    """Open the folder `parts` under `root`; with `make`, create missing folders. An OSError names the link, if any."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for end, part in enumerate(parts, 1):
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=handle)
            try:
                inner = open_folder(part, handle)
            except OSError as fault:
                if fault.errno == errno.ELOOP:
                    shown = "/".join(parts[:end])
                    raise OSError(errno.ELOOP, f"'{shown}' is a symbolic link", str(root / shown)) from None
                raise fault from None
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _read(name: str, folder: int) -> tuple[bytes, os.stat_result]:
    """Return the content and the status of a regular file. Raises OSError."""
    try:
        handle = open_regular(name, folder)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a symbolic link", name) from None
        raise
    with open(handle, "rb") as file:
        return file.read(), os.fstat(file.fileno())


def _expect(name: str, folder: int, content: bytes) -> os.stat_result:
    """Return the status of a file. Raises OSError unless it has this content."""
    actual, status = _read(name, folder)
    if actual != content:
        raise OSError(errno.EBUSY, "it was changed meanwhile", name)
    return status


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
