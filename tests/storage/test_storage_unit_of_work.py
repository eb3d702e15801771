"""Transactions, the drivers' errors in Attune's words, the lock."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clinic.model import Preferences, Workspace
from bot.errors import AlreadyRunning, BadSetting, DiskFull, StorageUnavailable
from bot.reflections.model import AnonymousReflection, Window
from storage import Storage, current, memory_storage, new_key, open_storage, upgrade
from storage.unit_of_work import Database, read_url

KEYS = [new_key()]


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", "sqlite"])
async def storage(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Storage]:
    opened = memory_storage() if request.param == "memory" else await open_storage(url, KEYS)
    yield opened
    await opened.close()


def session_of(session: AsyncSession) -> AsyncSession:
    return session


def size_of(file: str) -> int:
    return Path(file).stat().st_size


async def run(database: Database, *statements: str) -> None:
    async with database.transaction(session_of)() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_sqlite_is_set_up_for_safety(database: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }
    async with database.engine.connect() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in wanted
        }
    assert found == wanted


async def test_a_transaction_within_a_transaction_is_refused(storage: Storage) -> None:
    async def nested() -> None:
        async with storage.clinic(), storage.inbox():
            pass

    with pytest.raises(RuntimeError, match="leave it"):
        await nested()
    async with storage.clinic() as clinic:  # and the task is free again
        assert await clinic.teams("W1") == []


async def test_other_tasks_wait_their_turn(storage: Storage) -> None:
    async def count_up() -> None:
        async with storage.clinic() as clinic:
            found = await clinic.preferences("W1", "U1")
            await asyncio.sleep(0)
            await clinic.save_preferences(Preferences("W1", "U1", found.reminders + 1))

    await asyncio.gather(*(count_up() for _ in range(10)))
    async with storage.clinic() as clinic:
        assert (await clinic.preferences("W1", "U1")).reminders == 11


async def test_a_cancelled_transaction_is_undone(storage: Storage) -> None:
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with storage.clinic() as clinic:
            await clinic.save_preferences(Preferences("W1", "U1", 2))
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with storage.clinic() as clinic:
        assert await clinic.preferences_of([("W1", "U1")]) == []


async def test_a_full_disk_leaves_nothing_half_written(database: Database) -> None:
    pages = "PRAGMA max_page_count = {}"
    filler = "INSERT INTO inbox VALUES (hex(randomblob(3000)), '2026-11-23')"
    async with database.engine.connect() as connection:
        found = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(pages.format(found))
    with pytest.raises(DiskFull):
        await run(database, *[filler] * 50)
    async with database.engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM inbox")).scalar() == 0
        await connection.exec_driver_sql(pages.format(100_000))
    await run(database, filler)


async def test_a_locked_database_is_unavailable(database: Database, file: Path) -> None:
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageUnavailable):
            await run(database, "SELECT 1")
    finally:
        other.close()
    await run(database, "SELECT 1")


async def test_a_reader_elsewhere_stops_no_answer(url: str, file: Path) -> None:
    storage = await open_storage(url, KEYS)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM reflections").fetchall()
    closes_at = datetime(2026, 11, 26, tzinfo=UTC)
    window = Window("T1.x", "T1", "W1", closes_at.date(), closes_at, 5, b"salt")
    try:
        async with storage.reflections() as reflections:
            await reflections.open_windows([window])
            await reflections.put(window.id, b"key", AnonymousReflection())
        assert size_of(f"{file}-wal") > 0  # the log could not be emptied while that one reads
    finally:
        reader.close()
    async with storage.reflections() as reflections:
        assert await reflections.count(window.id) == 1
        await reflections.shuffle(window.id)
    assert size_of(f"{file}-wal") == 0
    await storage.close()


async def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'attune.db'}")
    with pytest.raises(StorageUnavailable):
        await database.ping()
    await database.close()


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_bytes(b"these are notes, not tables" * 200)
    with pytest.raises(StorageUnavailable):
        await open_storage(f"sqlite:///{file}", KEYS)


async def test_an_unreachable_server_is_unavailable() -> None:
    # Port 1 on loopback: nothing listens there, so the refusal comes at once.
    with pytest.raises(StorageUnavailable):
        await open_storage("postgresql://attune:made-up@127.0.0.1:1/attune", KEYS)


async def test_a_mistake_of_ours_stays_one(database: Database) -> None:
    with pytest.raises(DBAPIError, match="no such table"):
        await run(database, "SELECT * FROM unknown")


async def test_errors_hold_no_values(database: Database) -> None:
    async def twice() -> None:
        async with database.transaction(session_of)() as session:
            values = {"key": "U0123-marked"}
            for _ in range(2):
                await session.execute(text("INSERT INTO inbox VALUES (:key, '')"), values)

    with pytest.raises(DBAPIError) as raised:
        await twice()
    assert "marked" not in str(raised.value)


async def test_reads_see_what_statements_changed(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        for admins in (frozenset({"U1"}), frozenset({"U2"})):
            await clinic.save_workspace(Workspace("W1", admins))
            assert (await clinic.workspace("W1")).admins == admins


async def test_ping_answers(storage: Storage) -> None:
    await storage.ping()


async def test_a_second_process_is_refused(url: str) -> None:
    first, second = await open_storage(url, KEYS), await open_storage(url, KEYS)
    first.lock()
    first.lock()  # asking again is no second process
    with pytest.raises(AlreadyRunning):
        second.lock()
    await first.close()
    second.lock()
    await second.close()


async def test_memory_and_servers_need_no_lock() -> None:
    memory_storage().lock()
    database = Database("postgresql://127.0.0.1:1/attune")
    database.lock()
    await database.close()


@pytest.mark.parametrize("text", ["", "not a url", "mysql://attune:secret-word@host/db"])
def test_other_urls_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(BadSetting) as raised:
        read_url(text)
    assert "secret-word" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///var/attune.db", "sqlite+aiosqlite"),
        ("postgres://host/db", "postgresql+psycopg"),
        ("postgresql+asyncpg://host/db", "postgresql+psycopg"),
    ],
)
def test_urls_get_the_drivers_we_use(text: str, driver: str) -> None:
    assert read_url(text).drivername == driver


async def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "attune.db"
    url = f"sqlite:///{file}"
    assert await current(url) is None
    assert not file.exists()  # looking makes no file
    await upgrade(url)
    assert os.name == "nt" or file.stat().st_mode & 0o077 == 0


def test_an_older_sqlite_is_refused_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    with pytest.raises(BadSetting, match=r"3\.34\.1.*3\.35"):
        read_url("sqlite:///attune.db")
    assert read_url("postgresql://localhost/attune")
