"""Whose turn it is to tick, where several processes share a database."""

from datetime import datetime
from typing import Final

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.statements import add_new, change, find
from storage.tables import TurnRow

_TICK: Final = "tick"


async def take(session: AsyncSession, holder: str, now: datetime, until: datetime) -> bool:
    """Let ``holder`` tick until then, if nobody else's turn is still running.

    A turn that ends later than ``until`` was noted by a clock that was set back since.
    """
    end = col(TurnRow.until)
    is_free = or_(col(TurnRow.holder) == holder, end <= now, end > until)
    met = await change(
        session,
        update(TurnRow)
        .where(col(TurnRow.id) == _TICK, is_free)
        .values(holder=holder, until=until, ticked_at=now),
    )
    return bool(met) or bool(
        await add_new(session, [TurnRow(id=_TICK, holder=holder, until=until, ticked_at=now)])
    )


async def leave(session: AsyncSession, holder: str) -> None:
    """End the holder's turn."""
    await change(
        session,
        update(TurnRow)
        .where(col(TurnRow.id) == _TICK, col(TurnRow.holder) == holder)
        .values(until=col(TurnRow.ticked_at)),
    )


async def last(session: AsyncSession) -> datetime | None:
    """Return when the last tick was, of any process."""
    turn = await find(session, TurnRow, _TICK)
    return turn.ticked_at if turn else None
