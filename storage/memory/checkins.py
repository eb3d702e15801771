"""The check-ins' store in memory."""

from collections.abc import Callable, Sequence

from bot.checkins.model import Participation
from storage.mapping import newest_window


class MemoryCheckInStore:
    """``bot.checkins.port.CheckInStore`` without a database."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Participation] = {}

    async def ask(self, rows: Sequence[Participation]) -> None:
        """Insert those that are new; existing ones stay as they are."""
        for row in rows:
            self._rows.setdefault((row.window, row.member), row)

    async def save(self, row: Participation) -> None:
        """Insert or replace."""
        self._rows[row.window, row.member] = row

    async def get(self, window: str, member: str) -> Participation | None:
        """Return one row, or None."""
        return self._rows.get((window, member))

    async def of_window(self, window: str) -> Sequence[Participation]:
        """Return everyone who was asked in the window, by member."""
        asked = (row for row in self._rows.values() if row.window == window)
        return sorted(asked, key=lambda row: row.member)

    async def of_member(self, workspace: str, member: str) -> Sequence[Participation]:
        """Return the member's rows, newest window first."""
        theirs = (
            row for row in self._rows.values() if (row.workspace, row.member) == (workspace, member)
        )
        return sorted(theirs, key=newest_window, reverse=True)

    async def forget(self, workspace: str, member: str) -> None:
        """Remove the member's rows."""
        for row in await self.of_member(workspace, member):
            del self._rows[row.window, row.member]

    async def remove_windows(self, windows: Sequence[str]) -> None:
        """Remove the rows of these windows."""
        for row in list(self._rows.values()):
            if row.window in windows:
                del self._rows[row.window, row.member]

    def drop(self, is_doomed: Callable[[Participation], bool]) -> None:
        """Remove the rows of which ``is_doomed`` says so."""
        self._rows = {key: row for key, row in self._rows.items() if not is_doomed(row)}
