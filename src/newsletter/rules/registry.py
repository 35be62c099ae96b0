"""List all families of rules, and all rules by code. Add new families to FAMILIES."""

from collections.abc import Mapping

from newsletter.rules.rendered import (
    accessibility,
    clients,
    layout,
    mails,
    mjml,
    pages,
    project,
    safety,
    sheets,
    snippets,
)
from newsletter.rules.rule import Rule
from newsletter.rules.written import files, imports, links, pictures, writing

FAMILIES = (
    files.FAMILY, safety.FAMILY, links.FAMILY, writing.FAMILY, pictures.FAMILY, pictures.ATTACHMENTS, accessibility.FAMILY, mjml.FAMILY,
    sheets.FAMILY, clients.FAMILY, layout.FAMILY, mails.SIZES, mails.TEXTS, mails.LISTS, mails.HEADERS, pages.SITE, pages.FEEDS, snippets.FAMILY,
    project.FAMILY, project.OUTPUT, imports.FAMILY,
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.code: rule for family in FAMILIES for rule in family.rules}
