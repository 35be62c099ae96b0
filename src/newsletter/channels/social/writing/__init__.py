"""Compose snippets from announcements and issues, shortened to fit each platform."""
