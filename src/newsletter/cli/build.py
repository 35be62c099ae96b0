"""The `build` command: build the outbox and print a summary of it."""

import gc
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import (
    Folder,
    Format,
    Now,
    Out,
    Strict,
    display_path,
    moment,
    project_option,
    refuse,
    run,
)
from newsletter.cli.progress import Progress

if TYPE_CHECKING:
    from newsletter.outbox.publish import Receipt

_ONLY = typer.Option(
    "--only", metavar="A,B", help="Build only these channels (email, feeds, site, social); requires --out."
)


def _parse_jobs(value: str | int) -> int:
    if not re.fullmatch("[0-9]{1,2}", str(value)) or int(value) > 64:
        raise typer.BadParameter("write a number from 1 to 64")
    return int(value)


_JOBS = typer.Option(
    "--jobs",
    "-j",
    metavar="N",
    parser=_parse_jobs,
    help="Number of worker processes (default: chosen automatically).",
    show_default=False,
)
_FORCE = typer.Option("--force", help="Render every file, even if nothing changed since the last build.")
# The kinds of files that the summary counts: path prefix, path suffix and name.
_KINDS = (
    ("email/announcements/", ".eml", "announcement mail"),
    ("email/issues/", ".eml", "issue mail"),
    ("social/", ".txt", "snippet"),
    ("site/feeds/", (".xml", ".json"), "feed"),
    ("site/", ".ics", "calendar file"),
    ("site/", ".html", "page"),
)
# Pages that a browser can show from disk. Mails load their images from the web, so they need `preview`.
_STARTING_POINTS = ("site/index.html", "social/index.html")


def build(
    directory: Folder = None,
    now: Now = "",
    out: Out = None,
    only: Annotated[str, _ONLY] = "",
    jobs: Annotated[int, _JOBS] = 0,
    strict: Strict = False,
    force: Annotated[bool, _FORCE] = False,
    format: Format = "text",
) -> None:
    """Build the outbox from announcements/.

    Nothing is written if there is an error. Examples:

      newsletter build

      newsletter build --now 2024-12-01 --out /tmp/preview

      newsletter build --only email,social --out /tmp/preview
    """
    from newsletter import pipeline
    from newsletter.channels import CHANNELS

    # A build creates hardly any reference cycles, but searching for them takes 3 % of the time of a long build.
    gc.set_threshold(1_000_000, 20, 100)
    channels = [name.strip() for name in only.split(",") if name.strip()] or list(CHANNELS)
    if unknown := [name for name in channels if name not in CHANNELS]:
        refuse(f"--only cannot be '{unknown[0]}'; use {', '.join(CHANNELS)}")
    if only and out is None:
        refuse("--only requires --out: the project's own outbox is always built in full")
    with run(directory, format, strict, "; nothing was written") as (project, problems):
        instant = moment(now, project)
        outbox = out or project.root / "outbox"
        summary = _Summary()
        with Progress() as progress:

            def count(receipt: "Receipt") -> None:
                summary.count(receipt.path)
                progress.count_file()

            published = pipeline.publish(
                project, instant, problems, outbox, channels,
                jobs=jobs, force=force, on_progress=progress.checked, on_receipt=count,
            )  # fmt: skip
        state = f"{published.written} written, {published.removed} removed" if published.changed else "nothing changed"
        # In machine-readable formats, standard output contains only the problems.
        stream = sys.stdout if format == "text" else sys.stderr
        print(f"{display_path(outbox)}: {published.files} files ({state})", file=stream)
        for line in summary.lines(outbox, project.root):
            print(f"  {line}", file=stream)


class _Summary:
    """Counts the files of a build by kind, and lists the pages to open first."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.starting_points: set[str] = set()

    def count(self, path: str) -> None:
        """Count one file; `path` is relative to the outbox."""
        for prefix, suffix, kind in _KINDS:
            if path.startswith(prefix) and path.endswith(suffix):
                self.kinds[kind] += 1
                break
        if path in _STARTING_POINTS:
            self.starting_points.add(path)

    def lines(self, outbox: Path, root: Path) -> Iterator[str]:
        """Yield the lines of the summary of a build of the project in the folder `root`."""
        order = [kind for _, _, kind in _KINDS]
        counted = [f"{self.kinds[kind]} {kind}{'s' * (self.kinds[kind] > 1)}" for kind in order if self.kinds[kind]]
        if counted:
            yield ", ".join(counted)
        if self.starting_points:
            paths = (path for path in _STARTING_POINTS if path in self.starting_points)
            yield "look at " + ", ".join(display_path(outbox / path) for path in paths)
        if any(kind.endswith(" mail") for kind in self.kinds):
            yield f"see the mails with their images: newsletter preview{project_option(root)}"
