"""pulse: wakes every open screen when there is something new."""

import asyncio


class Notifier:
    """Beats when there is something new. All methods belong to the loop of the server."""

    def __init__(self) -> None:
        self.ended = False
        self._waiting: set[asyncio.Event] = set()

    def beat(self) -> None:
        """Wake all that wait."""
        for event in self._waiting:
            event.set()

    def end(self) -> None:
        """Wake all for good: the server stops."""
        self.ended = True
        self.beat()

    async def next(self, seconds: float) -> bool:
        """Wait for a beat; False when none came in time."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(event)
        return True
