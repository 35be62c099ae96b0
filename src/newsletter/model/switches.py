"""Switch fast paths off for tests and debugging, with the environment variable NEWSLETTER_PLAIN.

With the value `1`, all fast paths are off. Any other value is a comma-separated list of fast paths to switch off.
"""

import os

FAST_PATHS = ("templates", "template-code", "mail-sections", "feed-entries", "simple-counts")


def is_on(fast_path: str) -> bool:
    """Return whether a fast path is in use. `fast_path` is one of FAST_PATHS."""
    off = os.environ.get("NEWSLETTER_PLAIN", "")
    return off != "1" and fast_path not in off.split(",")
