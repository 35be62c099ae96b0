"""running: what every command shares: options, the project, reporting, exit codes, the clock."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from newsletter.pipeline import Project
    from newsletter.problems import Problems

FINE, PROBLEMS, USAGE, DISK, BUSY = 0, 1, 2, 74, 75

Folder = Annotated[
    Path | None,
    typer.Option("-C", "--directory", metavar="DIR", help="Work in DIR instead of here."),
]
Now = Annotated[
    str,
    typer.Option(
        "--now", metavar="DATE", help="As at DATE (2024-11-26 or 2024-11-26T09:30+01:00), not at the clock's."
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="Problems as text, json, github or gitlab.")]
Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The outbox (default: outbox/ of the project)."),
]

# Where `newsletter -C DIR command` puts DIR.
before: dict[str, Path | None] = {"directory": None}


@contextmanager
def run(directory: Path | None, format: str, strict: bool, lost: str = "") -> Iterator["tuple[Project, Problems]"]:
    """The project and a collector; at the end problems are reported and the exit code is set.

    `lost` says what did not happen when an error ends the run early.
    """
    from newsletter import pipeline, report
    from newsletter.problems import Problems, Stop

    if format not in report.FORMATS:
        refuse(f"--format cannot be '{format}'; use {', '.join(report.FORMATS)}")
    root = project_folder(directory)
    problems = Problems(strict=strict)
    code, stopped = FINE, False
    try:
        yield pipeline.open_project(root, problems), problems
    except Stop:
        code, stopped = PROBLEMS, True
    except _disk_faults() as fault:
        print(f"newsletter: {fault}", file=sys.stderr)
        code = BUSY if type(fault).__name__ == "Busy" else DISK
    report.report(
        problems, format, stdout=sys.stdout, stderr=sys.stderr, prefix=_prefix(root), colour=colour(sys.stderr)
    )  # fmt: skip
    if (problems.fatal and code == FINE) or code == PROBLEMS:
        code = PROBLEMS
        print(f"newsletter: {report.summary(problems)}{lost if stopped else ''}", file=sys.stderr)
    raise typer.Exit(code)


def project_folder(directory: Path | None) -> Path:
    """The root of the project that `directory`, or the current folder, stands in."""
    from newsletter.settings import find_project

    wanted = directory or before["directory"] or Path()
    try:
        start = wanted.resolve(strict=True)
    except (OSError, RuntimeError):  # a shell may stand in a folder that a build has replaced
        refuse(f"there is no folder '{wanted}'; name the project's folder with -C")
    if not start.is_dir():
        refuse(f"'{wanted}' is no folder")
    root = find_project(start)
    if root is None:
        refuse(f"no project in {start} or above; a project has [tool.newsletter] in its pyproject.toml")
    return root


def _disk_faults() -> tuple[type[BaseException], ...]:
    from newsletter.outbox import Busy, DiskFault
    from newsletter.workers import WorkerLost

    return (Busy, DiskFault, WorkerLost)


def moment(now: str, project: "Project") -> datetime:
    """`--now`, or the clock."""
    from newsletter.dates import read_moment

    if not now:
        return datetime.now(UTC)
    try:
        return read_moment(now, project.settings.timezone).value
    except ValueError as fault:
        refuse(f"--now: {fault}")


def refuse(message: str) -> NoReturn:
    """End with the exit code for wrong usage."""
    print(f"newsletter: {message}", file=sys.stderr)
    raise typer.Exit(USAGE)


def _prefix(root: Path) -> str:
    """The project's path inside its repository, for annotations."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return "" if folder == root else root.relative_to(folder).as_posix()
    return ""


def shown(path: Path) -> str:
    """A path as the person at the terminal would write it."""
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


def colour(stream: object) -> bool:
    """Whether a stream takes colours: a terminal, and NO_COLOR is not set (no-color.org)."""
    return not os.environ.get("NO_COLOR") and getattr(stream, "isatty", bool)()
