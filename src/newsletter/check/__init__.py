"""check: a source becomes an announcement, or problems at their places."""
