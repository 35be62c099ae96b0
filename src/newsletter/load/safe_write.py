"""Create and replace project files without following symbolic links.

A pull request can add a symbolic link or a file wherever a command is about to write. Every folder in a path is
therefore opened relative to its parent, without following links, and new files are created with O_EXCL.
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
    """Create the file `path`, relative to the folder `root`, and any missing folders.

    Raises FileExistsError if the name is in use, even by a dangling link. Raises an OSError that names the link if a
    folder in the path is a link.
    """
    root.mkdir(parents=True, exist_ok=True)
    *folders, name = PurePosixPath(path).parts
    try:
        with _open_folder(root, folders, make=True) as folder:
            _create(name, folder, content)
    except OSError as fault:
        if not os.path.isabs(fault.filename or ""):
            fault.filename = str(root / path)  # the system reports only a part of the path
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
    """Atomically replace the content of the file `path`, relative to `root`, with `after`.

    Owner, group, mode and extended attributes are kept. Raises OSError and leaves the file unchanged if its content is
    not `before`, if the file or a folder in its path is a link, or if owner and group cannot be kept.
    """
    *folders, name = PurePosixPath(path).parts
    with _open_folder(root, folders) as folder:
        status = _expect(name, folder, before)
        # mkstemp() picks an unpredictable name and uses O_EXCL, so no existing file is opened.
        handle, temporary = tempfile.mkstemp(".fix", f".{name[:100]}.", root.joinpath(*folders))
        try:
            if not copy_attributes(status, str(root / path), handle):
                raise OSError(errno.EPERM, "its owner and group could not be kept", str(root / path))
            _write(handle, after)
            os.fsync(handle)  # this may be the only copy of the text
            _expect(name, folder, before)
            # Names are relative to the folder opened above. If that folder has been replaced since, the new one does
            # not contain the temporary file, and the call fails.
            os.replace(os.path.basename(temporary), name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        finally:
            os.close(handle)


def find_obstacle(root: Path, path: str) -> str:
    """Return what prevents `path` from being created under `root`, as a path relative to `root`, or "" if nothing does.

    The obstacle is either an existing file `path`, or a link or file where `path` requires a folder.
    """
    parts = PurePosixPath(path).parts
    for end in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:end])
        if place.is_symlink() or (place.exists() and (end == len(parts) or not place.is_dir())):
            return "/".join(parts[:end])
    return ""


@contextmanager
def _open_folder(root: Path, parts: list[str], *, make: bool = False) -> Iterator[int]:
    """Open the folder `parts` under `root`. If `make` is true, create missing folders.

    Raises an OSError that names the link if a part of the path is a symbolic link.
    """
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
    """Return the content and the status of a regular file. Raises OSError if it cannot be read."""
    try:
        handle = open_regular(name, folder)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a symbolic link", name) from None
        raise
    with open(handle, "rb") as file:
        return file.read(), os.fstat(file.fileno())


def _expect(name: str, folder: int, content: bytes) -> os.stat_result:
    """Return the status of a file. Raises OSError unless its content is `content`."""
    actual, status = _read(name, folder)
    if actual != content:
        raise OSError(errno.EBUSY, "it was changed in the meantime", name)
    return status


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
