"""safe_write: files are created and replaced in a project without following links.

A project is shared: a pull request can bring a symbolic link, or leave a file, wherever a command is about to write.
Every folder on the way is therefore opened relative to the one before it, without following links; new files are
created exclusively.
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
    """Write the new file `path`, relative to the folder `root`, and make the folders that it needs.

    Raises FileExistsError when the name is taken, be it by a link that leads nowhere, and OSError with a message that
    names the link when a folder on the way is one.
    """
    root.mkdir(parents=True, exist_ok=True)
    *folders, name = PurePosixPath(path).parts
    try:
        with _open_folder(root, folders, make=True) as folder:
            _create(name, folder, content)
    except OSError as fault:
        if not os.path.isabs(fault.filename or ""):
            fault.filename = str(root / path)  # the system names a part only
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
    """Give the file `path`, relative to `root`, the content `after` in one step, provided it still holds `before`.

    Owner, group, mode and extended attributes stay. Raises OSError, and then the file is as it was: when something
    else has changed it, when it or a folder on the way is a link, when its owner cannot be kept.
    """
    *folders, name = PurePosixPath(path).parts
    with _open_folder(root, folders) as folder:
        seen = _expect(name, folder, before)
        # The name is unpredictable, and the file is created exclusively: whatever lies there is never opened.
        handle, temporary = tempfile.mkstemp(".fix", f".{name[:100]}.", root.joinpath(*folders))
        try:
            if not copy_attributes(seen, str(root / path), handle):
                raise OSError(errno.EPERM, "its owner and group could not be kept", str(root / path))
            _write(handle, after)
            os.fsync(handle)  # this may be the only copy
            _expect(name, folder, before)
            # Named relative to the folder that was opened above: one that was exchanged meanwhile has no such file.
            os.replace(os.path.basename(temporary), name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        finally:
            os.close(handle)


def find_obstacle(root: Path, path: str) -> str:
    """What keeps `path` from being created under `root`, as a path relative to it; "" when nothing does.

    That is the file itself, or a link or file where a folder must be.
    """
    parts = PurePosixPath(path).parts
    for end in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:end])
        if place.is_symlink() or (place.exists() and (end == len(parts) or not place.is_dir())):
            return "/".join(parts[:end])
    return ""


@contextmanager
def _open_folder(root: Path, parts: list[str], *, make: bool = False) -> Iterator[int]:
    """A handle of the folder `parts` under `root`. Raises OSError, for a link with a message that says so."""
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
    """Content and properties of a regular file. Raises OSError."""
    try:
        handle = open_regular(name, folder)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a symbolic link", name) from None
        raise
    with open(handle, "rb") as file:
        return file.read(), os.fstat(file.fileno())


def _expect(name: str, folder: int, content: bytes) -> os.stat_result:
    """The properties of a file that holds `content`. Raises OSError when it holds anything else."""
    found, seen = _read(name, folder)
    if found != content:
        raise OSError(errno.EBUSY, "it was changed meanwhile", name)
    return seen


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
