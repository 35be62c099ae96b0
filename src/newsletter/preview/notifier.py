"""Notify every open screen of a new version."""

import asyncio


class Notifier:
    """Notifies any number of waiting tasks. All methods must be called from the event loop of the server."""

    def __init__(self) -> None:
        self.closed = False
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Wake all waiting tasks."""
        for event in self._waiting:
            event.set()

    def close(self) -> None:
        """Wake all waiting tasks for the last time, when the server stops."""
        self.closed = True
        self.notify()

    async def wait(self, seconds: float) -> bool:
        """Wait for the next notification. Returns False if none comes within `seconds`."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(event)
        return True
