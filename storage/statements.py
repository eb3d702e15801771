"""The few statements that all repositories share, in both dialects."""

import json
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Delete,
    Select,
    String,
    Table,
    Update,
    any_,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations

from storage import sets
from storage.tables import METADATA, Row

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT", bound=Row)

_BATCH: Final = 1000  # far below the limits on bound values (SQLite 32,766, PostgreSQL 65,535)


def batches(items: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    """Yield ``items`` in pieces that fit into one ``IN (…)``."""
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def among(
    session: AsyncSession, column: SQLCoreOperations[str], texts: Collection[str]
) -> ColumnElement[bool]:
    """Return whether a column holds one of the texts: one bound value, however many there are, and
    one statement to compile.
    """
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(texts), ARRAY(String)))
    held = func.json_each(json.dumps(list(texts))).table_valued("value")
    return column.in_(select(held.c.value))


def among_pairs(
    session: AsyncSession,
    columns: tuple[SQLCoreOperations[str], SQLCoreOperations[str]],
    pairs: Collection[tuple[str, str]],
) -> ColumnElement[bool]:
    """Return whether two columns hold one of the pairs. An index of both is asked once a pair: with
    each column apart it would be asked for every first with every second.
    """
    known = list(pairs)
    wanted: Select[Any]
    if session.get_bind().dialect.name == "postgresql":
        sides = (literal([one[at] for one in known], ARRAY(String)) for at in (0, 1))
        held = func.unnest(*sides).table_valued("first", "second").render_derived()
        wanted = select(held.c.first, held.c.second)
    else:
        held = func.json_each(json.dumps(known)).table_valued("value")
        wanted = select(*(func.json_extract(held.c.value, f"$[{at}]") for at in (0, 1)))
    return tuple_(*columns).in_(wanted)


async def find(session: AsyncSession, model: type[RowT], *key: str | bytes) -> RowT | None:
    """Return the row of this primary key as the database has it, or None."""
    return await session.get(model, key, populate_existing=True)


async def add_new(
    session: AsyncSession, rows: Sequence[object], into: type[Row] | None = None
) -> int:
    """Insert those of one table whose key is new; return how many were.

    ``rows`` are the table's rows, or with ``into`` anything with its columns as attributes: for
    what comes by the ten thousand, and is not made into rows first.
    """
    if not rows:
        return 0
    table = _table(rows, into)
    return await _insert(session, table, values_of(table, rows), "ON CONFLICT DO NOTHING")


async def add_values(session: AsyncSession, table: Table, rows: Sequence[sets.Values]) -> int:
    """As ``add_new``, from the values of all columns in the table's order."""
    return await _insert(session, table, rows, "ON CONFLICT DO NOTHING") if rows else 0


def values_of(table: Table, rows: Sequence[object]) -> list[tuple[Any, ...]]:
    """Return the values of all columns, in the table's order."""
    return list(map(attrgetter(*(column.key for column in table.columns)), rows))


async def put(session: AsyncSession, rows: Sequence[object], into: type[Row] | None = None) -> None:
    """Insert or replace by the primary key; of two with the same key the later counts."""
    if not rows:
        return
    table = _table(rows, into)
    key = [column.key for column in table.primary_key]
    last = {tuple(getattr(row, name) for name in key): row for row in rows}
    changed = (column.key for column in table.columns if not column.primary_key)
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    then = " ".join(("ON CONFLICT (", _quoted(key), ") DO UPDATE SET", replaced))
    await _insert(session, table, values_of(table, list(last.values())), then)


async def change(session: AsyncSession, statement: Update | Delete) -> int:
    """Run an update or delete; return how many rows it met."""
    connection = await session.connection()
    return (await connection.execute(statement)).rowcount


async def change_each(
    session: AsyncSession,
    model: type[Row],
    known: Sequence[str],
    new: Sequence[str],
    rows: Sequence[sets.Values],
) -> Sequence[Any]:
    """Change each row that still is as it is known; return the first known column of those.

    Args:
        session: Its transaction.
        model: The table.
        known: Columns that must still hold a row's first values, its key among them.
        new: Columns that its further values are put into.
        rows: The values.
    """
    if not rows:
        return []
    table = table_of(model)
    put_in = ", ".join(f'"{name}" = new.n{len(known) + at}' for at, name in enumerate(new))
    same = " AND ".join(f'"{table.name}"."{name}" = new.n{at}' for at, name in enumerate(known))
    parts = ("UPDATE", table.name, "SET", put_in, "FROM {new} WHERE", same, "RETURNING", known[0])
    results = await sets.run(session, table, [*known, *new], rows, " ".join(parts))
    return [one for result in results for one in result.scalars()]


async def _insert(
    session: AsyncSession, table: Table, rows: Sequence[sets.Values], conflict: str
) -> int:
    names = [column.key for column in table.columns]
    taken = ", ".join(f"new.n{at}" for at in range(len(names)))
    parts = ("INSERT INTO", table.name, "(", _quoted(names), ") SELECT", taken, "FROM {new}")
    # Without a WHERE, SQLite would take ON for a join's.
    then = " ".join((*parts, "WHERE true", conflict))
    results = await sets.run(session, table, names, rows, then)
    return sum(result.rowcount for result in results)


def _table(rows: Sequence[object], into: type[Row] | None) -> Table:
    model = into or type(rows[0])
    if not issubclass(model, Row):
        raise TypeError(model.__name__)
    return table_of(model)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def table_of(model: type[Row]) -> Table:
    """Return a model's table, for statements that need no objects."""
    return METADATA.tables[str(model.__tablename__)]
