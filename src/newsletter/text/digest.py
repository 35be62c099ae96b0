"""Compute one hash of several values."""

import hashlib
from collections.abc import Iterable


def sha256_of(parts: Iterable[bytes]) -> bytes:
    """Return the SHA-256 of several values and their lengths.

    Because lengths are included, `ab` and `c` have a different hash from `a` and `bc`.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d\n" % len(part))
        digest.update(part)
    return digest.digest()
