"""Checks that need something outside Python: a browser, SpamAssassin, other hosts."""
