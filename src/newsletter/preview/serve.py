"""serving: runs the server on this machine only, and watches the project's files."""

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
_NOT_OURS = ("outbox", "node_modules", "venv", "__pycache__")
_GLANCE = 1  # seconds between two looks at where the project's folder is
_TICK = 20  # seconds between two looks at the clock, and at what no watch told
# Milliseconds without a change that end a burst of them, and how long a burst is waited for at most.
_STEP, _MOST = 20, 200
_CATCH_UP = 0.2  # seconds after which watching stands, for what was written before


class Taken(OSError):
    """The port is in use."""


def serve(desk: Session, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address. Port 0 takes any free one. Raises Taken."""
    pulse = Notifier()
    config = uvicorn.Config(
        application(desk, pulse), host=HOST, port=port, log_level="critical", access_log=False, lifespan="off",
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config, pulse, ready)
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(server, desk, pulse))
    if server.refused:
        raise Taken


class _Server(uvicorn.Server):
    """Tells when it is there, and lets go of open screens when it stops."""

    def __init__(self, config: uvicorn.Config, pulse: Notifier, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._pulse = pulse
        self._ready = ready
        self.refused = False

    async def startup(self, sockets: list[Any] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:  # what uvicorn makes of a port that it cannot have
            self.refused = self.should_exit = True
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            self._ready(f"http://{HOST}:{port}/")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._pulse.end()


async def _run(server: uvicorn.Server, desk: Session, pulse: Notifier) -> None:
    serving = asyncio.create_task(server.serve())
    moved = asyncio.Event()
    works = (_watch(desk, pulse, moved), _tick(desk, pulse, moved))
    tasks = {serving, *(asyncio.create_task(work) for work in works)}
    warming = asyncio.create_task(_warm(desk))
    # Watching never ends by itself: what ends first is the server, or a fault.
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in (*tasks - {serving}, warming):
        task.cancel()
    await serving
    for task in done:
        task.result()


async def _warm(desk: Session) -> None:
    with suppress(Exception):  # what is wrong is shown when it is looked at
        await asyncio.to_thread(desk.warm)


async def _refresh(desk: Session, pulse: Notifier) -> None:
    try:
        changed = await asyncio.to_thread(desk.refresh)
    except RuntimeError:  # the system allows no further thread; answers wait meanwhile
        changed = desk.refresh()
    if changed:
        pulse.beat()


async def _tick(desk: Session, pulse: Notifier, moved: asyncio.Event) -> None:
    """Refresh now and then, and at once when another folder is in the place of the project's, or none.

    A watch follows the folder that was there when it began, so `moved` then tells the watches to begin again.
    """
    place, rounds = _identity(desk.root), 0
    while True:
        await asyncio.sleep(_GLANCE)
        rounds += 1
        now = _identity(desk.root)
        if now != place or rounds * _GLANCE >= _TICK:
            await _refresh(desk, pulse)
            rounds = 0
        if now != place:
            place = now
            moved.set()


def _identity(folder: Path) -> tuple[int, int]:
    """What tells a folder from every other one; zeros where there is none."""
    with suppress(OSError):
        seen = folder.stat()
        return seen.st_dev, seen.st_ino
    return 0, 0


async def _watch(desk: Session, pulse: Notifier, moved: asyncio.Event) -> None:
    """Refresh at every change of a file, for ever."""

    async def refresh() -> None:
        await _refresh(desk, pulse)

    async def catch_up() -> None:
        await asyncio.sleep(_CATCH_UP)
        await refresh()

    while True:
        moved.clear()
        watched, stop = folders(desk.root), asyncio.Event()
        inside = asyncio.create_task(_watch_inside(watched, stop, refresh))
        late = asyncio.create_task(catch_up())
        # Settings are watched through their folder: editors replace files.
        with suppress(OSError, RuntimeError):  # the folder is gone, or the system allows no watch: _tick looks
            async for _ in awatch(
                desk.root, recursive=False, watch_filter=_is_settings_or_folder, step=_STEP, debounce=_MOST,
                stop_event=moved,
            ):  # fmt: skip
                await refresh()
                if folders(desk.root) != watched:
                    moved.set()
        stop.set()
        await asyncio.gather(inside, late)
        if not moved.is_set():
            await asyncio.sleep(_GLANCE)


async def _watch_inside(watched: tuple[Path, ...], stop: asyncio.Event, refresh: Callable[[], Awaitable[None]]) -> None:
    if not watched:
        return
    polling = False
    while not stop.is_set():
        try:
            async for _ in awatch(*watched, stop_event=stop, step=_STEP, debounce=_MOST, force_polling=polling):
                await refresh()
        except (OSError, RuntimeError):  # the system's limit of watches: then files are looked at in turn
            if polling:
                return  # a folder is gone: _tick looks
            polling = True


def folders(root: Path) -> tuple[Path, ...]:
    """The folders of the project that may hold what announcements are made of."""
    try:
        inside = sorted(root.iterdir())
    except OSError:
        return ()
    return tuple(
        each for each in inside
        if not each.name.startswith(".") and each.name not in _NOT_OURS and not each.is_symlink() and each.is_dir()
    )  # fmt: skip


def _is_settings_or_folder(_: Change, path: str) -> bool:
    name = Path(path).name
    return name in SETTINGS_FILES or ("." not in name and name not in _NOT_OURS)
