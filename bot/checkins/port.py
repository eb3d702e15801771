"""What check-ins need stored: participation, apart from all content."""

from collections.abc import Sequence
from typing import Protocol

from bot.checkins.model import Participation


class CheckInStore(Protocol):
    """Participation, inside one transaction."""

    async def ask(self, rows: Sequence[Participation]) -> None:
        """Insert those that are new; existing ones stay as they are."""
        ...

    async def save(self, row: Participation) -> None:
        """Insert or replace."""
        ...

    async def get(self, window: str, member: str) -> Participation | None:
        """Return one row, or None."""
        ...

    async def of_window(self, window: str) -> Sequence[Participation]:
        """Return everyone who was asked in the window."""
        ...

    async def of_member(self, workspace: str, member: str) -> Sequence[Participation]:
        """Return the member's rows, newest window first."""
        ...

    async def forget(self, workspace: str, member: str) -> None:
        """Remove the member's rows."""
        ...

    async def remove_windows(self, windows: Sequence[str]) -> None:
        """Remove the rows of these windows (retention)."""
        ...
