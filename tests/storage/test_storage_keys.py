"""The database's own keys: a wrong master key is noticed, a new one takes over."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.clinic.model import Installation
from bot.deidentify.model import restored
from bot.errors import BadSetting, MissingKey, WrongKey
from bot.reflections.model import AnonymousReflection, Window
from storage import Storage, open_storage, rotate

OLD, NEW = (base64.urlsafe_b64encode(letter * 32).decode() for letter in (b"o", b"n"))
INSTALLATION = Installation("W1", "Clinic", "B1", frozenset({"chat:write"}), "xoxb-made-up")
WINDOW = Window("T1.x", "T1", "W1", date(2026, 11, 23), datetime(2026, 11, 26, tzinfo=UTC), 5, b"s")
REFLECTION = AnonymousReflection(words=restored("[client A] waited"))


def bytes_of(file: Path) -> bytes:
    return file.read_bytes()


def exists(file: Path) -> bool:
    return file.exists()


async def write(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.install(INSTALLATION)
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW])
        await reflections.put(WINDOW.id, b"k", REFLECTION)


async def assert_readable(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        assert await clinic.installation("W1") == INSTALLATION
    async with storage.reflections() as reflections:
        assert await reflections.get(b"k") == (WINDOW.id, REFLECTION)


async def test_a_wrong_key_is_noticed_and_touches_nothing(url: str, file: Path) -> None:
    storage = await open_storage(url, [OLD])
    await write(storage)
    await storage.close()
    before = bytes_of(file)
    with pytest.raises(WrongKey):
        await open_storage(url, [NEW])
    assert bytes_of(file) == before
    storage = await open_storage(url, [OLD])
    await assert_readable(storage)
    await storage.close()


async def test_a_new_key_takes_over_and_the_old_one_can_go(url: str) -> None:
    storage = await open_storage(url, [OLD])
    await write(storage)
    secret = storage.secret
    await storage.close()
    for keys in ([NEW, OLD], [NEW]):
        storage = await open_storage(url, keys)
        await assert_readable(storage)
        assert storage.secret == secret
        await storage.close()
    with pytest.raises(WrongKey):
        await open_storage(url, [OLD])


async def test_without_a_key_nothing_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    with pytest.raises(MissingKey):
        await open_storage(f"sqlite:///{file}", [])
    with pytest.raises(BadSetting):
        await open_storage(f"sqlite:///{file}", ["short"])
    assert not exists(file)


async def test_keys_are_rotated_while_others_run(url: str) -> None:
    """A process that knows both keys and seals with the old one goes on, before and after."""
    running = await open_storage(url, [OLD, NEW])
    await write(running)
    assert await rotate(url, [NEW, OLD]) == (2, 2)
    await assert_readable(running)
    async with running.reflections() as reflections:
        await reflections.open_windows([replace(WINDOW, id="T2.x", team="T2")])
    assert await rotate(url, [NEW, OLD]) == (1, 3), "what was made since with the old key"
    assert await rotate(url, [NEW, OLD]) == (0, 3)
    await running.close()
    storage = await open_storage(url, [NEW])
    await assert_readable(storage)
    await storage.close()


async def test_a_rotation_with_wrong_keys_touches_nothing(url: str, file: Path) -> None:
    storage = await open_storage(url, [OLD])
    await write(storage)
    await storage.close()
    before = bytes_of(file)
    with pytest.raises(WrongKey):
        await rotate(url, [NEW])
    assert bytes_of(file) == before
