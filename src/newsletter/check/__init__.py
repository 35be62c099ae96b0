"""Check sources: each becomes an announcement, or problems at their places."""
