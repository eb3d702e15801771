"""Rows in sets: one statement for many rows, the same in both dialects.

The drivers' ``executemany`` runs one statement a row. With SQLite each of them waits for Python's
lock: 20,000 rows take 0.2 s while the event loop rests, and 10 s and more while it works. One
statement with all the values in it needs the lock once, and leaves the loop alone meanwhile.

SQLite takes the values themselves, PostgreSQL one JSON text. Both know them by the name ``new``.
Statements are put together from the names of our own tables; values are bound, always.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from sqlalchemy import JSON, Column, CursorResult, Dialect, LargeBinary, Table
from sqlalchemy.ext.asyncio import AsyncSession

Values = Sequence[Any]
"""One row, in the order of its columns."""

Convert = Callable[[Any], Any]

_MOST_SQLITE: Final = 1024  # rows; of 15 columns far below SQLite's 32,766 bound values
_FEW: Final = 64
_MOST_POSTGRES: Final = 5000


async def run(
    session: AsyncSession,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Values],
    statement: str,
) -> Sequence[CursorResult[Any]]:
    """Run a statement on ``rows``; return the result for each piece of them.

    Args:
        session: Its transaction.
        table: Whose columns' types the values have.
        columns: Which of them, in the order of the values; a name may come twice.
        rows: Any number of them, none included.
        statement: Without values of its own. It selects from ``{new}``, whose columns it knows as
            new.n0, new.n1, …
    """
    connection = await session.connection()
    dialect = connection.dialect
    is_sqlite = dialect.name == "sqlite"
    types = tuple(table.columns[name] for name in columns)
    results = []
    for some in _sizes(rows) if is_sqlite else _pieces(rows):
        known = _converted(some, types, dialect)
        if is_sqlite:
            new = _sqlite(len(types), len(some))
            bound: tuple[Any, ...] = tuple(chain.from_iterable(known))
        else:
            new = _postgres(types, dialect)
            bound = (json.dumps(known, default=_plain),)
        results.append(
            await connection.exec_driver_sql(
                statement.format(new=new), bound, execution_options={"preserve_rowcount": True}
            )
        )
    return results


def _sizes(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """Yield pieces of few different sizes: SQLite keeps what it made of each text it has met."""
    start = 0
    while left := len(rows) - start:
        size = left if left <= _FEW else min(_MOST_SQLITE, 1 << (left.bit_length() - 1))
        yield rows[start : start + size]
        start += size


def _pieces(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    for start in range(0, len(rows), _MOST_POSTGRES):
        yield rows[start : start + _MOST_POSTGRES]


def _names(count: int) -> list[str]:
    return [f"n{number}" for number in range(count)]


@lru_cache(maxsize=256)
def _sqlite(columns: int, rows: int) -> str:
    one = f"({', '.join('?' * columns)})"
    values = ", ".join([one] * rows)
    named = ", ".join(f"column{at + 1} AS {name}" for at, name in enumerate(_names(columns)))
    parts = ("(SELECT", named, "FROM (VALUES", values, ")) AS new")
    return " ".join(parts)


@lru_cache(maxsize=64)
def _postgres(columns: tuple[Column[Any], ...], dialect: Dialect) -> str:
    kinds = (column.type.compile(dialect=dialect) for column in columns)
    shape = ", ".join(
        f"{name} {kind}" for name, kind in zip(_names(len(columns)), kinds, strict=True)
    )
    return f"json_to_recordset(%s::json) AS new({shape})"


def _converted(
    rows: Sequence[Values], columns: tuple[Column[Any], ...], dialect: Dialect
) -> Sequence[Any]:
    """Return the rows with their values as the database wants them (for JSON, named)."""
    turned = [
        values if convert is None else _each(values, convert)
        for values, convert in zip(
            zip(*rows, strict=True), _converters(columns, dialect), strict=True
        )
    ]
    if dialect.name == "sqlite":
        return list(zip(*turned, strict=True))
    names = _names(len(columns))
    return [dict(zip(names, row, strict=True)) for row in zip(*turned, strict=True)]


def _each(values: Sequence[Any], convert: Convert) -> list[Any]:
    # Of many instants few differ, and to write one takes longer than to find it.
    if isinstance(values[0], date | time):
        known = {value: convert(value) for value in set(values)}
        return [known[value] for value in values]
    return [convert(value) for value in values]


@lru_cache(maxsize=64)
def _converters(columns: tuple[Column[Any], ...], dialect: Dialect) -> tuple[Convert | None, ...]:
    def of(column: Column[Any]) -> Convert | None:
        if dialect.name != "sqlite" and isinstance(column.type, JSON | LargeBinary):
            return None  # JSON is itself within JSON, and bytes are _plain's business
        return column.type.dialect_impl(dialect).bind_processor(dialect)

    return tuple(of(column) for column in columns)


def _plain(value: object) -> str:
    """Return what JSON does not know as PostgreSQL reads it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    raise TypeError(type(value).__name__)
