"""Run the preview server on this machine's loopback address, and watch the project's files."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from watchfiles import Change, awatch

from newsletter.model import SETTINGS_FILES
from newsletter.preview.app import application
from newsletter.preview.notifier import Notifier
from newsletter.preview.session import Session

HOST = "127.0.0.1"
_IGNORED = ("outbox", "node_modules", "venv", "__pycache__")
_FOLDER_INTERVAL = 1  # seconds between checks that the project's folder has not been replaced
# Seconds between refreshes without a change. They are needed because time passes and a watch may miss a change.
_REFRESH_INTERVAL = 20
# Milliseconds. A burst of changes ends after _STEP without a change, and after _DEBOUNCE at the latest.
_STEP, _DEBOUNCE = 20, 200
_REVIEW_INTERVAL = 0.2  # seconds between checks for files that still have to be reviewed
_CATCH_UP_DELAY = 0.2  # seconds after which a watch certainly works; a refresh then finds earlier changes


class PortInUse(OSError):
    """The port is in use or not allowed."""


def serve(session: Session, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted. Once the server is ready, call `on_ready` with the URL.

    Port 0 chooses a free port. Raises PortInUse if the port cannot be bound.
    """
    notifier = Notifier()
    config = uvicorn.Config(
        application(session, notifier), host=HOST, port=port, log_level="critical", access_log=False, lifespan="off",
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config, notifier, on_ready)
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(server, session, notifier))
    if server.port_in_use:
        raise PortInUse


class _Server(uvicorn.Server):
    """A server that calls `on_ready` once it has started, and closes open event streams when it stops."""

    def __init__(self, config: uvicorn.Config, notifier: Notifier, on_ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._notifier = notifier
        self._on_ready = on_ready
        self.port_in_use = False

    async def startup(self, sockets: list[Any] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:  # raised by uvicorn if it cannot bind the port
            self.port_in_use = self.should_exit = True
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            self._on_ready(f"http://{HOST}:{port}/")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._notifier.close()


async def _run(server: uvicorn.Server, session: Session, notifier: Notifier) -> None:
    serving = asyncio.create_task(server.serve())
    watch_again = asyncio.Event()
    loops = (_watch(session, notifier, watch_again), _refresh_regularly(session, notifier, watch_again))
    tasks = {serving, *(asyncio.create_task(loop) for loop in loops)}
    background = asyncio.create_task(_warm_and_review(session, notifier))
    # The loops never return, so the first task to finish is the server or a failed loop.
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in (*tasks - {serving}, background):
        task.cancel()
    await serving
    for task in done:
        task.result()


async def _warm_and_review(session: Session, notifier: Notifier) -> None:
    """Load what the first mail needs. Then review files, whenever some have been left for later, and show progress."""
    with suppress(Exception):  # the screen shows the error when it is requested
        await asyncio.to_thread(session.warm)
    while True:
        if not session.unreviewed:
            await asyncio.sleep(_REVIEW_INTERVAL)
            continue
        with suppress(RuntimeError):  # the system refuses another thread; try again
            await asyncio.to_thread(session.review)
        notifier.notify()
        await asyncio.sleep(0)


async def _refresh(session: Session, notifier: Notifier) -> None:
    try:
        changed = await asyncio.to_thread(session.refresh)
    except RuntimeError:  # the system refuses another thread, so requests must wait for the refresh
        changed = session.refresh()
    if changed:
        notifier.notify()


async def _refresh_regularly(session: Session, notifier: Notifier, watch_again: asyncio.Event) -> None:
    """Refresh at intervals, and immediately if the project's folder is removed or replaced.

    A watch follows the original folder even if it has moved, so `watch_again` is then set to restart the watches.
    """
    identity, rounds = _identity(session.root), 0
    while True:
        await asyncio.sleep(_FOLDER_INTERVAL)
        rounds += 1
        current = _identity(session.root)
        if current != identity or rounds * _FOLDER_INTERVAL >= _REFRESH_INTERVAL:
            await _refresh(session, notifier)
            rounds = 0
        if current != identity:
            identity = current
            watch_again.set()


def _identity(folder: Path) -> tuple[int, int]:
    """Return the device and inode number of a folder; zeros if it does not exist."""
    with suppress(OSError):
        status = folder.stat()
        return status.st_dev, status.st_ino
    return 0, 0


async def _watch(session: Session, notifier: Notifier, watch_again: asyncio.Event) -> None:
    """Refresh after every change to a file, forever. Restart all watches whenever `watch_again` is set."""

    async def refresh() -> None:
        await _refresh(session, notifier)

    async def catch_up() -> None:
        await asyncio.sleep(_CATCH_UP_DELAY)
        await refresh()

    while True:
        watch_again.clear()
        watched, stop = folders(session.root), asyncio.Event()
        watching_folders = asyncio.create_task(_watch_folders(watched, stop, refresh))
        catching_up = asyncio.create_task(catch_up())
        # Watch the folder of the settings files instead of the files, because editors replace files.
        # If the folder is gone, or the system refuses a watch, _refresh_regularly notices the changes.
        with suppress(OSError, RuntimeError):
            async for _ in awatch(
                session.root, recursive=False, watch_filter=_is_settings_or_folder, step=_STEP, debounce=_DEBOUNCE,
                stop_event=watch_again,
            ):  # fmt: skip
                await refresh()
                if folders(session.root) != watched:
                    watch_again.set()
        stop.set()
        await asyncio.gather(watching_folders, catching_up)
        if not watch_again.is_set():
            await asyncio.sleep(_FOLDER_INTERVAL)


async def _watch_folders(
    watched: tuple[Path, ...], stop: asyncio.Event, refresh: Callable[[], Awaitable[None]]
) -> None:
    if not watched:
        return
    polling = False
    while not stop.is_set():
        try:
            async for _ in awatch(*watched, stop_event=stop, step=_STEP, debounce=_DEBOUNCE, force_polling=polling):
                await refresh()
        except (OSError, RuntimeError):  # the system's limit on watches is reached: poll instead
            if polling:
                return  # a folder is gone: _refresh_regularly will notice
            polling = True


def folders(root: Path) -> tuple[Path, ...]:
    """Return the folders directly inside `root` whose files may affect announcements."""
    try:
        paths = sorted(root.iterdir())
    except OSError:
        return ()
    return tuple(
        each for each in paths
        if not each.name.startswith(".") and each.name not in _IGNORED and not each.is_symlink() and each.is_dir()
    )  # fmt: skip


def _is_settings_or_folder(_: Change, path: str) -> bool:
    name = Path(path).name
    return name in SETTINGS_FILES or ("." not in name and name not in _IGNORED)
