"""Tell waiting pages that something they show has changed."""

import asyncio
from collections.abc import Callable

__all__ = ["Changes"]


class Changes:
    """A doorbell: rung for some people or for all, heard by whoever listens at that moment."""

    def __init__(self) -> None:
        self._listening: set[tuple[str, asyncio.Event]] = set()
        self.closed = False

    def listen(self, user: str) -> tuple[asyncio.Event, Callable[[], None]]:
        """An event that is set at each change for this person, and how to stop listening."""
        heard = asyncio.Event()
        entry = (user, heard)
        self._listening.add(entry)
        return heard, lambda: self._listening.discard(entry)

    def ring(self, *users: str) -> None:
        """Something changed for these people; with no names, for everyone."""
        for user, heard in self._listening:
            if not users or user in users:
                heard.set()

    def close(self) -> None:
        """Wake everyone for the last time."""
        self.closed = True
        self.ring()
