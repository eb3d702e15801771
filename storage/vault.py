"""Data keys: each owner's text has a random key of its own, wrapped by the master key.

Destroying the wrapped key destroys the owner's text wherever a copy of it may lie.
"""

import secrets
from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import WrongKey, WrongText
from storage.cipher import KEY_BYTES, Keyring
from storage.statements import add_new, add_values, among, change, find, put, table_of
from storage.tables import DataKeyRow, KeyCheckRow

_CHECK: Final = "attune"


class Vault:
    """Seals and opens texts within one transaction.

    An owner is named by a feature and an id (``"reflections:<team>"``), so that one feature can
    destroy its texts without touching another's.
    """

    def __init__(self, session: AsyncSession, master: Keyring) -> None:
        self._session = session
        self._master = master
        self._rings: dict[str, Keyring] = {}

    async def prepare(self, owners: Collection[str]) -> None:
        """Fetch the keys of all these owners at once, and make those that are missing."""
        await self._fetch(owners)
        missing = [owner for owner in sorted(owners) if owner not in self._rings]
        fresh = [(owner, self._fresh(owner)) for owner in missing]
        await add_values(self._session, table_of(DataKeyRow), fresh)
        await self._fetch(missing)  # read back: another process may have been first

    async def seal(self, owner: str, plain: bytes, *place: str | bytes) -> bytes:
        """Seal with the owner's key; the key is made when there is none yet."""
        if await self._ring(owner) is None:
            await self.prepare([owner])
        ring = await self._ring(owner)
        if ring is None:
            raise WrongText
        return ring.seal(plain, *place)

    async def open(self, owner: str, sealed: bytes, *place: str | bytes) -> bytes:
        """Open with the owner's key; raise ``WrongText`` when it is gone or does not fit."""
        ring = await self._ring(owner)
        if ring is None:
            raise WrongText
        return ring.open(sealed, *place)

    async def destroy(self, owner: str) -> None:
        """Destroy the owner's key, and with it all that it sealed."""
        self._rings.pop(owner, None)
        await change(self._session, delete(DataKeyRow).where(col(DataKeyRow.owner) == owner))

    async def _ring(self, owner: str) -> Keyring | None:
        if owner not in self._rings:
            await self._fetch([owner])
        return self._rings.get(owner)

    async def _fetch(self, owners: Collection[str]) -> None:
        unknown = set(owners) - self._rings.keys()
        if not unknown:
            return
        rows = await self._session.execute(
            select(col(DataKeyRow.owner), col(DataKeyRow.wrapped)).where(
                among(self._session, col(DataKeyRow.owner), unknown)
            )
        )
        for owner, wrapped in rows:
            key = self._master.open(wrapped, DataKeyRow.__tablename__, owner)
            self._rings[owner] = Keyring([key])

    def _fresh(self, owner: str) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        return self._master.seal(key, DataKeyRow.__tablename__, owner)


async def check_keys(session: AsyncSession, master: Keyring) -> bytes:
    """Make sure that ``master`` opens this database, and wrap its keys with the newest.

    An empty database takes the key for its own. After this an older master key can be dropped,
    once no other process seals with it.

    Returns:
        The database's own secret of 32 bytes: made with it, and the same under every master key.

    Raises:
        WrongKey: The database was made with keys that are not in the ring.
    """
    first = _check_row(master, secrets.token_bytes(KEY_BYTES))
    await add_new(session, [first])
    check = await find(session, KeyCheckRow, _CHECK) or first
    try:
        secret = master.open(check.sealed, KeyCheckRow.__tablename__, _CHECK)
        await wrap_anew(session, master)
        if not master.is_newest(check.sealed):
            await put(session, [_check_row(master, secret)])
    except WrongText:
        raise WrongKey from None
    return secret


def _check_row(master: Keyring, secret: bytes) -> KeyCheckRow:
    sealed = master.seal(secret, KeyCheckRow.__tablename__, _CHECK)
    return KeyCheckRow(id=_CHECK, sealed=sealed)


async def wrap_anew(session: AsyncSession, master: Keyring) -> int:
    """Wrap those data keys with the newest master key that an older one wraps; return how many.

    Another process may have made some since: one that has not been given the newest key first.
    """
    anew = []
    for row in (await session.scalars(select(DataKeyRow))).all():
        if not master.is_newest(row.wrapped):
            key = master.open(row.wrapped, DataKeyRow.__tablename__, row.owner)
            wrapped = master.seal(key, DataKeyRow.__tablename__, row.owner)
            anew.append(DataKeyRow(owner=row.owner, wrapped=wrapped))
    await put(session, anew)
    return len(anew)


async def count_keys(session: AsyncSession) -> int:
    """Return how many data keys there are."""
    return await session.scalar(select(func.count()).select_from(DataKeyRow)) or 0
