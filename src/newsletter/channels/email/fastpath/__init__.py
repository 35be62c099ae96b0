"""Sections of a mail, each kind compiled once."""
