"""Define rules for source files: announcements, issue files and imported files."""
