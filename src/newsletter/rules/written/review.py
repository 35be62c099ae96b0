"""Apply the rules for source files, and check the problem codes in settings and comments."""

from newsletter.load.fields import suggest
from newsletter.model import Announcement, IssueFile, Source
from newsletter.model.problems import Problems
from newsletter.rules.rendered import project
from newsletter.rules.written import links, pictures, writing
from newsletter.rules.written.text import SourceText


def review(
    file: Announcement | IssueFile,
    source: Source,
    chosen: project.ProjectSettings,
    problems: Problems,
    *,
    thorough: bool,
) -> None:
    """Apply the rules for links to one file. With `thorough`, also apply those for writing and pictures.

    `source` is the file's content, `chosen` are the project's settings.
    """
    written = SourceText(file, source, chosen.settings)
    if not thorough and links.are_plain(written):
        return
    for family in (links.FAMILY, writing.FAMILY, pictures.FAMILY) if thorough else (links.FAMILY,):
        for rule, finding in family.find(written):
            rule.report(problems, finding.where, finding)


def review_codes(chosen: project.ProjectSettings, problems: Problems) -> None:
    """Report codes in settings and comments that do not exist, and ignored codes that are errors."""
    named = [
        (chosen.place(f"check.{key}"), key, code)
        for key in ("ignore", "error")
        for code in getattr(chosen.settings.check, key)
    ]
    named += [(place, "ignore", code) for place, code, _ in problems.suppressions]
    if not named:
        return
    from newsletter.rules.registry import RULES  # noqa: PLC0415 (it imports lxml, and few projects name codes)

    for place, key, code in named:
        if code not in RULES:
            problems.warning(place, "unknown-code", f"there is no problem '{code}'", suggest(code, tuple(RULES)))
        elif key == "ignore" and RULES[code].level == "error":
            problems.warning(place, "unknown-code", f"'{code}' is an error and cannot be ignored", "correct the fault")
