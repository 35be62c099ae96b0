"""Fast path: write entries and headers of feeds from templates."""
