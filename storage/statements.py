"""The few statements that all repositories share, in both dialects."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Delete, Table, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import METADATA, Row

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT", bound=Row)

_BATCH: Final = 1000  # far below the limits on bound values (SQLite 32,766, PostgreSQL 65,535)


def batches(items: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    """Yield ``items`` in pieces that fit into one ``IN (…)``."""
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


async def find(session: AsyncSession, model: type[RowT], *key: str | bytes) -> RowT | None:
    """Return the row of this primary key as the database has it, or None."""
    return await session.get(model, key, populate_existing=True)


async def add_new(session: AsyncSession, rows: Sequence[Row]) -> int:
    """Insert the rows of one table whose key is new; return how many were."""
    if not rows:
        return 0
    statement = _insert(session, _table(rows[0])).on_conflict_do_nothing()
    return await _many(session, statement, rows)


async def put(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Insert or replace rows of one table by their primary key."""
    if not rows:
        return
    table = _table(rows[0])
    statement = _insert(session, table)
    changed = {c.key: statement.excluded[c.key] for c in table.columns if not c.primary_key}
    await _many(
        session,
        statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed),
        rows,
    )


async def change(session: AsyncSession, statement: Update | Delete) -> int:
    """Run an update or delete; return how many rows it met."""
    connection = await session.connection()
    return (await connection.execute(statement)).rowcount


async def many(session: AsyncSession, statement: Update, rows: Sequence[dict[str, Any]]) -> None:
    """Run one update for each of ``rows``, its bound values: the driver's executemany."""
    if rows:
        await (await session.connection()).execute(statement, rows)


async def _many(
    session: AsyncSession, statement: sqlite.Insert | postgresql.Insert, rows: Sequence[Row]
) -> int:
    # The driver's executemany: one compiled statement however many rows there are.
    connection = await session.connection()
    result = await connection.execute(
        statement,
        [_values(row) for row in rows],
        execution_options={"preserve_rowcount": True},  # else kept for updates and deletes only
    )
    return result.rowcount


def _insert(session: AsyncSession, table: Table) -> sqlite.Insert | postgresql.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _table(row: Row) -> Table:
    return METADATA.tables[str(row.__tablename__)]


def _values(row: Row) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in _table(row).columns}
