"""verify: is the outbox as it was built?"""

from newsletter.cli.options import Folder, Format, Out, run, shown


def verify(directory: Folder = None, out: Out = None, format: Format = "text") -> None:
    """Re-read every file of the outbox against its manifest.

    Missing, damaged and edited files are told; then the exit code is 1. Example:

      newsletter verify
    """
    from newsletter.outbox import publish as outbox

    with run(directory, format, strict=False) as (project, problems):
        target = out or project.root / "outbox"
        problems.extend(outbox.verify(target))
        if not problems.fatal and format == "text":
            print(f"{shown(target)}: every file is as it was built")
