"""``ErasureStore``: nothing of a team or a workspace is left, and nothing of another goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import text

from bot.checkins import Answer, Participation
from bot.clinic import Audited, Installation, Preferences, Team, Workspace
from bot.deliveries import Delivery, Kind, Schedule
from bot.digests import Band, Digest, Figures
from bot.reflections import AnonymousReflection, Window, window_id
from storage import Storage
from storage.tables import METADATA
from storage.unit_of_work import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
WHERE = (("W1", "T1"), ("W1", "T10"), ("W2", "T2"))
LEFT_OUT = {"key_check", "inbox", "turns", "pauses", "paces"}
"""Of no workspace, or filled by deliveries alone."""


def team(workspace: str, name: str) -> Team:
    return Team(name, workspace, "Harbour", "UTC", frozenset({"U1"}), frozenset({"U2"}))


async def fill(storage: Storage, workspace: str, name: str) -> None:
    window = window_id(name, DAY)
    async with storage.clinic() as clinic:
        await clinic.save_workspace(Workspace(workspace, frozenset({"U1"})))
        await clinic.install(Installation(workspace, "Clinic", "B1", frozenset(), "token"))
        await clinic.save_team(team(workspace, name))
        await clinic.save_preferences(Preferences(workspace, "U2"))
        await clinic.record(Audited(workspace, NOW, "U1", "team saved", name))
    async with storage.checkins() as checkins:
        await checkins.save(Participation(window, "U2", workspace, Answer.ANSWERED))
    async with storage.reflections() as reflections:
        opened = Window(window, name, workspace, DAY, NOW, 5, b"salt")
        await reflections.open_windows([opened])
        await reflections.put(window, f"key of {name}".encode(), AnonymousReflection())
        await reflections.tally(window, "asked:safety", b"tag")
    async with storage.digests() as digests:
        figures = Figures(DAY)
        await digests.freeze(
            Digest(window, name, "Harbour", workspace, window, DAY, 5, Band.FEW, figures)
        )
    async with storage.deliveries() as ledger:
        await ledger.save_schedules(
            [Schedule(workspace, Kind.CHECK_IN, name, "U2", 0, time(9), "UTC", NOW)]
        )
        await ledger.plan([Delivery(f"key {name}", workspace, Kind.CHECK_IN, "U2", window, NOW)])


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    for workspace, name in WHERE:
        await fill(storage, workspace, name)
    return storage


async def left(storage: Storage, workspace: str, name: str) -> list[object]:
    """All that can be found of a team."""
    window = window_id(name, DAY)
    found: list[object] = []
    async with storage.clinic() as clinic:
        found += [one for one in (await clinic.team(name),) if one]
    async with storage.checkins() as checkins:
        found += await checkins.of_window(window)
    async with storage.reflections() as reflections:
        found += await reflections.windows(name)
        found += [one for one in (await reflections.get(f"key of {name}".encode()),) if one]
    async with storage.digests() as digests:
        found += await digests.of_team(name)
    async with storage.deliveries() as ledger:
        found += await ledger.schedules(workspace, subject=name)
        found += [one for one in await ledger.ledger(workspace) if one.about == window]
    return found


async def test_a_team_goes_and_the_others_stay(filled: Storage) -> None:
    before = {name: len(await left(filled, workspace, name)) for workspace, name in WHERE}
    assert set(before.values()) == {7}
    async with filled.erasure() as erasure:
        await erasure.erase_team("T1")
        await erasure.erase_team("unknown")
    after = {name: len(await left(filled, workspace, name)) for workspace, name in WHERE}
    assert after == before | {"T1": 1}, "the ledger ends by itself"
    async with filled.clinic() as clinic:
        assert await clinic.audit("W1")
        assert await clinic.installation("W1")


async def test_a_workspace_goes_and_the_other_stays(filled: Storage) -> None:
    async with filled.erasure() as erasure:
        await erasure.erase_workspace("W1")
    for workspace, name in WHERE:
        assert bool(await left(filled, workspace, name)) is (workspace == "W2")
    async with filled.clinic() as clinic:
        assert await clinic.workspace("W1") == Workspace("W1")
        assert await clinic.workspace("W2") != Workspace("W2")
        assert await clinic.audit("W1") == []
        assert await clinic.installation("W1") is None
        assert await clinic.installation("W2") is not None


async def test_workspaces_by_when_the_app_was_removed(filled: Storage) -> None:
    async with filled.clinic() as clinic:
        for workspace, days in (("W1", 31), ("W2", 3)):
            known = await clinic.workspace(workspace)
            await clinic.save_workspace(replace(known, removed_at=NOW - timedelta(days=days)))
    async with filled.erasure() as erasure:
        assert list(await erasure.removed_before(NOW - timedelta(days=30))) == ["W1"]
        assert list(await erasure.removed_before(NOW)) == ["W1", "W2"]
        assert list(await erasure.removed_before(NOW - timedelta(days=90))) == []


@pytest.mark.parametrize("storage_url", ["sqlite"], indirect=True)
async def test_no_table_and_no_key_holds_anything_of_it(filled: Storage, sqlite_url: str) -> None:
    async with filled.erasure() as erasure:
        for workspace in ("W1", "W2"):
            await erasure.erase_workspace(workspace)
    database = Database(sqlite_url)
    async with database.engine.begin() as connection:
        for name in METADATA.tables.keys() - LEFT_OUT:
            rows = (await connection.execute(text(f'SELECT * FROM "{name}"'))).all()  # noqa: S608 - our own names
            assert rows == [], name
    await database.close()
