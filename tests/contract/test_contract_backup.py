"""A backup of either database comes back into either, and goes on counting."""

from datetime import UTC, datetime
from pathlib import Path

from bot.clinic import Audited
from storage import BackupKeys, new_key, open_storage, read_backup, upgrade, write_backup
from tests.contract.conftest import KEYS

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENTRY = Audited("W1", NOW, "U1", "team saved", "T1")


async def test_what_comes_back_goes_on(url: str, empty_url: str, tmp_path: Path) -> None:
    keys = BackupKeys(new_key(), new_key())
    storage = await open_storage(url, KEYS)
    async with storage.clinic() as clinic:
        for _ in range(3):
            await clinic.record(ENTRY)
    files = await write_backup(url, keys, tmp_path / "kept", NOW)
    await storage.close()
    await upgrade(empty_url)
    await read_backup(empty_url, keys, files)
    storage = await open_storage(empty_url, KEYS)
    async with storage.clinic() as clinic:
        await clinic.record(ENTRY)
        assert await clinic.audit("W1") == [ENTRY] * 4
    await storage.close()
