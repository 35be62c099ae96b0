"""social: how each platform counts a text, finds links and hashtags in it, and the snippets made from announcements."""
