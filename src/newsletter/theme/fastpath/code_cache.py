"""Keeps the code of compiled templates in the user's cache folder, so that the next run does not compile them again.

Only what Jinja generates from a template is kept, never what mrml, premailer or feedgen make. An entry belongs to one
source, one path, and one version of Python, Jinja and this package. It begins with a hash of its key and its code:
an entry that was cut, changed or swapped is compiled again, as if it were not there.
"""

import marshal
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from newsletter.load.safe_open import open_regular, read
from newsletter.load.user_cache import cache_folder
from newsletter.model.switches import is_on
from newsletter.text.digest import sha256_of

_MAX_ENTRY = 1 << 24  # bytes
_MAX_ENTRIES = 500  # beyond these, the folder is emptied
_HASH = 32  # bytes


def open_cache(outside: Iterable[Path]) -> "CodeCache | None":
    """Return the cache in the user's cache folder.

    Returns None if the folder cannot be used: it is in one of the folders `outside`, other users may write to it, or it
    cannot be created.
    """
    if not is_on("template-code") or not hasattr(os, "geteuid"):
        return None
    base = os.path.realpath(cache_folder(os.environ))
    folder = os.path.join(base, "templates")
    if any(Path(folder).is_relative_to(os.path.realpath(each)) for each in outside):
        return None
    with suppress(OSError):
        os.makedirs(base, mode=0o700, exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        code_cache = CodeCache(folder)
        with code_cache.opened():
            return code_cache
    return None


class CodeCache(BytecodeCache):
    """Compiled templates in `folder`, one file each. Whatever cannot be read or written is left out."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Return the entry for a template, with its code if there is one."""
        parts = (_program(), name.encode(), (filename or "").encode(), source.encode("utf-8", "surrogatepass"))
        key = sha256_of(parts).hex()
        bucket = Bucket(environment, key, key)
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code of an entry."""
        with suppress(OSError), self.opened() as handle:
            entry = read(open_regular(bucket.key, handle), _MAX_ENTRY)
            code = entry[_HASH:]
            if entry[:_HASH] == sha256_of((bucket.key.encode(), code)):
                bucket.code = marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write an entry, so that another process sees all of it or nothing."""
        code = marshal.dumps(bucket.code)
        temporary = f".{bucket.key}.{os.getpid()}"
        with suppress(OSError), self.opened() as handle:
            if len(names := os.listdir(handle)) >= _MAX_ENTRIES:
                for name in names:
                    os.unlink(name, dir_fd=handle)
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                with open(os.open(temporary, flags, 0o600, dir_fd=handle), "wb") as file:
                    file.write(sha256_of((bucket.key.encode(), code)) + code)
                os.replace(temporary, bucket.key, src_dir_fd=handle, dst_dir_fd=handle)
            except OSError:
                os.unlink(temporary, dir_fd=handle)
                raise

    @contextmanager
    def opened(self) -> Iterator[int]:
        """Open the folder. Raises OSError if it is a link, or others may write to it."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            status = os.fstat(handle)
            if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
                raise PermissionError(f"{self.folder} is not private")
            yield handle
        finally:
            os.close(handle)


@cache
def _program() -> bytes:
    """Return a hash of everything but the template that decides what code is generated."""
    sources = (*sorted(Path(jinja2.__file__).parent.glob("*.py")), *sorted(Path(__file__).parents[1].rglob("*.py")))
    return sha256_of((sys.version.encode(), *(path.read_bytes() for path in sources)))
