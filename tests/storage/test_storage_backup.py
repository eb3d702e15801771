"""Backups: two files under two keys that say nothing of each other, and all of it comes back."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.checkins import Answer, Participation
from bot.clinic import Audited, Installation, Preferences, Rhythm, Team, Workspace
from bot.deidentify.model import restored
from bot.deliveries import Delivery, Kind
from bot.digests import Band, Digest, Figures
from bot.errors import BadSetting, DatabaseBehind, WrongKey
from bot.reflections import AnonymousReflection, Ratings, Window, window_id
from storage import BackupKeys, Storage, new_key, open_storage, read_backup, upgrade, write_backup
from storage.backup import Part
from storage.tables import METADATA
from storage.unit_of_work import Database

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MASTER, KEYS = new_key(), BackupKeys(new_key(), new_key())
WINDOW = Window(window_id("T1", DAY), "T1", "W1", DAY, NOW, 5, b"a salt")
WORDS = "[client A] waited for the heron"
SAID = AnonymousReflection(Ratings(bond=4), words=restored(WORDS))
TEAM = Team("T1", "W1", "Harbour", "UTC", frozenset({"U1"}), frozenset({"U2"}), Rhythm(0, time(9)))


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Storage]:
    opened = await open_storage(url, [MASTER])
    await fill(opened)
    yield opened
    await opened.close()


async def fill(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.save_workspace(Workspace("W1", frozenset({"U1"}), frozenset({"heron"})))
        await clinic.install(Installation("W1", "Clinic", "B1", frozenset({"a"}), "made-up"))
        await clinic.save_team(TEAM)
        await clinic.save_preferences(Preferences("W1", "U2", away_from=DAY, away_to=DAY))
        await clinic.record(Audited("W1", NOW, "U1", "team saved", "T1"))
    async with storage.checkins() as checkins:
        await checkins.save(Participation(WINDOW.id, "U2", "W1", Answer.ANSWERED))
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW])
        await reflections.put(WINDOW.id, b"k" * 32, SAID)
        await reflections.tally(WINDOW.id, "asked:safety", b"tag")
    async with storage.digests() as digests:
        digest = Digest("T1.x", "T1", "Harbour", "W1", "T1.x", DAY, 5, Band.FEW, Figures(DAY))
        await digests.freeze(digest)
    async with storage.deliveries() as ledger:
        await ledger.plan([Delivery("key", "W1", Kind.CHECK_IN, "U2", WINDOW.id, NOW)])


async def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    database = Database(url)
    async with database.engine.begin() as connection:
        found = {
            name: sorted((tuple(row) for row in await connection.execute(text(query))), key=repr)
            for name in METADATA.tables
            for query in (f'SELECT * FROM "{name}"',)  # noqa: S608 - our own names
        }
    await database.close()
    return found


async def fresh(folder: Path) -> str:
    url = f"sqlite:///{folder / 'restored.db'}"
    await upgrade(url)
    return url


def backups_in(folder: Path) -> list[Path]:
    return list(folder.glob("**/*.backup"))


def read(file: Path, part: Part) -> str:
    magic = b"attune backup 1\n"
    sealed = file.read_bytes().removeprefix(magic)
    return gzip.decompress(KEYS.ring(part).open(sealed, magic, part)).decode()


async def test_what_is_restored_is_what_was_there(
    storage: Storage, url: str, tmp_path: Path
) -> None:
    files = await write_backup(url, KEYS, tmp_path / "new", NOW)
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    again = await fresh(tmp_path)
    assert await read_backup(again, KEYS, files) == [Part.PEOPLE, Part.CONTENT]
    assert await everything(again) == await everything(url)
    opened = await open_storage(again, [MASTER])
    assert opened.secret == storage.secret, "receipts still find their reflections"
    async with opened.reflections() as reflections:
        assert await reflections.get(b"k" * 32) == (WINDOW.id, SAID)
        assert await reflections.tallies(WINDOW.id) == {"asked:safety": 1}
    async with opened.clinic() as clinic:
        assert await clinic.team("T1") == TEAM
    await opened.close()


@pytest.mark.usefixtures("storage")
async def test_each_file_holds_its_own_half(url: str, tmp_path: Path) -> None:
    people, content = await write_backup(url, KEYS, tmp_path, NOW)
    about_people, said = read(people, Part.PEOPLE), read(content, Part.CONTENT)
    assert set(json.loads(said)["tables"]) == {
        *("windows", "reflections", "tallies", "digests", "key_check", "data_keys")
    }
    assert '"U2"' in about_people
    assert '"U2"' not in said
    assert not set(json.loads(about_people)["tables"]) & {"reflections", "tallies", "key_check"}
    assert '"reflections:T1"' not in about_people
    for whole in (about_people, said):
        assert WORDS not in whole
        assert "made-up" not in whole


@pytest.mark.usefixtures("storage")
async def test_one_file_alone_can_come_back(url: str, tmp_path: Path) -> None:
    people, _ = await write_backup(url, KEYS, tmp_path, NOW)
    again = await fresh(tmp_path)
    assert await read_backup(again, KEYS, [people]) == [Part.PEOPLE]
    found = await everything(again)
    assert found["participation"]
    assert not found["reflections"]


@pytest.mark.usefixtures("storage")
async def test_what_does_not_fit_changes_nothing(url: str, tmp_path: Path) -> None:
    files = await write_backup(url, KEYS, tmp_path, NOW)
    again = await fresh(tmp_path)
    before = await everything(again)
    swapped, others = BackupKeys(KEYS.content, KEYS.people), BackupKeys(new_key(), new_key())
    for keys in (swapped, others):
        with pytest.raises(BadSetting, match="other keys"):
            await read_backup(again, keys, files)
    files[0].write_bytes(files[0].read_bytes()[:-1])
    for file in (files[0], tmp_path / "none", tmp_path):
        with pytest.raises(BadSetting, match="no backup"):
            await read_backup(again, KEYS, [file])
    assert await everything(again) == before
    with pytest.raises(BadSetting, match="not empty"):
        await read_backup(url, KEYS, files[1:])
    with pytest.raises(DatabaseBehind):
        await read_backup(f"sqlite:///{tmp_path / 'missing.db'}", KEYS, files[1:])


@pytest.mark.usefixtures("storage")
async def test_a_restored_database_needs_its_own_master_key(url: str, tmp_path: Path) -> None:
    files = await write_backup(url, KEYS, tmp_path, NOW)
    again = await fresh(tmp_path)
    await read_backup(again, KEYS, files)
    with pytest.raises(WrongKey):
        await open_storage(again, [new_key()])


async def test_no_file_is_written_over(url: str, tmp_path: Path) -> None:
    await write_backup(url, KEYS, tmp_path, NOW)
    with pytest.raises(FileExistsError):
        await write_backup(url, KEYS, tmp_path, NOW)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (BackupKeys(KEYS.people, KEYS.people), "must differ"),
        (BackupKeys("short", KEYS.content), "for people is not 32 bytes"),
        (BackupKeys(KEYS.people, "short"), "for content is not 32 bytes"),
    ],
)
async def test_two_good_keys_are_needed(
    url: str, tmp_path: Path, keys: BackupKeys, why: str
) -> None:
    with pytest.raises(BadSetting, match=why):
        await write_backup(url, keys, tmp_path / "new", NOW)
    assert backups_in(tmp_path) == []
