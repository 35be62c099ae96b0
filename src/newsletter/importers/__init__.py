"""intake: a press release, or another tool's whole site, becomes announcement files.

What comes in is not trusted: sizes and depths are bounded, XML has no entities, nothing is fetched, and no
name from a file becomes a path. What goes out may be wrong, so every guess is a Doubt.
"""

from newsletter.importers.draft import Doubt, Draft, Given, ImportedFile, ImportedPicture, Unreadable, write
from newsletter.importers.leftovers import Leftovers

__all__ = ["Doubt", "Draft", "Given", "ImportedFile", "ImportedPicture", "Leftovers", "Unreadable", "write"]
