"""Fast path: write feed entries from templates."""
