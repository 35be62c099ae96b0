"""Test the user's cache folder, as defined by the XDG Base Directory Specification."""

from pathlib import Path

from newsletter.load.user_cache import cache_folder


def test_the_folder_of_caches() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/x/y"}) == Path("/x/y/newsletter")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == cache_folder({}) == Path.home() / ".cache/newsletter"
