"""Migrations: from nothing to exactly what the code expects, on every database."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url, text

from bot.errors import DatabaseBehind
from storage import current, head, new_key, open_storage, upgrade
from storage.migrate import _make_file
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


async def test_a_new_file_has_its_log_before_anybody_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "attune.db"
    _make_file(make_url(f"sqlite+aiosqlite:///{file}"))
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600
    # Bytes 18 and 19 of the header say 2 for a write-ahead log (sqlite.org/fileformat.html).
    assert file.read_bytes()[18:20] == b"\x02\x02"


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
