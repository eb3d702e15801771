"""What lies in the tables themselves: nothing joins a member to what was said."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.clinic.model import Installation, Workspace
from bot.deidentify.model import restored
from bot.digests.model import Band, Digest, Figures
from bot.errors import WrongText
from bot.reflections.model import AnonymousReflection, Ratings, Window, window_id
from storage import Storage, new_key, open_storage, upgrade
from storage.tables import METADATA
from storage.unit_of_work import Database

DAY = date(2026, 11, 23)
WINDOW = Window(
    window_id("T1", DAY), "T1", "W1", DAY, datetime(2026, 11, 26, 9, 0, tzinfo=UTC), 5, b"a salt"
)
KEYS_IN_ORDER = [bytes([200 - place]) * 32 for place in range(20)]
MARKED = "marked heron words"


@pytest.fixture
def storage_url(url: str) -> str:
    """Databases only: the twin in memory keeps no tables."""
    return url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """The same database, looked at from outside."""
    opened = Database(url)
    yield opened
    await opened.close()


async def look(database: Database, query: str, **values: object) -> Sequence[tuple[Any, ...]]:
    async with database.engine.begin() as connection:
        result = await connection.execute(text(query), values)
        return [tuple(row) for row in result.all()] if result.returns_rows else []


async def fill(storage: Storage, *, words: Sequence[str] = ()) -> None:
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW])
    for place, key in enumerate(KEYS_IN_ORDER):
        said = restored(words[place]) if place < len(words) else None
        reflection = AnonymousReflection(Ratings(bond=1 + place % 5), words=said)
        async with storage.reflections() as reflections:
            await reflections.put(WINDOW.id, key, reflection)


def order_on_disk(file: Path, sealed: dict[bytes, bytes]) -> tuple[bytes, ...]:
    assert Path(f"{file}-wal").stat().st_size == 0  # all of it lies in the file itself
    lying = file.read_bytes()
    return tuple(sorted(KEYS_IN_ORDER, key=lambda key: lying.index(sealed[key][:32])))


def test_content_holds_no_person_and_no_time_finer_than_its_window() -> None:
    columns = {name: set(table.columns.keys()) for name, table in METADATA.tables.items()}
    assert columns["reflections"] == {"key", "window", "sealed"}
    assert columns["tallies"] == {"window", "item", "tag"}
    assert columns["digests"] == {"id", "team", "day", "sealed"}
    assert columns["data_keys"] == {"owner", "wrapped"}
    assert columns["windows"] == {
        *("id", "team", "workspace", "day", "closes_at", "threshold", "salt", "state")
    }
    assert columns["participation"] == {"window", "member", "workspace", "answer"}


def test_no_foreign_key_leads_from_people_to_content_or_back() -> None:
    links = {
        (name, link.column.table.name)
        for name, table in METADATA.tables.items()
        for link in table.foreign_keys
    }
    assert links == {
        ("team_members", "teams"),
        ("reflections", "windows"),
        ("tallies", "windows"),
    }


@pytest.mark.parametrize("table", ["reflections", "tallies", "participation"])
async def test_sqlite_numbers_no_rows(sqlite_url: str, table: str) -> None:
    database = Database(sqlite_url)
    assert await look(database, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - ours
    assert "WITHOUT ROWID" in str(
        await look(database, "SELECT sql FROM sqlite_master WHERE name = :name", name=table)
    )
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_postgres_rows_show_no_order_of_arrival(storage: Storage, database: Database) -> None:
    await fill(storage)
    for place, key in enumerate(KEYS_IN_ORDER):
        async with storage.reflections() as reflections:
            await reflections.tally(WINDOW.id, f"item {place:02}", key)
    for query in (
        "SELECT key, xmin::text FROM reflections ORDER BY ctid",
        "SELECT tag, xmin::text FROM tallies ORDER BY ctid",
    ):
        rows = await look(database, query)
        assert {key for key, _ in rows} == set(KEYS_IN_ORDER)
        assert [key for key, _ in rows] != KEYS_IN_ORDER
        assert len({xmin for _, xmin in rows}) == 1


async def test_sqlite_places_rows_at_random(tmp_path: Path) -> None:
    # Where a row lies in its page tells when it came, unless the page was written in one go.
    orders = set()
    for name in ("first", "second"):
        file = tmp_path / f"{name}.db"
        await upgrade(f"sqlite:///{file}")
        storage = await open_storage(f"sqlite:///{file}", [new_key()])
        await fill(storage)
        database = Database(f"sqlite:///{file}")
        sealed = await look(database, "SELECT key, sealed FROM reflections")
        orders.add(order_on_disk(file, dict(sealed)))
        await database.close()
        await storage.close()
    assert len(orders) == 2


async def test_lengths_say_little(storage: Storage, database: Database) -> None:
    await fill(storage, words=["", "a few words", "many words " * 20])
    (lengths,) = zip(*await look(database, "SELECT length(sealed) FROM reflections"), strict=True)
    assert len(set(lengths)) == 1


async def test_no_marked_text_lies_in_any_table(storage: Storage, database: Database) -> None:
    await fill(storage, words=[MARKED])
    figures = Figures(DAY)
    digest = Digest("D1", "T1", "Harbour", "W1", "x", DAY, 5, Band.FEW, figures, words=(MARKED,))
    async with storage.digests() as digests:
        await digests.freeze(digest)
    async with storage.clinic() as clinic:
        await clinic.install(Installation("W1", "Clinic", "B1", frozenset(), MARKED))
        await clinic.save_workspace(Workspace("W1", always_hide=frozenset({MARKED})))
    lying = b""
    for name in METADATA.tables:
        for row in await look(database, f'SELECT * FROM "{name}"'):  # noqa: S608 - our own names
            lying += b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    assert WINDOW.id.encode() in lying
    assert MARKED.encode() not in lying
    assert WINDOW.salt not in lying


async def test_what_was_asked_cannot_be_read_and_still_counts(
    storage: Storage, database: Database
) -> None:
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW])
        for item, tag in (("asked:safety", b"a"), ("asked:safety", b"b"), ("asked:x", b"a")):
            await reflections.tally(WINDOW.id, item, tag)
    items = [item for (item,) in await look(database, "SELECT item FROM tallies")]
    assert len(set(items)) == 2
    assert not any("asked" in item or "safety" in item for item in items)
    assert len({len(item) for item in items}) == 1
    async with storage.reflections() as reflections:
        assert await reflections.tallies(WINDOW.id) == {"asked:safety": 2, "asked:x": 1}


async def test_sealed_texts_cannot_be_swapped(storage: Storage, database: Database) -> None:
    await fill(storage)
    first, second = KEYS_IN_ORDER[:2]
    ((sealed,),) = await look(database, "SELECT sealed FROM reflections WHERE key = :k", k=first)
    await look(database, "UPDATE reflections SET sealed = :s WHERE key = :k", s=sealed, k=second)
    async with storage.reflections() as reflections:
        assert await reflections.get(first) is not None
        with pytest.raises(WrongText):
            await reflections.get(second)


async def test_without_its_data_key_a_team_is_unreadable(
    storage: Storage, database: Database
) -> None:
    await fill(storage)
    await look(database, "DELETE FROM data_keys WHERE owner = 'reflections:T1'")
    async with storage.reflections() as reflections:
        with pytest.raises(WrongText):
            await reflections.content(WINDOW.id)


async def test_a_removed_team_leaves_no_key(storage: Storage, database: Database) -> None:
    await fill(storage)
    owners = "SELECT owner FROM data_keys"
    assert await look(database, owners) == [("reflections:T1",)]
    async with storage.reflections() as reflections:
        await reflections.remove_team("T1")
    assert await look(database, owners) == []
