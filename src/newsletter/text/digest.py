"""Hash several values as one."""

import hashlib
from collections.abc import Iterable


def sha256_of(parts: Iterable[bytes]) -> bytes:
    """Return the SHA-256 of parts and of where each ends: `ab` and `c` do not hash like `a` and `bc`."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d\n" % len(part))
        digest.update(part)
    return digest.digest()
