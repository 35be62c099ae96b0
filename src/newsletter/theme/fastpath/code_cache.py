"""Cache the code of compiled templates in the user's cache folder, so that the next run need not compile them.

Only the code that Jinja generates from a template is cached, never the output of mrml, premailer or feedgen. An entry
is valid for one template source, one path, and one version of Python, Jinja and this package. It begins with a hash of
its key and its code. A truncated, modified or misplaced entry is ignored, and the template is compiled again.
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
_MAX_ENTRIES = 500  # when this number is reached, the folder is emptied
_HASH = 32  # bytes of a hash


def open_cache(outside: Iterable[Path]) -> "CodeCache | None":
    """Return the cache in the user's cache folder, or None if the folder cannot be used.

    It cannot be used if it is inside one of the folders in `outside`, if other users can access it, or if it cannot
    be created.
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
    """A cache of compiled templates in `folder`, one file each. Errors in reading and writing are ignored."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Return the entry for a template, with its code if it is cached."""
        parts = (_program(), name.encode(), (filename or "").encode(), source.encode("utf-8", "surrogatepass"))
        key = sha256_of(parts).hex()
        bucket = Bucket(environment, key, key)
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code of an entry, if it is valid."""
        with suppress(OSError), self.opened() as handle:
            entry = read(open_regular(bucket.key, handle), _MAX_ENTRY)
            code = entry[_HASH:]
            if entry[:_HASH] == sha256_of((bucket.key.encode(), code)):
                bucket.code = marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write an entry atomically: another process sees all of it or nothing."""
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
        """Open the folder and yield its file descriptor.

        Raises OSError if the folder is a symbolic link, or if other users can access it.
        """
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
    """Return a hash of everything except the template that affects the generated code."""
    sources = (*sorted(Path(jinja2.__file__).parent.glob("*.py")), *sorted(Path(__file__).parents[1].rglob("*.py")))
    return sha256_of((sys.version.encode(), *(path.read_bytes() for path in sources)))
