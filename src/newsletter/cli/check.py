"""check: say everything that is wrong."""

import sys
from typing import Annotated

import typer

from newsletter.cli.running import Folder, Format, Now, Strict, moment, run


def check(
    directory: Folder = None,
    now: Now = "",
    strict: Strict = False,
    format: Format = "text",
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended: write missing ids down.")] = False,
) -> None:
    """Check announcements and everything made of them; write nothing.

    Examples:

      newsletter check

      newsletter check --strict --format github
    """
    from newsletter import pipeline

    with run(directory, format, strict) as (project, problems):
        if fix:
            for path, id_ in pipeline.write_ids(project, problems):
                print(f"{path}: wrote id: {id_}", file=sys.stderr)
        pipeline.check(project, moment(now, project), problems)
