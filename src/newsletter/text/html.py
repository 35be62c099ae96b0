"""Define facts from the HTML standard that several packages need."""

# Elements without an end tag (HTML standard, §13.1.2).
VOID_ELEMENTS = frozenset("area base br col embed hr img input link meta source track wbr".split())
