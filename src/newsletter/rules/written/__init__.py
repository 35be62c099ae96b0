"""Rules for what was written: announcements, issue files, what is imported."""
