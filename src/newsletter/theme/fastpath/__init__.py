"""A template recorded once, and filled without Jinja afterwards."""
