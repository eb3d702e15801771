"""The engine and its transactions: one database, one transaction for one feature's store."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from bot.errors import AlreadyRunning, AttuneError, BadSetting, DiskFull, StorageUnavailable
from bot.ports import Transaction

StoreT = TypeVar("StoreT")

SCRUB: Final = "scrub"
"""A session whose ``info`` holds this leaves no earlier page in SQLite's write-ahead log."""

_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}

_OLDEST_SQLITE: Final = (3, 35, 0)  # RETURNING, UPDATE … FROM, DROP COLUMN

_WAIT_MS: Final = 5000
_SCRUB_WAIT_MS: Final = 100

_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_WAIT_MS}",
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten
)

_PASSING_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
_PRIMARY_CODE: Final = 0xFF  # an extended SQLite code carries its primary code in the low byte


def read_url(text: str) -> URL:
    """Return the database's URL with the drivers that Attune uses.

    Raises:
        BadSetting: It is no URL, of another database than SQLite and PostgreSQL, or SQLite is too
            old here.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadSetting(name="ATTUNE_DATABASE_URL", why="it is not a database URL") from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        why = "only sqlite and postgresql are known"
        raise BadSetting(name="ATTUNE_DATABASE_URL", why=why)
    if driver == _DRIVERS["sqlite"] and sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        why = f"this Python's SQLite is {sqlite3.sqlite_version}; 3.35 or newer is needed"
        raise BadSetting(name="ATTUNE_DATABASE_URL", why=why)
    return url.set(drivername=driver)


def file_of(url: URL) -> Path | None:
    """Return the file of a SQLite database, or None where there is none."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def create_engine(url: URL) -> AsyncEngine:
    """Return an engine; nothing is opened before its first use.

    SQLite gets exactly one connection: its transactions queue up instead of meeting "locked".
    Parameters never show in errors.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, hide_parameters=True, pool_size=1, max_overflow=0)
        event.listen(engine.sync_engine, "do_connect", _try_sqlite)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5}
    )


class Database:
    """One database with its transactions."""

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.engine = create_engine(self.url)
        self._sessions = self._sessions_on(self.engine)
        self._alone = Alone()
        self._lock: sqlite3.Connection | None = None

    def singly(self, make: Callable[[AsyncSession], StoreT]) -> Transaction[StoreT]:
        """Return what opens the store for one statement, which is its own transaction.

        On PostgreSQL that saves two of four ways to the server and back. SQLite gets an ordinary
        transaction: its driver's own are switched off.
        """
        if self.url.get_backend_name() == "sqlite":
            return self.transaction(make)
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        return self._opening(make, self._sessions_on(engine))

    def transaction(self, make: Callable[[AsyncSession], StoreT]) -> Transaction[StoreT]:
        """Return what opens a transaction on the store that ``make`` builds.

        Entering or leaving raises ``StorageUnavailable`` or ``DiskFull`` for trouble of the
        database; whatever leaves the block rolls everything back.
        """
        return self._opening(make, self._sessions)

    def _opening(
        self,
        make: Callable[[AsyncSession], StoreT],
        sessions: async_sessionmaker[AsyncSession],
    ) -> Transaction[StoreT]:
        @asynccontextmanager
        async def begin() -> AsyncIterator[StoreT]:
            with self._alone.in_this_task(), translated():
                async with sessions.begin() as session:
                    yield make(session)
                if SCRUB in session.info:
                    await self._scrub()

        return begin

    @staticmethod
    def _sessions_on(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
        # Statements go past the session's memory of rows, so every read takes what is stored.
        return async_sessionmaker(
            engine, expire_on_commit=False, execution_options={"populate_existing": True}
        )

    async def ping(self) -> None:
        """Ask the database for an answer; raise ``StorageUnavailable`` when none comes."""
        with translated():
            async with self.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")

    def lock(self) -> None:
        """Keep other processes from running on this SQLite file until ``close``.

        PostgreSQL takes many processes, so there is nothing to lock.

        Raises:
            AlreadyRunning: Another process, or another ``Database`` of this one, holds it.
        """
        file = file_of(self.url)
        if file is None or self._lock is not None:
            return
        # SQLite's own file locks work on every platform and go with their process.
        lock = sqlite3.connect(f"{file}.lock", timeout=0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            raise AlreadyRunning from None
        self._lock = lock

    async def close(self) -> None:
        """Close every connection and release the lock."""
        await self.engine.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _scrub(self) -> None:
        """Empty SQLite's write-ahead log: it holds old pages in the order of their writing.

        A reader in another process, or a full disk, may prevent it. The transaction is stored
        all the same, so nothing is raised: the next one to scrub empties the whole log.
        """
        if file_of(self.url) is None:
            return
        async with self.engine.connect() as connection:
            # The driver's own connection: the pragma does not work inside a transaction.
            raw = (await connection.get_raw_connection()).driver_connection
            if raw is not None:
                with suppress(sqlite3.Error):
                    await raw.execute_fetchall(f"PRAGMA busy_timeout = {_SCRUB_WAIT_MS}")
                    await raw.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                await raw.execute_fetchall(f"PRAGMA busy_timeout = {_WAIT_MS}")


class Alone:
    """Refuses a transaction inside a transaction of the same task.

    With SQLite's one connection the inner one would wait for the outer one for ever, so it is
    refused everywhere, in memory too.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any] | None] = set()

    @contextmanager
    def in_this_task(self) -> Iterator[None]:
        """Hold the task's one place; raise ``RuntimeError`` when it is taken."""
        task = asyncio.current_task()
        if task in self._tasks:
            raise RuntimeError("a transaction is open in this task; leave it before the next")
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the drivers' errors about the database's state into Attune's own."""
    try:
        yield
    except PoolTimeout as error:
        raise StorageUnavailable from error
    except (DBAPIError, sqlite3.Error) as error:
        ours = _ours(error.orig if isinstance(error, DBAPIError) else error)
        if ours is None:
            raise
        raise ours from error


def _ours(error: BaseException | None) -> AttuneError | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY_CODE
        if code == sqlite3.SQLITE_FULL:
            return DiskFull()
        return StorageUnavailable() if code in _PASSING_SQLITE else None
    if isinstance(error, psycopg.errors.DiskFull):
        return DiskFull()
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StorageUnavailable()
    return None


def _try_sqlite(_dialect: object, _record: object, args: list[str], known: dict[str, bool]) -> None:
    # When a file cannot be opened, aiosqlite's thread outlives the attempt and its last word may
    # find the event loop closed. The plain driver has no thread, and raises the same error.
    sqlite3.connect(args[0], uri=known.get("uri", False)).close()


def _prepare_sqlite(connection: AsyncAdapt_aiosqlite_connection, _record: object) -> None:
    # No transaction of the driver's own making: _begin_sqlite opens each.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Takes the write lock at once: a later change from reading to writing could not wait for it.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
