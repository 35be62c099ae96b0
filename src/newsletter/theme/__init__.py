"""The theme: templates, strings, colours, and the views of announcements that templates print."""
