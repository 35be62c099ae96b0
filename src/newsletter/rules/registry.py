"""registry: every family of rules, and so every code there is. A new family is a line here."""

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
from newsletter.rules.rule import Rule

FAMILIES = (
    source.FAMILY, safety.FAMILY, links.FAMILY, writing.FAMILY, pictures.FAMILY, pictures.ATTACHMENTS, accessibility.FAMILY, mjml.FAMILY,
    sheets.FAMILY, clients.FAMILY, layout.FAMILY, mails.SIZES, mails.TEXTS, mails.LISTS, mails.HEADERS, pages.SITE, pages.FEEDS, snippets.FAMILY,
    project.FAMILY, project.OUTPUT, importing.FAMILY,
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.code: rule for family in FAMILIES for rule in family.rules}
