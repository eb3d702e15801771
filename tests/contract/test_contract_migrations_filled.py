"""Migrations of databases that are in use: every table filled, forth and back, on each database."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import storage
from storage import head, upgrade
from storage.unit_of_work import Database, file_of


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    return made


OLDER: Final = sorted(
    one.revision
    for one in ScriptDirectory.from_config(config()).walk_revisions()
    if one.revision != head()
)

VALUES: Final[dict[type, Any]] = {
    str: "made-up",
    int: 1,
    bool: True,
    bytes: b"sealed",
    datetime: datetime(2026, 1, 5, 9, tzinfo=UTC),
    date: date(2026, 1, 5),
    time: time(9),
    object: ["made-up"],  # JSON
}


def move(connection: sa.Connection, revision: str) -> None:
    """Go to a revision, forth or back."""
    known = config()
    known.attributes["connection"] = connection
    back = sa.inspect(connection).has_table("alembic_version")
    (command.downgrade if back else command.upgrade)(known, revision)


def tables(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables as they are, those that others refer to first."""
    found = sa.MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name != "alembic_version"]


def fill(connection: sa.Connection) -> None:
    for table in tables(connection):
        row = {column.name: VALUES[column.type.python_type] for column in table.columns}
        connection.execute(sa.insert(table).values(row))


def rows(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        for table in tables(connection)
    }


@pytest.mark.parametrize("revision", OLDER)
async def test_a_filled_database_goes_to_the_newest_schema_and_back(
    empty_url: str, revision: str
) -> None:
    database = Database(empty_url)
    if file := file_of(database.url):
        file.parent.mkdir()
    async with database.engine.begin() as connection:
        await connection.run_sync(move, revision)
        await connection.run_sync(fill)
        before = await connection.run_sync(rows)
    await database.close()
    await upgrade(empty_url)
    database = Database(empty_url)
    async with database.engine.begin() as connection:
        newest = await connection.run_sync(rows)
        await connection.run_sync(move, revision)
        after = await connection.run_sync(rows)
    await database.close()
    assert before
    assert all(len(found) == 1 for found in before.values())
    assert {name: found for name, found in after.items() if name in before} == before
    for name, (was,) in before.items():
        (now,) = newest[name]
        assert {column: now.get(column, value) for column, value in was.items()} == was
