"""Which fast paths are in use: all of them, unless the environment variable NEWSLETTER_PLAIN switches them off."""

import os

FAST_PATHS = ("templates", "template-code", "mail-sections", "feed-entries", "simple-counts")


def is_on(fast_path: str) -> bool:
    """Return whether a fast path is in use. NEWSLETTER_PLAIN is `1` for none of them, or names separated by commas."""
    off = os.environ.get("NEWSLETTER_PLAIN", "")
    return off != "1" and fast_path not in off.split(",")
