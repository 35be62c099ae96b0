"""Serve announcements locally as readers will get them, and update the screens when files change."""
