"""rules: what is looked at, by whom, and its page in the manual: docs/problems.md is made from this.

A code is added by one entry in the module of its family: `tell` where another module finds the
fault, `rule` above the function that finds it. Every code needs a file in tests/problems, or a
test named in tests/test_rules.py.
"""

from collections.abc import Mapping

from newsletter.rules import (
    accessibility,
    clients,
    importing,
    layout,
    links,
    mails,
    mjml,
    pages,
    pictures,
    project,
    safety,
    sheets,
    snippets,
    source,
    writing,
)
from newsletter.rules.rule import Family, Rule

__all__ = ["FAMILIES", "RULES", "Family", "Rule"]

FAMILIES = (
    source.FAMILY, safety.FAMILY, links.FAMILY, writing.FAMILY, pictures.FAMILY, accessibility.FAMILY, mjml.FAMILY,
    sheets.FAMILY, clients.FAMILY, layout.FAMILY, mails.SIZES, mails.TEXTS, mails.LISTS, mails.HEADERS, pages.SITE, pages.FEEDS, snippets.FAMILY,
    project.FAMILY, project.OUTPUT, importing.FAMILY,
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.code: rule for family in FAMILIES for rule in family.rules}
