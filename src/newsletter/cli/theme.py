"""theme: bring files of the default theme into the project."""

import os
import sys
from typing import Annotated

import typer

from newsletter.cli.codes import DISK
from newsletter.cli.options import Folder, before, project_folder, refuse, shown

theme = typer.Typer(
    help="List the theme's files, or copy one into the project to change it.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@theme.callback()
def options(directory: Folder = None) -> None:
    """Options that go before `list` and `copy`."""
    before["directory"] = directory or before["directory"]


@theme.command("list")
def list_(directory: Folder = None) -> None:
    """List the theme's files; those that the project has of its own are marked with *.

    Example:

      newsletter theme list
    """
    from newsletter.theme import default as default_theme

    own = project_folder(directory) / "templates"
    for name in default_theme.names():
        # In a checkout of newsletter itself the two are one.
        mine = os.path.isfile(own / name) and own != default_theme.folder()
        print(f"{'*' if mine else ' '} {name}")


@theme.command()
def copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One from `theme list`, such as email/layout.mjml.")],
    directory: Folder = None,
) -> None:
    """Copy one file of the theme into the project's templates/, where it takes the place of the original.

    Example:

      newsletter theme copy email/footer.txt
    """
    import difflib

    from newsletter.load import safe_write
    from newsletter.theme import default as default_theme

    names = default_theme.names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
        cure = f"did you mean {near[0]}?" if near else "see newsletter theme list"
        refuse(f"the theme has no file '{name}'; {cure}")
    root = project_folder(directory)
    path = root / "templates" / name
    try:
        safe_write.create(root, f"templates/{name}", (default_theme.folder() / name).read_bytes())
    except FileExistsError:
        refuse(f"{shown(path)} is there already; nothing was overwritten")
    except OSError as fault:
        print(f"newsletter: {shown(path)} cannot be written: {fault.strerror}", file=sys.stderr)
        raise typer.Exit(DISK) from None
    print(shown(path))
