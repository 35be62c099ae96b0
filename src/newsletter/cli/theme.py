"""The `theme` command: list the files of the default theme, or copy one into the project."""

import os
import sys
from typing import Annotated

import typer

from newsletter.cli.codes import DISK
from newsletter.cli.options import Folder, before_command, display_path, project_folder, refuse

theme = typer.Typer(
    help="List the theme's files, or copy one into the project to change it.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@theme.callback()
def options(directory: Folder = None) -> None:
    """Accept the options that precede `list` and `copy`."""
    before_command["directory"] = directory or before_command["directory"]


@theme.command("list")
def list_(directory: Folder = None) -> None:
    """List the theme's files. A * marks those that the project overrides.

    Example:

      newsletter theme list
    """
    from newsletter.theme import default as default_theme

    own = project_folder(directory) / "templates"
    for name in default_theme.names():
        # In a checkout of newsletter itself, the project's templates/ is the default theme.
        is_overridden = os.path.isfile(own / name) and own != default_theme.folder()
        print(f"{'*' if is_overridden else ' '} {name}")


@theme.command()
def copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A file from `theme list`, such as email/layout.mjml.")],
    directory: Folder = None,
) -> None:
    """Copy one file of the theme into the project's templates/, where it overrides the original.

    Example:

      newsletter theme copy email/footer.txt
    """
    import difflib

    from newsletter.load import safe_write
    from newsletter.theme import default as default_theme

    names = default_theme.names()
    if name not in names:
        matches = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
        hint = f"did you mean {matches[0]}?" if matches else "see newsletter theme list"
        refuse(f"the theme has no file '{name}'; {hint}")
    root = project_folder(directory)
    path = root / "templates" / name
    try:
        safe_write.create(root, f"templates/{name}", (default_theme.folder() / name).read_bytes())
    except FileExistsError:
        refuse(f"{display_path(path)} already exists; nothing was overwritten")
    except OSError as fault:
        print(f"newsletter: {display_path(path)} cannot be written: {fault.strerror}", file=sys.stderr)
        raise typer.Exit(DISK) from None
    print(display_path(path))
