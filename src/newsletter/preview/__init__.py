"""A local server that shows announcements as readers will get them, and updates when files change."""
