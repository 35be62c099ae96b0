"""Code that commands share: options, finding the project, reporting problems, exit codes and the clock."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from newsletter.cli.codes import BUSY, DISK, PROBLEMS, SUCCESS, USAGE
from newsletter.cli.ending import report as report_fault

if TYPE_CHECKING:
    from newsletter.model.problems import Problems
    from newsletter.pipeline import Project

Folder = Annotated[
    Path | None,
    typer.Option("-C", "--directory", metavar="DIR", help="Work in DIR instead of the current folder."),
]
Now = Annotated[
    str,
    typer.Option(
        "--now", metavar="DATE", help="Work as of DATE (2024-11-26 or 2024-11-26T09:30+01:00) instead of now."
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="Output format: text, json, github or gitlab.")]
Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The outbox (default: outbox/ in the project)."),
]

# Options that precede the command, as in `newsletter -C DIR build`.
before_command: dict[str, Path | None] = {"directory": None}


@contextmanager
def run(
    directory: Path | None, format: str, strict: bool, if_aborted: str = ""
) -> Iterator["tuple[Project, Problems]"]:
    """Yield the project and a collector for problems; at the end, report the problems and exit.

    `if_aborted` is appended to the summary if an error ends the run early.
    """
    from newsletter import pipeline
    from newsletter.cli import report
    from newsletter.model.problems import Aborted, Problems
    from newsletter.outbox.publish import Busy, DiskFault
    from newsletter.workers import WorkerLost

    if format not in report.FORMATS:
        refuse(f"--format cannot be '{format}'; use {', '.join(report.FORMATS)}")
    root = project_folder(directory)
    problems = Problems(strict=strict)
    code, aborted = SUCCESS, False
    try:
        yield pipeline.open_project(root, problems), problems
    except Aborted:
        code, aborted = PROBLEMS, True
    except (Busy, DiskFault, WorkerLost) as fault:
        print(f"newsletter: {fault}", file=sys.stderr)
        code = BUSY if isinstance(fault, Busy) else DISK
    except (OSError, MemoryError) as fault:
        code = report_fault(fault)
    report.report(
        problems, format, stdout=sys.stdout, stderr=sys.stderr, prefix=_prefix(root), colour=has_colour(sys.stderr)
    )  # fmt: skip
    if (problems.fatal and code == SUCCESS) or code == PROBLEMS:
        code = PROBLEMS
        print(f"newsletter: {report.summary(problems)}{if_aborted if aborted else ''}", file=sys.stderr)
    raise typer.Exit(code)


def named_folder(directory: Path | None) -> Path:
    """Return the folder that -C names, before or after the command, or else the current folder.

    Exits with a message if the folder does not exist.
    """
    folder = directory or before_command["directory"]
    if folder is None:
        return Path()
    _resolve(folder)
    return folder


def project_folder(directory: Path | None) -> Path:
    """Return the root of the project that contains `directory` or, by default, the current folder."""
    from newsletter.load.settings import find_project

    start = _resolve(directory or before_command["directory"] or Path())
    root = find_project(start)
    if root is None:
        refuse(
            f"no project in {start} or above: a project has newsletter.toml, or [tool.newsletter] in pyproject.toml; "
            "name its folder with -C, or create one: newsletter init DIR"
        )
    return root


def _resolve(folder: Path) -> Path:
    """Return the absolute path of a folder. Exits with a message if the folder cannot be entered."""
    try:
        path = folder.resolve(strict=True)
    except FileNotFoundError:  # also if a build has replaced the shell's current folder
        refuse(f"the folder '{folder}' does not exist; name the project's folder with -C")
    except RuntimeError:  # raised by pathlib for a loop of links before Python 3.13
        refuse(f"'{folder}' is a loop of symbolic links; name the project's folder with -C")
    except (OSError, ValueError) as fault:
        refuse(f"the folder '{folder}' cannot be used: {getattr(fault, 'strerror', fault)}")
    if not path.is_dir():
        refuse(f"'{folder}' is not a folder")
    try:
        os.stat(f"{path}/.")
    except OSError:
        fail(f"the folder {path} cannot be entered: change its permissions, or name another one with -C")
    return path


def moment(now: str, project: "Project", option: str = "--now") -> datetime:
    """Parse `now`, the value of `option`, in the project's time zone. Returns the current time if `now` is empty."""
    from newsletter.text.dates import read_moment

    if not now:
        return datetime.now(UTC)
    try:
        return read_moment(now, project.settings.timezone).value
    except ValueError as fault:
        refuse(f"{option}: {fault}")


def fail(message: str) -> NoReturn:
    """Print a message and exit with the code for an error of the disk or the operating system."""
    print(f"newsletter: {message}", file=sys.stderr)
    raise typer.Exit(DISK)


def refuse(message: str) -> NoReturn:
    """Print a message and exit with the code for wrong usage."""
    print(f"newsletter: {message}", file=sys.stderr)
    raise typer.Exit(USAGE)


def require_text(option: str, value: str) -> None:
    """Exit with a message if the value of an option cannot be one line of a text file."""
    from newsletter.text import forbidden

    obstacle = next((name for _, name in forbidden(value)), "")
    if any(character in value for character in "\r\n\t"):
        obstacle = "a line break or tab"
    # Python decodes invalid UTF-8 in an argument as lone surrogates.
    if any("\ud800" <= character <= "\udfff" for character in value):
        obstacle = "bytes that are not UTF-8"
    if obstacle:
        refuse(f"{option} may not contain {obstacle}")


def _prefix(root: Path) -> str:
    """Return the project's path relative to its git repository, for annotations; "" if they are the same."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return "" if folder == root else root.relative_to(folder).as_posix()
    return ""


def display_path(path: Path) -> str:
    """Return a path for messages: relative to the current folder if it is inside."""
    try:
        here = Path.cwd()
    except OSError:  # the current folder no longer exists, or cannot be read
        return str(path)
    return os.path.relpath(path, here) if path.is_absolute() and path.is_relative_to(here) else str(path)


def project_option(root: Path) -> str:
    """Return ` -C DIR`, the option that a command needs to find the project from here; "" inside the project."""
    import shlex

    try:
        inside = Path.cwd().is_relative_to(root)
    except OSError:
        inside = False
    return "" if inside else f" -C {shlex.quote(display_path(root))}"


def has_colour(stream: object) -> bool:
    """Return whether output to a stream is coloured: it is a terminal, and NO_COLOR is not set (no-color.org)."""
    return not os.environ.get("NO_COLOR") and getattr(stream, "isatty", bool)()
