"""Judges from outside Python: a browser, SpamAssassin, other hosts."""
