"""What reflections need stored. Nothing here takes a member's id, a time or an order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.reflections.model import AnonymousReflection, Window


class ReflectionStore(Protocol):
    """Windows, their content and their tallies, inside one transaction.

    Content rows are known by ``key`` (a keyed hash of the writer's receipt) alone. They carry
    no time, and reading them back tells nothing about the order in which they came.
    """

    async def window(self, window: str) -> Window | None:
        """Return one window, or None."""
        ...

    async def open_windows(self, windows: Sequence[Window]) -> None:
        """Insert those whose id is new; existing ones stay as they are."""
        ...

    async def save_window(self, window: Window) -> None:
        """Replace."""
        ...

    async def windows(
        self, team: str, *, closed_by: datetime | None = None, unreleased: bool = False
    ) -> Sequence[Window]:
        """Return the team's windows, oldest first."""
        ...

    async def before(self, day: date) -> Sequence[Window]:
        """Return all teams' windows whose check-in was earlier than ``day``, released or not."""
        ...

    async def put(self, window: str, key: bytes, reflection: AnonymousReflection) -> None:
        """Insert or replace the row of this key, encrypted."""
        ...

    async def get(self, key: bytes) -> tuple[str, AnonymousReflection] | None:
        """Return the window's id and the reflection of this key, or None."""
        ...

    async def remove(self, key: bytes) -> bool:
        """Remove the row; tell whether there was one."""
        ...

    async def content(self, window: str) -> Sequence[AnonymousReflection]:
        """Return the window's reflections in random order."""
        ...

    async def count(self, window: str) -> int:
        """Return how many reflections the window holds."""
        ...

    async def move(self, source: str, target: str) -> int:
        """Carry over: put those of ``source`` whose writers chose to into ``target``, with new
        random keys (receipts no longer open them); return how many.
        """
        ...

    async def destroy(self, window: str) -> int:
        """Remove all content of the window; return how many rows there were."""
        ...

    async def shuffle(self, window: str) -> None:
        """Write the window's rows anew in random order, so that no physical order remains."""
        ...

    async def tally(self, window: str, item: str, tag: bytes) -> None:
        """Note that one (tagged) person named ``item``; a second time changes nothing."""
        ...

    async def tallies(self, window: str) -> dict[str, int]:
        """Return how many different people named each item."""
        ...

    async def destroy_tallies(self, window: str) -> None:
        """Remove the window's tallies and tags."""
        ...

    async def remove_team(self, team: str) -> None:
        """Remove the team's windows, content and tallies, and destroy its data key."""
        ...
