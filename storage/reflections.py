"""The reflections' store: windows, anonymous content, tallies.

What keeps writers apart from their words: rows are known by a random key alone, hold neither a
time nor a member, are sealed whole and padded. With every row that comes in, all rows of its
window are written anew in random order: PostgreSQL's ``ctid`` and ``xmin``, and the place within
a page of SQLite's file, would otherwise tell in which order they came. SQLite's write-ahead log,
which holds the pages as they were before, is emptied after each such transaction. What was asked
is sealed under the week's salt.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import NotFound
from bot.reflections.model import AnonymousReflection, IfFew, Window, WindowState
from storage import mapping
from storage.cipher import KEY_BYTES, Names, pad, unpad
from storage.statements import add_new, batches, change, find, put
from storage.tables import ReflectionRow, TallyRow, WindowRow
from storage.unit_of_work import SCRUB
from storage.vault import Vault

_RANDOM = secrets.SystemRandom()


class SqlReflectionStore:
    """``bot.reflections.port.ReflectionStore`` in a database."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def window(self, window: str) -> Window | None:
        """Return one window, or None."""
        row = await find(self._session, WindowRow, window)
        return None if row is None else await self._window(row)

    async def open_windows(self, windows: Sequence[Window]) -> None:
        """Insert those whose id is new; existing ones stay as they are."""
        await self._vault.prepare({_owner(window.team) for window in windows})
        await add_new(self._session, [await self._sealed(window) for window in windows], WindowRow)

    async def save_window(self, window: Window) -> None:
        """Replace."""
        self._session.info[SCRUB] = True  # a destroyed salt is not left in the log
        await put(self._session, [await self._sealed(window)], WindowRow)

    async def windows(
        self, team: str, *, closed_by: datetime | None = None, unreleased: bool = False
    ) -> Sequence[Window]:
        """Return the team's windows, oldest first."""
        query = select(WindowRow).where(col(WindowRow.team) == team)
        if closed_by is not None:
            query = query.where(col(WindowRow.closes_at) <= closed_by)
        if unreleased:
            query = query.where(col(WindowRow.state) == WindowState.OPEN)
        rows = await self._session.scalars(query.order_by(col(WindowRow.day), col(WindowRow.id)))
        return [await self._window(row) for row in rows]

    async def before(self, day: date) -> Sequence[Window]:
        """Return all teams' windows whose check-in was earlier than ``day``, released or not."""
        query = select(WindowRow).where(col(WindowRow.day) < day)
        return [await self._window(row) for row in await self._session.scalars(query)]

    async def put(self, window: str, key: bytes, reflection: AnonymousReflection) -> None:
        """Insert or replace the row of this key, sealed; raise ``NotFound`` for the window."""
        sealed = await self._seal(await self._team(window), window, key, reflection)
        await put(self._session, [ReflectionRow(key=key, window=window, sealed=sealed)])
        await self._mix_content(window)

    async def get(self, key: bytes) -> tuple[str, AnonymousReflection] | None:
        """Return the window's id and the reflection of this key, or None."""
        row = await find(self._session, ReflectionRow, key)
        if row is None:
            return None
        return row.window, await self._open(await self._team(row.window), row)

    async def remove(self, key: bytes) -> bool:
        """Remove the row; tell whether there was one."""
        self._session.info[SCRUB] = True
        met = await change(
            self._session, delete(ReflectionRow).where(col(ReflectionRow.key) == key)
        )
        return met == 1

    async def content(self, window: str) -> Sequence[AnonymousReflection]:
        """Return the window's reflections in random order."""
        rows = await self._rows(window)
        if not rows:
            return []
        team = await self._team(window)
        return [await self._open(team, row) for row in rows]

    async def count(self, window: str) -> int:
        """Return how many reflections the window holds."""
        query = select(func.count()).where(col(ReflectionRow.window) == window)
        return await self._session.scalar(query) or 0

    async def move(self, source: str, target: str) -> int:
        """Carry over those whose writers chose to, under new random keys; return how many."""
        from_team, to_team = await self._team(source), await self._team(target)
        old_keys, anew = [], []
        for row in await self._rows(source):
            reflection = await self._open(from_team, row)
            if reflection.if_few is IfFew.CARRY_OVER:
                old_keys.append(row.key)
                key = secrets.token_bytes(KEY_BYTES)
                carried = replace(reflection, carried=True)
                sealed = await self._seal(to_team, target, key, carried)
                anew.append(ReflectionRow(key=key, window=target, sealed=sealed))
        await self._replace(old_keys, anew)
        await self._mix_content(target)
        return len(anew)

    async def destroy(self, window: str) -> int:
        """Remove all content of the window; return how many rows there were."""
        self._session.info[SCRUB] = True
        return await change(
            self._session, delete(ReflectionRow).where(col(ReflectionRow.window) == window)
        )

    async def shuffle(self, window: str) -> None:
        """Write the window's rows and tallies anew in random order."""
        await self._mix_content(window)
        await self._mix_tallies(window)

    async def tally(self, window: str, item: str, tag: bytes) -> None:
        """Note that one (tagged) person named ``item``; raise ``NotFound`` for the window."""
        sealed = (await self._names(window)).seal(item)
        if await add_new(self._session, [TallyRow(window=window, item=sealed, tag=tag)]):
            await self._mix_tallies(window)

    async def tallies(self, window: str) -> dict[str, int]:
        """Return how many different people named each item."""
        rows = await self._session.execute(
            select(col(TallyRow.item), func.count())
            .where(col(TallyRow.window) == window)
            .group_by(col(TallyRow.item))
        )
        found = rows.all()
        if not found:
            return {}
        names = await self._names(window)
        return {names.open(item): people for item, people in found}

    async def destroy_tallies(self, window: str) -> None:
        """Remove the window's tallies and tags."""
        self._session.info[SCRUB] = True
        await change(self._session, delete(TallyRow).where(col(TallyRow.window) == window))

    async def remove_team(self, team: str) -> None:
        """Remove the team's windows, content and tallies, and destroy its data key."""
        self._session.info[SCRUB] = True
        theirs = select(col(WindowRow.id)).where(col(WindowRow.team) == team)
        for statement in (
            delete(ReflectionRow).where(col(ReflectionRow.window).in_(theirs)),
            delete(TallyRow).where(col(TallyRow.window).in_(theirs)),
            delete(WindowRow).where(col(WindowRow.team) == team),
        ):
            await change(self._session, statement)
        await self._vault.destroy(_owner(team))

    async def _rows(self, window: str) -> list[ReflectionRow]:
        query = select(ReflectionRow).where(col(ReflectionRow.window) == window)
        rows = list(await self._session.scalars(query))
        _RANDOM.shuffle(rows)
        return rows

    async def _mix_content(self, window: str) -> None:
        rows = await self._rows(window)
        await self._replace([row.key for row in rows], rows)

    async def _mix_tallies(self, window: str) -> None:
        query = select(TallyRow).where(col(TallyRow.window) == window)
        rows = list(await self._session.scalars(query))
        _RANDOM.shuffle(rows)
        await self.destroy_tallies(window)
        await add_new(self._session, rows)

    async def _replace(self, old_keys: Sequence[bytes], rows: Sequence[ReflectionRow]) -> None:
        self._session.info[SCRUB] = True
        for some in batches(old_keys):
            await change(
                self._session, delete(ReflectionRow).where(col(ReflectionRow.key).in_(some))
            )
        await add_new(self._session, rows)

    async def _team(self, window: str) -> str:
        query = select(col(WindowRow.team)).where(col(WindowRow.id) == window)
        team = await self._session.scalar(query)
        if team is None:
            raise NotFound(what="week")
        return team

    async def _names(self, window: str) -> Names:
        """Return what seals a window's items, under its salt: gone with it."""
        found = await self.window(window)
        if found is None:
            raise NotFound(what="week")
        return Names(found.salt, TallyRow.__tablename__, window)

    async def _window(self, row: WindowRow) -> Window:
        place = (WindowRow.__tablename__, row.id)
        return mapping.to_window(row, await self._vault.open(_owner(row.team), row.salt, *place))

    async def _sealed(self, window: Window) -> Window:
        place = (WindowRow.__tablename__, window.id)
        salt = await self._vault.seal(_owner(window.team), window.salt, *place)
        return replace(window, salt=salt)

    async def _seal(
        self, team: str, window: str, key: bytes, reflection: AnonymousReflection
    ) -> bytes:
        plain = pad(mapping.reflection_to_bytes(reflection))
        return await self._vault.seal(_owner(team), plain, *_place(window, key))

    async def _open(self, team: str, row: ReflectionRow) -> AnonymousReflection:
        place = _place(row.window, row.key)
        plain = await self._vault.open(_owner(team), row.sealed, *place)
        return mapping.bytes_to_reflection(unpad(plain))


def _owner(team: str) -> str:
    return f"reflections:{team}"


def _place(window: str, key: bytes) -> tuple[str | bytes, ...]:
    return ReflectionRow.__tablename__, window, key
