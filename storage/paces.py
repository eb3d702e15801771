"""From when each workspace has a free place for a post."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.statements import among, put
from storage.tables import PaceRow


async def free_from(session: AsyncSession, workspaces: Collection[str]) -> Mapping[str, datetime]:
    """Return from when each workspace has a free place; those that never had one are left out.

    Nobody else changes them until the transaction ends: who holds a workspace back meanwhile waits,
    and takes the places back that were given.
    """
    rows = await session.execute(
        select(col(PaceRow.workspace), col(PaceRow.free_from))
        .where(among(session, col(PaceRow.workspace), workspaces))
        .order_by(col(PaceRow.workspace))  # always in the same order, so that nobody waits in turn
        .with_for_update()  # SQLite has one writer and leaves this out
    )
    return dict(rows.all())


async def take(session: AsyncSession, moments: Mapping[str, datetime]) -> None:
    """Note from when workspaces have free places."""
    await put(session, [PaceRow(workspace=one, free_from=at) for one, at in moments.items()])
