"""The `schema` command: print the announcement format for editors and web forms."""

import json
from typing import Annotated

import typer

from newsletter.cli.options import Folder, project_folder, refuse


def schema(
    directory: Folder = None,
    format: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="json, vscode (snippets) or decap (web form configuration)."),
    ] = "json",
) -> None:
    """Print the JSON Schema of an announcement's front matter, or editor settings derived from it.

    Examples:

      newsletter schema > .vscode/announcement.schema.json

      newsletter schema --format decap > admin/config.yml
    """
    from newsletter.load import front_matter
    from newsletter.load import schema as hints

    if format == "decap":
        from newsletter.load.settings import load_settings
        from newsletter.model.problems import Aborted, Problems

        try:
            settings = load_settings(project_folder(directory), Problems())
        except Aborted:
            refuse("the settings have an error; run newsletter check to see it")
        configuration = hints.decap(settings.language, settings.title, settings.url)
        print("\n".join(front_matter.lines(configuration, front_matter.quoted)))
    elif format in ("json", "vscode"):
        print(json.dumps(hints.schema() if format == "json" else hints.snippets(), ensure_ascii=False, indent=2))
    else:
        refuse(f"--format cannot be '{format}'; use json, vscode or decap")
