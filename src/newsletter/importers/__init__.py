"""Importers turn a press release, or another tool's whole site, into announcement files.

The input is not trusted: sizes and depths are bounded, XML may not declare entities, nothing is fetched, and names
from a file never become paths. The result may be wrong, so every guess is reported as a Doubt.
"""

from newsletter.importers.draft import Doubt, Draft, ImportedFile, ImportedPicture, ImportOptions, Unreadable, write
from newsletter.importers.leftovers import Leftovers

__all__ = ["Doubt", "Draft", "ImportOptions", "ImportedFile", "ImportedPicture", "Leftovers", "Unreadable", "write"]
