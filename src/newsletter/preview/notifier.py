"""Tell every open screen when there is a new version."""

import asyncio


class Notifier:
    """Notifies any number of waiting tasks. All methods must be called from the event loop of the server."""

    def __init__(self) -> None:
        self.closed = False
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Wake all tasks that wait."""
        for event in self._waiting:
            event.set()

    def close(self) -> None:
        """Wake all tasks for the last time, because the server stops."""
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
