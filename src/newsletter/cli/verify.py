"""The `verify` command: compare the outbox with its manifest."""

from newsletter.cli.options import Folder, Format, Out, display_path, run


def verify(directory: Folder = None, out: Out = None, format: Format = "text") -> None:
    """Compare every file in the outbox with the manifest.

    Missing, damaged and edited files are reported, and the exit code is 1 if there are any. Example:

      newsletter verify
    """
    from newsletter.outbox import publish as outbox

    with run(directory, format, strict=False) as (project, problems):
        folder = out or project.root / "outbox"
        problems.extend(outbox.verify(folder))
        if not problems.fatal and format == "text":
            print(f"{display_path(folder)}: every file is as it was built")
