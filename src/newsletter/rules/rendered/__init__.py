"""Define rules for rendered files (mails, pages, feeds, snippets), and for templates and settings."""
