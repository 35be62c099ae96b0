"""reviewing: one run of the rules over what was written, whatever is made of it."""

from newsletter.load.fields import suggest
from newsletter.model import Announcement, IssueFile
from newsletter.model.problems import Problems
from newsletter.rules.rendered import project
from newsletter.rules.written import links, pictures, writing
from newsletter.rules.written.text import SourceText


def review(
    of: Announcement | IssueFile, chosen: project.ProjectSettings, problems: Problems, *, thorough: bool
) -> None:
    """Rules about what was written: run once for each file, whatever is made of it; hints when `thorough`."""
    written = SourceText(of, chosen.settings)
    if not thorough and links.are_plain(written):
        return
    for family in (links.FAMILY, writing.FAMILY, pictures.FAMILY) if thorough else (links.FAMILY,):
        for rule, finding in family.find(written):
            rule.report(problems, finding.where, finding)


def review_codes(chosen: project.ProjectSettings, problems: Problems) -> None:
    """Codes to ignore or to raise that no problem has, or that cannot be ignored."""
    named = [
        (chosen.place(f"check.{key}"), key, code)
        for key in ("ignore", "error")
        for code in getattr(chosen.settings.check, key)
    ]
    named += [(place, "ignore", code) for place, code in problems.suppressions]
    if not named:
        return
    from newsletter.rules.registry import RULES  # noqa: PLC0415 (it takes lxml along, and few name any)

    for place, key, code in named:
        if code not in RULES:
            problems.warning(place, "unknown-code", f"there is no problem '{code}'", suggest(code, tuple(RULES)))
        elif key == "ignore" and RULES[code].level == "error":
            problems.warning(place, "unknown-code", f"'{code}' is an error and cannot be ignored", "mend it")
