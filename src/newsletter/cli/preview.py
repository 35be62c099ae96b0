"""The `preview` command: start a local server that shows announcements as readers will get them."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.extras import how_to_add
from newsletter.cli.options import Folder, Now, fail, project_folder, refuse

PORT = 8321
_FILES, _THREADS, _MEMORY = 64, 16, 1_000_000_000  # needed by a preview with a few open screens; memory in bytes


def preview(
    directory: Folder = None,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port; 0 chooses a free one.")
    ] = PORT,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open a browser.")] = True,
    now: Now = "",
) -> None:
    """Show announcements in a browser as readers will get them, and update them whenever a file is saved.

    The preview is reachable only from this machine. Examples:

      newsletter preview

      newsletter preview --port 9000 --no-open --now 2024-12-24
    """
    root = project_folder(directory)
    try:
        from newsletter.preview import serve
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in ("starlette", "uvicorn", "watchfiles"):
            raise
        refuse(f"preview needs a few more packages; {how_to_add('preview')}")
    from newsletter.preview.session import Session

    _require_resources()
    session = Session(root, _clock(now, root))
    session.refresh()

    def on_ready(address: str) -> None:
        print(f"newsletter: {address} (stop with Ctrl-C)", file=sys.stderr, flush=True)
        if open_:
            import webbrowser

            webbrowser.open(address)

    try:
        serve.serve(session, port, on_ready)
    except serve.PortInUse:
        refuse(f"port {port} is in use or not allowed; choose another one with --port, or a free one with --port 0")


def _require_resources() -> None:
    """Exit with a message if the limits on files, threads or memory are so low that libraries would crash."""
    import resource
    import threading

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= limit < _FILES:
        fail(f"preview needs {_FILES} open files, but the limit is {limit}: raise it (ulimit -n)")
    memory = resource.getrlimit(resource.RLIMIT_AS)[0]
    if 0 <= memory < _MEMORY:
        fail(
            f"preview needs {_MEMORY // 1_000_000} MB of memory, but the limit is {memory // 1_000_000} MB: "
            "raise it (ulimit -v)"
        )
    all_started = threading.Event()
    threads = [threading.Thread(target=all_started.wait, daemon=True) for _ in range(_THREADS)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        fail(f"preview needs {_THREADS} threads: raise the limit on processes (ulimit -u)")
    finally:
        all_started.set()


def _clock(now: str, root: Path) -> Callable[[], datetime]:
    """Return a function that returns the moment to show: `now` if given, else the current time."""
    from newsletter.load.settings import load_settings
    from newsletter.model.problems import Aborted, Problems
    from newsletter.text.dates import read_moment

    if not now:
        return lambda: datetime.now(UTC)
    try:
        zone = load_settings(root, Problems()).timezone
    except Aborted:  # the screens show why
        zone = UTC
    try:
        fixed = read_moment(now, zone).value
    except ValueError as fault:
        refuse(f"--now: {fault}")
    return lambda: fixed
