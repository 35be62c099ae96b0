"""Define the Typer application and its commands.

Each command imports the modules that are slow to load when it runs.
"""

from typing import Annotated

import typer

from newsletter.cli import options
from newsletter.cli.build import build
from newsletter.cli.check import check
from newsletter.cli.count import count
from newsletter.cli.import_ import import_
from newsletter.cli.init import init
from newsletter.cli.new import new
from newsletter.cli.preview import preview
from newsletter.cli.schema import schema
from newsletter.cli.status import status
from newsletter.cli.theme import theme
from newsletter.cli.verify import verify

app = typer.Typer(
    name="newsletter",
    help="Write each announcement once; publish mails, feeds, snippets and pages.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        print(f"newsletter {version('newsletter')}")
        raise typer.Exit


@app.callback()
def global_options(
    directory: options.Folder = None,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Accept the options that precede the command."""
    options.before_command["directory"] = directory


app.command()(build)
app.command()(check)
app.command()(verify)
app.command()(init)
app.command("import")(import_)
app.command()(new)
app.command()(status)
app.command("list", hidden=True)(status)
app.command()(preview)
app.command()(count)
app.command()(schema)
app.add_typer(theme, name="theme")
