"""Turn a press release, or another tool's whole site, into announcement files.

Importers do not trust their input. They limit sizes and depths, refuse XML that declares entities,
fetch nothing, and never use names from a file as paths. The result may be wrong, so they report
every guess as a Doubt.
"""

from newsletter.importers.draft import Doubt, Draft, ImportedFile, ImportedPicture, ImportOptions, Unreadable, write
from newsletter.importers.leftovers import Leftovers

__all__ = ["Doubt", "Draft", "ImportOptions", "ImportedFile", "ImportedPicture", "Leftovers", "Unreadable", "write"]
