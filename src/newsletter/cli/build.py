"""build: fill the outbox."""

import sys

from newsletter.cli.running import Folder, Format, Now, Out, Strict, moment, run, shown


def build(
    directory: Folder = None, now: Now = "", out: Out = None, strict: Strict = False, format: Format = "text"
) -> None:
    """Build the outbox from announcements/.

    Nothing is written when there is an error. Examples:

      newsletter build

      newsletter build --now 2024-12-01 --out /tmp/preview
    """
    from newsletter import outbox, pipeline

    with run(directory, format, strict, "; nothing was written") as (project, problems):
        at = moment(now, project)
        target = out or project.root / "outbox"
        published = outbox.publish(pipeline.build(project, at, problems), target, problems)
        state = f"{published.written} written, {published.removed} removed" if published.changed else "nothing changed"
        # Standard output belongs to the problems when a program reads them.
        print(
            f"{shown(target)}: {published.files} files ({state})", file=sys.stdout if format == "text" else sys.stderr
        )
