"""The digests' store: what was released, sealed and never released differently."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.digests.model import Digest
from storage import mapping
from storage.statements import add_new, batches, change, find
from storage.tables import DigestRow
from storage.unit_of_work import SCRUB
from storage.vault import Vault


class SqlDigestStore:
    """``bot.digests.port.DigestStore`` in a database."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def freeze(self, digest: Digest) -> None:
        """Insert; a digest that is there already stays as it is."""
        plain = mapping.digest_to_bytes(digest)
        sealed = await self._vault.seal(
            _owner(digest.team), plain, DigestRow.__tablename__, digest.id
        )
        row = DigestRow(id=digest.id, team=digest.team, day=digest.day, sealed=sealed)
        await add_new(self._session, [row])

    async def digest(self, digest: str) -> Digest | None:
        """Return one digest, or None."""
        row = await find(self._session, DigestRow, digest)
        return None if row is None else await self._open(row)

    async def of_team(self, team: str, limit: int = 12) -> Sequence[Digest]:
        """Return the team's digests, newest first."""
        rows = await self._session.scalars(
            select(DigestRow)
            .where(col(DigestRow.team) == team)
            .order_by(col(DigestRow.day).desc(), col(DigestRow.id))
            .limit(limit)
        )
        return [await self._open(row) for row in rows]

    async def all(self) -> Sequence[Digest]:
        """Return every digest, newest first."""
        rows = await self._session.scalars(
            select(DigestRow).order_by(col(DigestRow.day).desc(), col(DigestRow.id))
        )
        return [await self._open(row) for row in rows]

    async def remove(self, digests: Sequence[str]) -> None:
        """Remove."""
        self._session.info[SCRUB] = True
        for some in batches(digests):
            await change(self._session, delete(DigestRow).where(col(DigestRow.id).in_(some)))

    async def remove_team(self, team: str) -> None:
        """Remove all of a team, and destroy the key that sealed its digests."""
        self._session.info[SCRUB] = True
        await change(self._session, delete(DigestRow).where(col(DigestRow.team) == team))
        await self._vault.destroy(_owner(team))

    async def _open(self, row: DigestRow) -> Digest:
        plain = await self._vault.open(
            _owner(row.team), row.sealed, DigestRow.__tablename__, row.id
        )
        return mapping.bytes_to_digest(plain)


def _owner(team: str) -> str:
    return f"digests:{team}"
