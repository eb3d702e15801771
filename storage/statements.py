"""The few statements that all repositories share, in both dialects."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Delete, Table, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import METADATA, Row

Values = dict[str, Any]
"""One row, by the names of its columns."""

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
    return await add_values(session, type(rows[0]), [_values(row) for row in rows])


async def add_values(session: AsyncSession, model: type[Row], rows: Sequence[Values]) -> int:
    """As ``add_new``, from plain values: for rows that come by the ten thousand."""
    if not rows:
        return 0
    return await _many(session, _insert(session, table_of(model)).on_conflict_do_nothing(), rows)


async def put(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Insert or replace rows of one table by their primary key."""
    if rows:
        await put_values(session, type(rows[0]), [_values(row) for row in rows])


async def put_values(session: AsyncSession, model: type[Row], rows: Sequence[Values]) -> None:
    """As ``put``, from plain values."""
    if not rows:
        return
    table = table_of(model)
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


async def many(session: AsyncSession, statement: Update, rows: Sequence[Values]) -> None:
    """Run one update for each of ``rows``, its bound values: the driver's executemany."""
    if rows:
        await (await session.connection()).execute(statement, rows)


async def _many(
    session: AsyncSession, statement: sqlite.Insert | postgresql.Insert, rows: Sequence[Values]
) -> int:
    # The driver's executemany: one compiled statement however many rows there are.
    connection = await session.connection()
    result = await connection.execute(
        statement,
        rows,
        execution_options={"preserve_rowcount": True},  # else kept for updates and deletes only
    )
    return result.rowcount


def _insert(session: AsyncSession, table: Table) -> sqlite.Insert | postgresql.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def table_of(model: type[Row]) -> Table:
    """Return a model's table, for statements that need no objects."""
    return METADATA.tables[str(model.__tablename__)]


def _values(row: Row) -> Values:
    return {column.key: getattr(row, column.key) for column in table_of(type(row)).columns}
