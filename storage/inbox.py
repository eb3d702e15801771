"""The inbox's store: what came in and was handled already."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.statements import add_new, change
from storage.tables import InboxRow


class SqlInboxStore:
    """``bot.deliveries.port.InboxStore`` in a database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def first_time(self, key: str, now: datetime) -> bool:
        """Note ``key``; True the first time, False ever after."""
        return await add_new(self._session, [InboxRow(key=key, seen_at=now)]) == 1

    async def release(self, key: str) -> None:
        """Take the note back."""
        await change(self._session, delete(InboxRow).where(col(InboxRow.key) == key))

    async def remove_before(self, seen_before: datetime) -> int:
        """Remove notes older than that; return how many."""
        return await change(
            self._session, delete(InboxRow).where(col(InboxRow.seen_at) < seen_before)
        )
