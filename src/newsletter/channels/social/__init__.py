"""Count texts by the rules of each platform, and compose snippets from announcements and issues."""
