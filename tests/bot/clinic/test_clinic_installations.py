"""Where the app is installed: kept, replaced, and back after it was removed."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.clinic import Installation, Workspace
from bot.clinic.installations import Installations
from storage import memory_storage

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FIRST = Installation("W1", "Clinic", "B1", frozenset({"chat:write"}), "xoxb-1")


class Clock:
    def now(self) -> datetime:
        return NOW


async def test_a_newer_installation_takes_the_place_of_the_older() -> None:
    installations = Installations(memory_storage().clinic, Clock())
    second = replace(FIRST, token="xoxb-2", scopes=frozenset({"commands"}))
    assert await installations.find("W1") is None
    for one in (FIRST, second):
        await installations.keep(one, "U1")
        assert await installations.find("W1") == replace(one, installed_at=NOW)
    assert await installations.find("W2") is None


async def test_a_workspace_that_comes_back_is_no_longer_removed() -> None:
    clinic = memory_storage().clinic
    async with clinic() as store:
        await store.save_workspace(Workspace("W1", admins=frozenset({"U2"}), removed_at=NOW))
    await Installations(clinic, Clock()).keep(FIRST, "U1")
    async with clinic() as store:
        assert await store.workspace("W1") == Workspace("W1", admins=frozenset({"U2"}))
        (entry,) = await store.audit("W1")
    assert (entry.actor, entry.action, entry.subject) == ("U1", "app installed", "W1")
