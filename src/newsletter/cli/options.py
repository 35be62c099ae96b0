"""running: what every command shares: options, the project, reporting, exit codes, the clock."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from newsletter.cli.codes import BUSY, DISK, FINE, PROBLEMS, USAGE
from newsletter.cli.ending import report as report_fault

if TYPE_CHECKING:
    from newsletter.model.problems import Problems
    from newsletter.pipeline import Project

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
    from newsletter import pipeline
    from newsletter.cli import report
    from newsletter.model.problems import Aborted, Problems

    if format not in report.FORMATS:
        refuse(f"--format cannot be '{format}'; use {', '.join(report.FORMATS)}")
    root = project_folder(directory)
    problems = Problems(strict=strict)
    code, stopped = FINE, False
    try:
        yield pipeline.open_project(root, problems), problems
    except Aborted:
        code, stopped = PROBLEMS, True
    except _disk_faults() as fault:
        print(f"newsletter: {fault}", file=sys.stderr)
        code = BUSY if _is_busy(fault) else DISK
    except (OSError, MemoryError) as fault:
        code = report_fault(fault)
    report.report(
        problems, format, stdout=sys.stdout, stderr=sys.stderr, prefix=_prefix(root), colour=colour(sys.stderr)
    )  # fmt: skip
    if (problems.fatal and code == FINE) or code == PROBLEMS:
        code = PROBLEMS
        print(f"newsletter: {report.summary(problems)}{lost if stopped else ''}", file=sys.stderr)
    raise typer.Exit(code)


def named_folder(directory: Path | None) -> Path:
    """The folder given by -C, before or after the command; else `.`, the current one. Refused if it is not there."""
    wanted = directory or before["directory"]
    if wanted is None:
        return Path()
    _resolve(wanted)
    return wanted


def project_folder(directory: Path | None) -> Path:
    """The root of the project that contains `directory`, or else the current folder."""
    from newsletter.load.settings import find_project

    start = _resolve(directory or before["directory"] or Path())
    root = find_project(start)
    if root is None:
        refuse(
            f"no project in {start} or above: a project has newsletter.toml, or [tool.newsletter] in pyproject.toml; "
            "name its folder with -C, or begin one: newsletter init DIR"
        )
    return root


def _resolve(wanted: Path) -> Path:
    """The absolute path of a folder that can be entered; any other is refused."""
    try:
        start = wanted.resolve(strict=True)
    except FileNotFoundError:  # a shell may stand in a folder that a build has replaced
        refuse(f"there is no folder '{wanted}'; name the project's folder with -C")
    except RuntimeError:  # what pathlib makes of a loop of links before Python 3.13
        refuse(f"'{wanted}' is a loop of symbolic links; name the project's folder with -C")
    except (OSError, ValueError) as fault:
        refuse(f"the folder '{wanted}' cannot be used: {getattr(fault, 'strerror', fault)}")
    if not start.is_dir():
        refuse(f"'{wanted}' is not a folder")
    try:
        os.stat(f"{start}/.")
    except OSError:
        fail(f"the folder {start} may not be entered: allow it, or name another one with -C")
    return start


def _disk_faults() -> tuple[type[BaseException], ...]:
    from newsletter.outbox.publish import Busy, DiskFault
    from newsletter.workers import WorkerLost

    return (Busy, DiskFault, WorkerLost)


def _is_busy(fault: BaseException) -> bool:
    from newsletter.outbox.publish import Busy

    return isinstance(fault, Busy)


def moment(now: str, project: "Project", option: str = "--now") -> datetime:
    """What `option` gives, or the clock."""
    from newsletter.text.dates import read_moment

    if not now:
        return datetime.now(UTC)
    try:
        return read_moment(now, project.settings.timezone).value
    except ValueError as fault:
        refuse(f"{option}: {fault}")


def fail(message: str) -> NoReturn:
    """End with the exit code for what the disk or the system refused."""
    print(f"newsletter: {message}", file=sys.stderr)
    raise typer.Exit(DISK)


def refuse(message: str) -> NoReturn:
    """End with the exit code for wrong usage."""
    print(f"newsletter: {message}", file=sys.stderr)
    raise typer.Exit(USAGE)


def require_text(option: str, value: str) -> None:
    """Refuse an argument that is to become text of one line in a file and cannot."""
    from newsletter.text import forbidden

    unfit = next((name for _, name in forbidden(value)), "")
    if any(character in value for character in "\r\n\t"):
        unfit = "a line break or tab"
    # Bytes of an argument that are not UTF-8 reach Python as lone surrogates.
    if any("\ud800" <= character <= "\udfff" for character in value):
        unfit = "bytes that are not UTF-8"
    if unfit:
        refuse(f"{option} may not hold {unfit}")


def _prefix(root: Path) -> str:
    """The project's path inside its repository, for annotations."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return "" if folder == root else root.relative_to(folder).as_posix()
    return ""


def shown(path: Path) -> str:
    """A path as the person at the terminal would write it."""
    try:
        here = Path.cwd()
    except OSError:  # the current folder is gone, or may not be read
        return str(path)
    return os.path.relpath(path, here) if path.is_absolute() and path.is_relative_to(here) else str(path)


def project_option(root: Path) -> str:
    """What a command typed here needs to find the project at `root`: ` -C DIR`, or nothing inside of it."""
    import shlex

    try:
        inside = Path.cwd().is_relative_to(root)
    except OSError:
        inside = False
    return "" if inside else f" -C {shlex.quote(shown(root))}"


def colour(stream: object) -> bool:
    """Whether a stream takes colours: a terminal, and NO_COLOR is not set (no-color.org)."""
    return not os.environ.get("NO_COLOR") and getattr(stream, "isatty", bool)()
