"""Generate docs/problems.md from the registry."""

from collections.abc import Iterable, Iterator

from newsletter.rules.rule import Family, Rule

_HEAD = """# Problems

This page lists every problem that `newsletter check` can report, by its code. It is generated with
`python -m newsletter.rules > docs/problems.md`.

An *error* stops publication. A *warning* does not, unless the settings make it an error or `--strict` is used. To
ignore a warning everywhere, or to make it an error, list its code in the settings:

    [tool.newsletter.check]
    ignore = ["long-subject"]
    error = ["plain-http"]

To ignore a warning in one announcement, write a comment into its front matter. A comment on a line of its own applies
to the whole file. A comment after a value applies to that line.

    ---
    # newsletter: ignore[vague-link, capitals]
    title: Un titre de plus de soixante-dix caractères…  # newsletter: ignore[long-subject]
    ---

Errors cannot be ignored. A code that does not exist is reported (`unknown-code`).
"""


def manual(families: Iterable[Family]) -> str:
    """Return the page as Markdown, with a chapter for each family."""
    return "\n".join((_HEAD, *(line for family in families for line in _family(family))))


def _family(family: Family) -> Iterator[str]:
    yield f"## {family.name[0].upper()}{family.name[1:]}\n"
    yield f"{family.about}\n"
    for rule in family.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.code}\n"
    yield f"{rule.title} (*{rule.level}*)\n"
    if rule.why:
        yield f"{rule.why}\n"
    for label, example in (("Fails", rule.fails), ("Passes", rule.passes)):
        if example:
            yield f"{label}:\n"
            yield "\n".join(f"    {line}" for line in example.split("\n")) + "\n"
