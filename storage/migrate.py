"""Migrations: bring a database to the newest schema, and say where it stands."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.queue import install
from storage.unit_of_work import create_engine, file_of, read_url, translated

_LOCK: Final = 0x41747475  # one number for all of Attune's migrations in a PostgreSQL cluster


async def upgrade(url: str) -> None:
    """Bring the database to ``head()``; a SQLite file is made when there is none.

    All in one transaction: it is done or nothing was changed. Several processes may call this
    at once. Raises ``StorageUnavailable`` or ``DiskFull``.
    """
    known = read_url(url)
    engine = create_engine(known)
    try:
        with translated():
            await asyncio.to_thread(_make_file, known)
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def current(url: str) -> str | None:
    """Return the revision of the database, or None for an empty one."""
    engine = create_engine(read_url(url))
    try:
        return await revision(engine)
    finally:
        await engine.dispose()


async def revision(engine: AsyncEngine) -> str | None:
    """Return the revision of the engine's database, or None for an empty or missing one."""
    file = file_of(engine.url)
    if file is not None and not file.exists():
        return None  # looking must not make the file
    with translated():
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)


@cache
def head() -> str:
    """Return the newest revision that the code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        install(connection)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _make_file(url: URL) -> None:
    """Make an empty database file that only its owner reads, already with a write-ahead log.

    To turn one on takes the file for oneself, and SQLite does not wait for that: of several
    processes that did so at once, some would find it locked. So it is done before others see it.
    """
    file = file_of(url)
    if file is None or file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=file.parent)) / file.name
    try:
        os.close(os.open(made, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(made)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        _put(made, file)
    finally:
        shutil.rmtree(made.parent)


def _put(made: Path, file: Path) -> None:
    try:
        os.link(made, file)
    except FileExistsError:
        return  # another process was first
    except OSError:  # a volume without hard links: the first to open it turns its log on
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
