"""The check-ins' store: participation, apart from all content."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.checkins.model import Participation
from storage import mapping
from storage.statements import add_new, batches, change, find, put
from storage.tables import ParticipationRow


class SqlCheckInStore:
    """``bot.checkins.port.CheckInStore`` in a database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ask(self, rows: Sequence[Participation]) -> None:
        """Insert those that are new; existing ones stay as they are."""
        await add_new(self._session, rows, ParticipationRow)

    async def save(self, row: Participation) -> None:
        """Insert or replace."""
        await put(self._session, [row], ParticipationRow)

    async def get(self, window: str, member: str) -> Participation | None:
        """Return one row, or None."""
        row = await find(self._session, ParticipationRow, window, member)
        return None if row is None else mapping.to_participation(row)

    async def of_window(self, window: str) -> Sequence[Participation]:
        """Return everyone who was asked in the window, by member."""
        rows = await self._session.scalars(
            select(ParticipationRow)
            .where(col(ParticipationRow.window) == window)
            .order_by(col(ParticipationRow.member))
        )
        return [mapping.to_participation(row) for row in rows]

    async def of_member(self, workspace: str, member: str) -> Sequence[Participation]:
        """Return the member's rows, newest window first."""
        rows = await self._session.scalars(
            select(ParticipationRow).where(
                col(ParticipationRow.workspace) == workspace,
                col(ParticipationRow.member) == member,
            )
        )
        found = [mapping.to_participation(row) for row in rows]
        return sorted(found, key=mapping.newest_window, reverse=True)

    async def forget(self, workspace: str, member: str) -> None:
        """Remove the member's rows."""
        await change(
            self._session,
            delete(ParticipationRow).where(
                col(ParticipationRow.workspace) == workspace,
                col(ParticipationRow.member) == member,
            ),
        )

    async def remove_windows(self, windows: Sequence[str]) -> None:
        """Remove the rows of these windows."""
        for some in batches(windows):
            await change(
                self._session,
                delete(ParticipationRow).where(col(ParticipationRow.window).in_(some)),
            )
