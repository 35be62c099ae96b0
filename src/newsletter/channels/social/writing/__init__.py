"""writing: announcements become snippets that fit."""
