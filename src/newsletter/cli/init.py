"""init: begin a project."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.codes import DISK
from newsletter.cli.extras import with_extras
from newsletter.cli.options import Folder, Now, named_folder, refuse, require_text, shown


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder; made if it is not there.")],
    directory: Folder = None,
    lang: Annotated[
        str, typer.Option("--lang", metavar="fr|en", help="The language of settings, sample and README.")
    ] = "fr",
    package: Annotated[
        str, typer.Option("--package", metavar="WHAT", help="What CI installs newsletter from, as pip takes it.")
    ] = "",
    now: Now = "",
) -> None:
    """Make a new project: settings, a sample announcement, CI, hints for the editor. Nothing is overwritten.

    Examples:

      newsletter init lettre

      newsletter init lettre --package ./newsletter-1.0.0-py3-none-any.whl
    """
    from newsletter.cli import starter
    from newsletter.load import safe_write
    from newsletter.load.settings import find_project

    if lang not in starter.LANGUAGES:
        refuse(f"--lang cannot be '{lang}'; use {', '.join(starter.LANGUAGES)}")
    require_text("--package", package)
    if package and ("\n" in package or package.startswith("-")):
        refuse(f"--package cannot be '{package}'; name a wheel, an address or a package on one line")
    if re.fullmatch(r"newsletter\s*(\[.*\])?\s*([=<>!~].*)?", package, re.IGNORECASE):
        refuse("--package: the name alone may be a stranger's package; name a wheel or an address")
    folder = named_folder(directory) / folder
    made = starter.project(lang, _day(now), with_extras(package or _origin()))
    if find_project(folder.absolute()) == folder.absolute():
        refuse(f"{shown(folder)} holds a project already; nothing was written")
    if taken := list(dict.fromkeys(filter(None, (safe_write.find_obstacle(folder, path) for path in made)))):
        refuse(f"in {shown(folder)} there is already {', '.join(taken)}; choose another folder; nothing was written")
    try:
        for path, content in made.items():
            safe_write.create(folder, path, content.encode())
    except OSError as fault:
        typer.echo(f"newsletter: {fault.filename or folder} cannot be written: {fault.strerror}", err=True)
        raise typer.Exit(DISK) from None
    print(f"{shown(folder)}: {len(made)} files")
    typer.echo(
        f"Now change {shown(folder / 'newsletter.toml')}, and run: newsletter -C {shown(folder)} build", err=True
    )
    if not (package or _origin()):
        typer.echo(f"For CI, say in {shown(folder / 'requirements.txt')} where newsletter comes from.", err=True)


def _day(now: str) -> date:
    from newsletter.text.dates import read_moment

    if not now:
        return datetime.now(UTC).date()
    try:
        day = read_moment(now, UTC).value.date()
    except ValueError as fault:
        refuse(f"--now: {fault}")
    if day < date(1970, 1, 1):  # the sample is dated some days earlier
        refuse(f"--now: {day} is too early for a project; choose a day from 1970 on")
    return day


def _origin() -> str:
    """The git address that this newsletter was installed from, if it was (PEP 610); never a path of this machine."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        told = json.loads(distribution("newsletter").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    url, vcs = str(told.get("url", "")), told.get("vcs_info", {})
    if not url.startswith("https://") or "@" in url.partition("://")[2].partition("/")[0]:
        return ""
    return f"newsletter @ {vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else f"newsletter @ {url}"
