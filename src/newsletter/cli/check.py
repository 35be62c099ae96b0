"""The `check` command: report every problem of a project."""

import os
import sys
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import Folder, Format, Now, Strict, moment, run
from newsletter.cli.progress import Progress

if TYPE_CHECKING:
    from newsletter.check.fix import Mended
    from newsletter.model.problems import Problems
    from newsletter.pipeline import Project


def check(
    directory: Folder = None,
    now: Now = "",
    strict: Strict = False,
    format: Format = "text",
    fix: Annotated[bool, typer.Option("--fix", help="Fix missing ids and typography in the files.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also check mails in a browser and with SpamAssassin.")] = False,
    links: Annotated[bool, typer.Option("--links", help="Also check outgoing links (uses the network).")] = False,
) -> None:
    """Check announcements and everything rendered from them, without writing the outbox.

    docs/problems.md explains every problem. Examples:

      newsletter check

      newsletter check --strict --format github

      newsletter check --fix
    """
    from newsletter import pipeline
    from newsletter.check.fix import write_ids, write_typography

    with run(directory, format, strict) as (project, problems):
        if fix:
            for path, id_ in write_ids(project.root, problems):
                print(f"{path}: wrote id: {id_}", file=sys.stderr)
            for mended in write_typography(project.root, project.settings.language, problems):
                _print_diff(mended)
        instant = moment(now, project)
        with Progress() as progress:
            mails = []
            files = pipeline.inspect(
                project, instant, problems, is_wanted=lambda path: deep and path.startswith("email/"),
                on_progress=progress.checked,
            )  # fmt: skip
            for artefact in files:
                progress.count_file()
                if artefact is not None:
                    mails.append(artefact)
        if deep:
            from newsletter.rules.external.audit import judge

            judge(mails, project.root, project.settings.path, os.environ, problems)
        if links:
            _check_links(project, instant, problems)


def _check_links(project: "Project", now: datetime, problems: "Problems") -> None:
    from newsletter import pipeline
    from newsletter.load.user_cache import cache_folder
    from newsletter.model.problems import Problems
    from newsletter.rules.external.link_checker import AnswerCache, Follower, follow_all
    from newsletter.rules.written.text import outgoing_links

    cache = AnswerCache(cache_folder(os.environ) / "links.json", datetime.now(UTC))
    links = outgoing_links(pipeline.read(project, now, Problems()))
    followed = follow_all(links, Follower(), cache, problems)
    print(f"links followed: {followed}; answers are cached for a day", file=sys.stderr)


def _print_diff(mended: "Mended") -> None:
    """Print the changes to a file as a unified diff, with no-break spaces shown as ⍽."""
    before, after = (side.replace("\u00a0", "⍽").splitlines() for side in (mended.before, mended.after))
    print(f"--- {mended.path}\n+++ {mended.path}", file=sys.stderr)
    # Fixes never add or remove lines, so line n corresponds to line n. difflib would compare every pair of lines.
    changed = [number for number, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    # In a run of consecutive numbers, the difference between number and index is constant.
    for _, consecutive in groupby(enumerate(changed), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in consecutive]
        first, count = numbers[0], len(numbers)
        span = f"{first + 1},{count}" if count > 1 else f"{first + 1}"
        print(f"@@ -{span} +{span} @@", file=sys.stderr)
        for sign, lines in (("-", before), ("+", after)):
            print(*(f"{sign}{lines[number]}" for number in numbers), sep="\n", file=sys.stderr)
