"""Entries and headers of feeds, written once per shape and filled."""
