"""preview: show every announcement as each reader will get it, while it is being written."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.extras import how_to_add
from newsletter.cli.running import Folder, Now, project_folder, refuse

PORT = 8321


def preview(
    directory: Folder = None,
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port; 0 for any.")] = PORT,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser, or do not.")] = True,
    now: Now = "",
) -> None:
    """Show announcements in a browser as readers will get them; what is saved is shown at once.

    Only this machine can see it. Examples:

      newsletter preview

      newsletter preview --port 9000 --no-open --now 2024-12-24
    """
    root = project_folder(directory)
    try:
        from newsletter.preview import serving
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in ("starlette", "uvicorn", "watchfiles"):
            raise
        refuse(f"preview needs a few more packages; {how_to_add('preview')}")
    from newsletter.preview.desk import Desk

    desk = Desk(root, _clock(now, root))
    desk.refresh()

    def ready(address: str) -> None:
        print(f"newsletter: {address} (stop with Ctrl-C)", file=sys.stderr, flush=True)
        if open_:
            import webbrowser

            webbrowser.open(address)

    try:
        serving.serve(desk, port, ready)
    except serving.Taken:
        refuse(f"port {port} is in use; choose another one with --port, or any with --port 0")


def _clock(now: str, root: Path) -> Callable[[], datetime]:
    """The moment that is shown: `--now` for ever, or the clock."""
    from newsletter.dates import read_moment
    from newsletter.problems import Problems, Stop
    from newsletter.settings import load_settings

    if not now:
        return lambda: datetime.now(UTC)
    try:
        zone = load_settings(root, Problems()).timezone
    except Stop:  # told on the screens
        zone = UTC
    try:
        fixed = read_moment(now, zone).value
    except ValueError as fault:
        refuse(f"--now: {fault}")
    return lambda: fixed
