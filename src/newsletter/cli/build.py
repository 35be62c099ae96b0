"""build: fill the outbox, and say what is in it."""

import gc
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import Folder, Format, Now, Out, Strict, moment, project_option, refuse, run, shown
from newsletter.cli.progress import Progress

if TYPE_CHECKING:
    from newsletter.outbox.publish import Receipt

_ONLY = typer.Option("--only", metavar="A,B", help="Only these of email, feeds, site, social; needs --out.")


def _processes(written: str | int) -> int:
    if not re.fullmatch("[0-9]{1,2}", str(written)) or int(written) > 64:
        raise typer.BadParameter("write a number from 1 to 64")
    return int(written)


_JOBS = typer.Option(
    "--jobs", "-j", metavar="N", parser=_processes, help="Processes (default: as many as pay).", show_default=False
)
_FORCE = typer.Option("--force", help="Make every file, even when nothing changed since the last build.")
# What a summary counts: how a file's path begins and ends, and what it is then.
_KINDS = (
    ("email/announcements/", ".eml", "announcement mail"),
    ("email/issues/", ".eml", "issue mail"),
    ("social/", ".txt", "snippet"),
    ("site/feeds/", (".xml", ".json"), "feed"),
    ("site/", ".ics", "calendar file"),
    ("site/", ".html", "page"),
)
# What a browser shows whole from disk. The pictures of a mail are on the web: `preview` shows those.
_LOOK = ("site/index.html", "social/index.html")


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

    Nothing is written when there is an error. Examples:

      newsletter build

      newsletter build --now 2024-12-01 --out /tmp/preview

      newsletter build --only email,social --out /tmp/preview
    """
    from newsletter import pipeline
    from newsletter.channels import CHANNELS

    # What a build lets go holds no cycles: to look for some takes 3 % of a long one, and finds none.
    gc.set_threshold(1_000_000, 20, 100)
    wanted = [name.strip() for name in only.split(",") if name.strip()] or list(CHANNELS)
    if unknown := [name for name in wanted if name not in CHANNELS]:
        refuse(f"--only cannot be '{unknown[0]}'; use {', '.join(CHANNELS)}")
    if only and out is None:
        refuse("--only needs --out: the outbox of the project is whole or not written")
    with run(directory, format, strict, "; nothing was written") as (project, problems):
        at = moment(now, project)
        target = out or project.root / "outbox"
        summary = _Summary()
        with Progress() as progress:

            def count(receipt: "Receipt") -> None:
                summary.count(receipt.path)
                progress.count_file()

            published = pipeline.publish(
                project, at, problems, target, wanted,
                jobs=jobs, force=force, on_progress=progress.checked, on_receipt=count,
            )  # fmt: skip
        state = f"{published.written} written, {published.removed} removed" if published.changed else "nothing changed"
        # Standard output belongs to the problems when a program reads them.
        stream = sys.stdout if format == "text" else sys.stderr
        print(f"{shown(target)}: {published.files} files ({state})", file=stream)
        for line in summary.lines(target, project.root):
            print(f"  {line}", file=stream)


class _Summary:
    """Counts the files of a build by their kind."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.look: list[str] = []

    def count(self, path: str) -> None:
        """Count the file at a path of the outbox."""
        for begins, ends, kind in _KINDS:
            if path.startswith(begins) and path.endswith(ends):
                self.kinds[kind] += 1
                break
        if path in _LOOK:
            self.look.append(path)

    def lines(self, target: Path, root: Path) -> Iterator[str]:
        """What was built into `target` for the project at `root`, and where to look first."""
        order = [kind for _, _, kind in _KINDS]
        counted = [f"{self.kinds[kind]} {kind}{'s' * (self.kinds[kind] > 1)}" for kind in order if self.kinds[kind]]
        if counted:
            yield ", ".join(counted)
        if self.look:
            yield "look at " + ", ".join(shown(target / path) for path in sorted(self.look, key=_LOOK.index))
        if any(kind.endswith(" mail") for kind in self.kinds):
            yield f"see the mails with their pictures: newsletter preview{project_option(root)}"
