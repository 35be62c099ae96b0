"""newsletter: announcements in, mails, feeds, snippets and pages out."""
