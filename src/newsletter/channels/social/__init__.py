"""Compose snippets for social platforms from announcements and issues, and count them by each platform's rules."""
