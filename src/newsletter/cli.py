"""cli: the commands. The clock is read here and passed on; heavy imports wait until they are needed."""

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

app = typer.Typer(
    name="newsletter",
    help="Write each announcement once; publish mails, feeds, snippets and pages.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[Path | None, typer.Option("-C", "--directory", metavar="DIR", help="Work in DIR instead of here.")]
Now = Annotated[
    str, typer.Option("--now", metavar="DATE", help="Publish as at DATE (2024-11-26 or 2024-11-26T09:30+01:00).")
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="Problems as text, json, github or gitlab.")]
Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The outbox (default: outbox/ of the project).")]

_folder: Path | None = None


@app.callback()
def options(directory: Folder = None) -> None:
    """Options that go before the command."""
    global _folder  # noqa: PLW0603 (the one option that both places of the command line share)
    _folder = directory


@app.command()
def build(
    directory: Folder = None, now: Now = "", out: Out = None, strict: Strict = False, format: Format = "text"
) -> None:
    """Build the outbox from announcements/.

    Nothing is written when there is an error. Examples:

      newsletter build

      newsletter build --now 2024-12-01 --out /tmp/preview
    """
    from newsletter import outbox, pipeline

    with run(directory, format, strict) as (project, problems):
        moment = _moment(now, project)
        target = out or project.root / "outbox"
        artefacts = pipeline.build(project, moment, problems)
        published = outbox.publish(artefacts, target, problems)
        told = sys.stdout if format == "text" else sys.stderr
        state = f"{published.written} written, {published.removed} removed" if published.changed else "nothing changed"
        print(f"{_shown(target)}: {published.files} files ({state})", file=told)


@app.command()
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
            for path, id_ in pipeline.write_ids(project):
                print(f"{path}: id: {id_}", file=sys.stderr)
        moment = _moment(now, project)
        for _ in pipeline.build(project, moment, problems):
            pass


@app.command()
def verify(directory: Folder = None, out: Out = None, format: Format = "text") -> None:
    """Re-read every file of the outbox against its manifest.

    Missing, damaged and edited files are told; then the exit code is 1.
    """
    from newsletter import outbox

    with run(directory, format, strict=False) as (project, problems):
        target = out or project.root / "outbox"
        problems.extend(outbox.verify(target))
        if not problems.fatal and format == "text":
            print(f"{_shown(target)}: every file is as it was built")


@contextmanager
def run(directory: Path | None, format: str, strict: bool) -> Iterator["tuple[Project, Problems]"]:
    """The project and a collector; at the end problems are reported and the exit code is set."""
    from newsletter import pipeline, report
    from newsletter.problems import Problems, Stop
    from newsletter.settings import find_project

    if format not in report.FORMATS:
        _refuse(f"--format cannot be '{format}'; use {', '.join(report.FORMATS)}")
    start = (directory or _folder or Path()).resolve()
    if not start.is_dir():
        _refuse(f"there is no folder '{start}'")
    root = find_project(start)
    if root is None:
        _refuse(f"no project in {start} or above; a project has [tool.newsletter] in its pyproject.toml")
    problems = Problems(strict=strict)
    code = FINE
    try:
        yield pipeline.open_project(root, problems), problems
    except Stop:
        code = PROBLEMS
    except _disk_faults() as fault:
        print(f"newsletter: {fault}", file=sys.stderr)
        code = BUSY if type(fault).__name__ == "Busy" else DISK
    report.report(
        problems, format, stdout=sys.stdout, stderr=sys.stderr, prefix=_prefix(root), colour=_colour(sys.stderr)
    )  # fmt: skip
    if (problems.fatal and code == FINE) or code == PROBLEMS:
        code = PROBLEMS
        print(f"newsletter: {report.summary(problems)}; nothing was published", file=sys.stderr)
    raise typer.Exit(code)


def _disk_faults() -> tuple[type[BaseException], ...]:
    from newsletter.outbox import Busy, DiskFault

    return (Busy, DiskFault)


def _moment(now: str, project: "Project") -> datetime:
    """`--now`, or the clock."""
    from newsletter.dates import read_moment

    if not now:
        return datetime.now(UTC)
    try:
        return read_moment(now, project.settings.timezone).value
    except ValueError as fault:
        _refuse(f"--now: {fault}")


def _refuse(message: str) -> NoReturn:
    print(f"newsletter: {message}", file=sys.stderr)
    raise typer.Exit(USAGE)


def _prefix(root: Path) -> str:
    """The project's path inside its repository, for annotations."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return "" if folder == root else root.relative_to(folder).as_posix()
    return ""


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


def _colour(stream: object) -> bool:
    return not os.environ.get("NO_COLOR") and getattr(stream, "isatty", bool)()


def main() -> None:
    """The entry point."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe of another encoding must not end in a traceback.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app()
