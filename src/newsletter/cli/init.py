"""The `init` command: create a new project."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.codes import DISK
from newsletter.cli.extras import with_extras
from newsletter.cli.options import Folder, Now, display_path, named_folder, refuse, require_text


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder; created if it does not exist.")],
    directory: Folder = None,
    lang: Annotated[
        str, typer.Option("--lang", metavar="fr|en", help="Language of the settings, the sample and the README.")
    ] = "fr",
    package: Annotated[
        str,
        typer.Option(
            "--package", metavar="REQUIREMENT", help="Where CI installs newsletter from, as a pip requirement."
        ),
    ] = "",
    now: Now = "",
) -> None:
    """Create a project: settings, a sample announcement, CI files and editor settings. No file is overwritten.

    Examples:

      newsletter init lettre

      newsletter init lettre --package ./newsletter-1.0.0-py3-none-any.whl
    """
    from newsletter.cli import starter
    from newsletter.load import safe_write
    from newsletter.load.settings import find_project

    if lang not in starter.LANGUAGES:
        refuse(f"--lang cannot be '{lang}'; use {', '.join(starter.LANGUAGES)}")
    _check_package(package)
    folder = named_folder(directory) / folder
    files = starter.project(lang, _day(now), with_extras(package or _origin()))
    if find_project(folder.absolute()) == folder.absolute():
        refuse(f"{display_path(folder)} already contains a project; nothing was written")
    if taken := list(dict.fromkeys(filter(None, (safe_write.find_obstacle(folder, path) for path in files)))):
        refuse(
            f"{display_path(folder)} already contains {', '.join(taken)}; choose another folder; nothing was written"
        )
    try:
        for path, content in files.items():
            safe_write.create(folder, path, content.encode())
    except OSError as fault:
        typer.echo(f"newsletter: {fault.filename or folder} cannot be written: {fault.strerror}", err=True)
        raise typer.Exit(DISK) from None
    print(f"{display_path(folder)}: {len(files)} files")
    settings, requirements = display_path(folder / "newsletter.toml"), display_path(folder / "requirements.txt")
    typer.echo(f"Now edit {settings}, then run: newsletter -C {display_path(folder)} build", err=True)
    if not (package or _origin()):
        typer.echo(f"For CI, state in {requirements} where to install newsletter from.", err=True)


def _check_package(package: str) -> None:
    require_text("--package", package)
    if package and ("\n" in package or package.startswith("-")):
        refuse(f"--package cannot be '{package}'; give a wheel, an address or a package on one line")
    if re.fullmatch(r"newsletter\s*(\[.*\])?\s*([=<>!~].*)?", package, re.IGNORECASE):
        refuse("--package: a bare name may install a stranger's package; give a wheel or an address")


def _day(now: str) -> date:
    from newsletter.text.dates import read_moment

    if not now:
        return datetime.now(UTC).date()
    try:
        day = read_moment(now, UTC).value.date()
    except ValueError as fault:
        refuse(f"--now: {fault}")
    if day < date(1970, 1, 1):  # the sample announcement is dated one day earlier
        refuse(f"--now: {day} is too early for a project; choose 1970 or later")
    return day


def _origin() -> str:
    """Return a pip requirement with the https URL that newsletter was installed from (PEP 610).

    Returns "" if the URL is unknown, local, or contains credentials.
    """
    import json
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        direct_url = json.loads(distribution("newsletter").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    url, vcs = str(direct_url.get("url", "")), direct_url.get("vcs_info", {})
    if not url.startswith("https://") or "@" in url.partition("://")[2].partition("/")[0]:
        return ""
    return f"newsletter @ {vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else f"newsletter @ {url}"
