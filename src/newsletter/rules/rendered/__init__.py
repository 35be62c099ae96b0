"""Rules for what was rendered: mails, pages, feeds, snippets, templates."""
