"""preview: show every announcement as each reader will get it, while it is being written."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.extras import how_to_add
from newsletter.cli.options import Folder, Now, fail, project_folder, refuse

PORT = 8321
_FILES, _THREADS, _MEMORY = 64, 16, 1_000_000_000  # that a preview with a few open screens uses


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
        from newsletter.preview import serve
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in ("starlette", "uvicorn", "watchfiles"):
            raise
        refuse(f"preview needs a few more packages; {how_to_add('preview')}")
    from newsletter.preview.session import Session

    _require_room()
    desk = Session(root, _clock(now, root))
    desk.refresh()

    def ready(address: str) -> None:
        print(f"newsletter: {address} (stop with Ctrl-C)", file=sys.stderr, flush=True)
        if open_:
            import webbrowser

            webbrowser.open(address)

    try:
        serve.serve(desk, port, ready)
    except serve.Taken:
        refuse(f"port {port} is in use or not allowed; choose another one with --port, or any with --port 0")


def _require_room() -> None:
    """End with a message when limits leave too few files or threads: the libraries below would end in a crash."""
    import resource
    import threading

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= limit < _FILES:
        fail(f"preview needs {_FILES} open files, and the limit is {limit}: raise it (ulimit -n)")
    memory = resource.getrlimit(resource.RLIMIT_AS)[0]
    if 0 <= memory < _MEMORY:
        fail(f"preview needs {_MEMORY // 1_000_000} MB, not {memory // 1_000_000}: raise the limit (ulimit -v)")
    enough = threading.Event()
    threads = [threading.Thread(target=enough.wait, daemon=True) for _ in range(_THREADS)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        fail(f"preview needs {_THREADS} threads: raise the limit on processes (ulimit -u)")
    finally:
        enough.set()


def _clock(now: str, root: Path) -> Callable[[], datetime]:
    """The moment that is shown: `--now` for ever, or the clock."""
    from newsletter.load.settings import load_settings
    from newsletter.model.problems import Aborted, Problems
    from newsletter.text.dates import read_moment

    if not now:
        return lambda: datetime.now(UTC)
    try:
        zone = load_settings(root, Problems()).timezone
    except Aborted:  # told on the screens
        zone = UTC
    try:
        fixed = read_moment(now, zone).value
    except ValueError as fault:
        refuse(f"--now: {fault}")
    return lambda: fixed
