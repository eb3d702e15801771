"""Migrations: from nothing to exactly what the code expects, on every database."""

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import DatabaseBehind
from storage import current, head, new_key, open_storage, upgrade
from storage.tables import METADATA
from storage.unit_of_work import Database


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, METADATA))


async def test_from_nothing_to_the_tables_of_the_code(empty_url: str) -> None:
    assert await current(empty_url) is None
    await upgrade(empty_url)
    assert await current(empty_url) == head()
    database = Database(empty_url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_upgrading_again_changes_nothing(url: str) -> None:
    await upgrade(url)
    assert await current(url) == head()


async def test_several_processes_may_upgrade_at_once(empty_url: str) -> None:
    await asyncio.gather(*(upgrade(empty_url) for _ in range(3)))
    assert await current(empty_url) == head()


async def test_an_empty_database_is_behind(empty_url: str) -> None:
    with pytest.raises(DatabaseBehind) as raised:
        await open_storage(empty_url, [new_key()])
    assert raised.value.facts == {"found": "no revision", "wanted": head()}


async def test_a_database_of_another_revision_is_refused(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    await database.close()
    with pytest.raises(DatabaseBehind, match="later"):
        await open_storage(url, [new_key()])
