"""manual: docs/problems.md, made from the registry."""

from collections.abc import Iterable, Iterator

from newsletter.rules.rule import Family, Rule

_HEAD = """# Problems

Every problem that `newsletter check` can tell, by its code. This page is made from the program:
`python -m newsletter.rules > docs/problems.md`.

An *error* stops publication. A *warning* does not, unless the settings raise it or `--strict` is given. To leave a
warning out everywhere, or to make it an error:

    [tool.newsletter.check]
    ignore = ["long-subject"]
    error = ["plain-http"]

To leave it out for one announcement, write a comment into its front matter: on a line of its own it speaks for the
whole file, behind a value for that line.

    ---
    # newsletter: ignore[vague-link, capitals]
    title: Un titre de plus de soixante-dix caractères…  # newsletter: ignore[long-subject]
    ---

Errors cannot be left out. A code that no problem has is told (`unknown-code`).
"""


def manual(families: Iterable[Family]) -> str:
    """The whole page, as Markdown."""
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
