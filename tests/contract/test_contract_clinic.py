"""``ClinicStore``: workspaces, teams, preferences, audit, installations."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.clinic.model import Audited, Installation, Preferences, Rhythm, StoredTeam, Team, Workspace
from storage import Storage

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
RHYTHM = Rhythm(1, time(8, 30), 4, 5, time(16, 45), time(20, 0), time(6, 30))
TEAM = Team(
    id="T1",
    workspace="W1",
    name="Harbour",
    zone="Europe/Lisbon",
    supervisors=frozenset({"U1"}),
    clinicians=frozenset({"U2", "U3"}),
    rhythm=RHYTHM,
    country="PT",
    region=None,
    on_call="U2",
    emergency_number="112",
    smallest_group=6,
)
INSTALLATION = Installation(
    "W1",
    "Clinic",
    "B1",
    frozenset({"chat:write", "im:history"}),
    "xoxb-a",
    datetime(2026, 11, 23, 9, tzinfo=UTC),
)


async def test_an_unknown_workspace_is_empty(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        assert await clinic.workspace("W1") == Workspace("W1")


async def test_a_workspace_comes_back_whole(storage: Storage) -> None:
    first = Workspace("W1", frozenset({"U1"}), frozenset({"Maplewood"}), frozenset({"Beck"}))
    second = replace(first, removed_at=NOW, admins=frozenset())
    for saved in (first, second):
        async with storage.clinic() as clinic:
            await clinic.save_workspace(saved)
        async with storage.clinic() as clinic:
            assert await clinic.workspace("W1") == saved


async def test_a_team_comes_back_whole(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM)
    async with storage.clinic() as clinic:
        assert await clinic.team("T1") == TEAM
        assert await clinic.team("T2") is None


async def test_a_saved_team_waits_to_be_settled(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM, NOW)
        assert await clinic.unsettled(NOW) == []
        assert await clinic.unsettled(LATER) == [TEAM.id]
        assert await clinic.settle_team(TEAM.id, 1)
        assert not await clinic.settle_team("unknown", 1)
        assert await clinic.unsettled(LATER) == []
        await clinic.save_team(TEAM, NOW)
        await clinic.remove_team(TEAM.id)
        assert await clinic.unsettled(LATER) == []
        await clinic.save_team(TEAM)
        assert await clinic.unsettled(LATER) == []


async def test_no_team_waits_where_the_app_was_removed(storage: Storage) -> None:
    other = replace(TEAM, id="T2", workspace="W2")
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM, NOW)
        await clinic.save_team(other, NOW - timedelta(seconds=1))
        assert await clinic.unsettled(LATER) == ["T2", "T1"]
        await clinic.save_workspace(Workspace("W1", removed_at=NOW))
        await clinic.save_workspace(Workspace("W2"))
        assert await clinic.unsettled(LATER) == ["T2"]


async def test_nobody_finds_a_team_that_is_leaving(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM)
        await clinic.leave_team(TEAM.id, NOW)
        await clinic.leave_team("unknown", NOW)
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM, NOW)  # who looked it up before may come too late
        await clinic.save_workspace(Workspace("W1", removed_at=NOW))
        assert await clinic.team(TEAM.id) is None
        assert await clinic.several([TEAM.id]) == await clinic.teams("W1") == []
        assert await clinic.teams_of("W1", "U1") == []
        assert await clinic.unsettled(LATER) == [TEAM.id]
        stored = await clinic.stored(TEAM.id)
        assert stored == StoredTeam(TEAM, 3, is_leaving=True)
        await clinic.forget("W1", "U3")
        stored = await clinic.stored(TEAM.id)
        assert stored
        assert "U3" not in stored.team.members
    async with storage.erasure() as erasure:
        await erasure.erase_workspace("W1")
    async with storage.clinic() as clinic:
        assert await clinic.stored(TEAM.id) is None


async def test_only_the_newest_saving_can_be_settled(storage: Storage) -> None:
    joined = replace(TEAM, clinicians=TEAM.clinicians | {"U4"})
    for team in (TEAM, joined):
        async with storage.clinic() as clinic:
            await clinic.save_team(team, NOW)
    async with storage.clinic() as clinic:
        assert not await clinic.settle_team(TEAM.id, 1)
        assert await clinic.unsettled(LATER) == [TEAM.id]
        assert await clinic.settle_team(TEAM.id, 2)
        assert await clinic.unsettled(LATER) == []


async def test_whoever_joins_is_new_until_the_team_is_settled(storage: Storage) -> None:
    joined = replace(TEAM, clinicians=TEAM.clinicians | {"U4"}, supervisors=frozenset({"U1", "U2"}))
    async with storage.clinic() as clinic:
        assert await clinic.stored(TEAM.id) is None
        await clinic.save_team(TEAM, NOW)
        assert await clinic.stored(TEAM.id) == StoredTeam(TEAM, 1, TEAM.members)
        await clinic.settle_team(TEAM.id, 1)
        assert await clinic.stored(TEAM.id) == StoredTeam(TEAM, 1)
    for revision in (2, 3):  # saved again before it was settled, they are new still
        async with storage.clinic() as clinic:
            await clinic.save_team(joined, NOW)
            stored = await clinic.stored(TEAM.id)
            assert stored == StoredTeam(joined, revision, frozenset({"U4"}))
            assert stored.settled == replace(joined, clinicians=TEAM.clinicians)


async def test_saving_a_team_replaces_its_members(storage: Storage) -> None:
    changed = replace(TEAM, name="Quay", clinicians=frozenset({"U4", "U1"}))
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM)
        await clinic.save_team(changed)
        assert await clinic.team("T1") == changed
        assert await clinic.teams_of("W1", "U3") == []


async def test_teams_come_by_name(storage: Storage) -> None:
    harbour = replace(TEAM, id="T1", name="harbour")
    quay = replace(TEAM, id="T2", name="Quay", clinicians=frozenset(), on_call=None)
    alder = replace(TEAM, id="T3", name="Álder", supervisors=frozenset({"U9"}))
    elsewhere = replace(TEAM, id="T4", workspace="W2")
    async with storage.clinic() as clinic:
        for team in (quay, alder, harbour, elsewhere):
            await clinic.save_team(team)
        assert await clinic.teams("W1") == [harbour, quay, alder]
        assert await clinic.teams_of("W1", "U1") == [harbour, quay]
        assert await clinic.teams_of("W1", "U2") == [harbour, alder]


async def test_removing_a_team(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM)
        await clinic.remove_team("unknown")
        await clinic.remove_team("T1")
        assert await clinic.team("T1") is None
        assert await clinic.teams_of("W1", "U2") == []


async def test_preferences_default_until_chosen(storage: Storage) -> None:
    chosen = Preferences("W1", "U2", 0, date(2026, 12, 1), date(2026, 12, 24), date(2027, 1, 2))
    async with storage.clinic() as clinic:
        assert await clinic.preferences("W1", "U2") == Preferences("W1", "U2")
        await clinic.save_preferences(Preferences("W1", "U2", reminders=2))
        await clinic.save_preferences(chosen)
        await clinic.save_preferences(replace(chosen, workspace="W2"))
        assert await clinic.preferences("W1", "U2") == chosen
        assert await clinic.preferences_of([("W1", "U1"), ("W1", "U2")]) == [chosen]
        assert await clinic.preferences_of([]) == []


async def test_the_audit_trail_is_newest_first(storage: Storage) -> None:
    entries = [
        Audited("W1", NOW + timedelta(minutes=minute), "U1", "changed", "T1", f"setting {number}")
        for number, minute in enumerate((0, 5, 5, 3))
    ]
    async with storage.clinic() as clinic:
        for entry in [*entries, Audited("W2", NOW, "U1", "changed", "T9")]:
            await clinic.record(entry)
    async with storage.clinic() as clinic:
        assert await clinic.audit("W1") == [entries[2], entries[1], entries[3], entries[0]]
        assert await clinic.audit("W1", limit=1) == [entries[2]]


async def test_forgetting_a_member_keeps_the_team_and_the_trail(storage: Storage) -> None:
    far = replace(TEAM, id="T9", workspace="W2")
    entry = Audited("W1", NOW, "U2", "joined", "T1")
    async with storage.clinic() as clinic:
        for team in (TEAM, far):
            await clinic.save_team(team)
        await clinic.save_preferences(Preferences("W1", "U2", reminders=0))
        await clinic.record(entry)
        await clinic.forget("W1", "U2")
        assert await clinic.team("T1") == replace(TEAM, clinicians=frozenset({"U3"}), on_call=None)
        assert await clinic.team("T9") == far
        assert await clinic.preferences_of([("W1", "U2")]) == []
        assert await clinic.audit("W1") == [entry]


async def test_one_installation_a_workspace(storage: Storage) -> None:
    renewed = replace(INSTALLATION, token="xoxb-b", scopes=frozenset({"chat:write"}))
    async with storage.clinic() as clinic:
        assert await clinic.installation("W1") is None
        await clinic.install(INSTALLATION)
        assert await clinic.installation("W1") == INSTALLATION
        await clinic.install(renewed)
        assert await clinic.installation("W1") == renewed
        assert await clinic.uninstall("W1")
        assert await clinic.installation("W1") is None
        await clinic.install(INSTALLATION)
        assert await clinic.installation("W1") == INSTALLATION


async def test_a_later_installation_stays(storage: Storage) -> None:
    installed_at = INSTALLATION.installed_at
    assert installed_at
    async with storage.clinic() as clinic:
        assert await clinic.uninstall("W1", installed_at), "nothing stays"
        await clinic.install(INSTALLATION)
        assert not await clinic.uninstall("W1", installed_at)
        assert await clinic.installation("W1") == INSTALLATION
        assert await clinic.uninstall("W1", installed_at + timedelta(seconds=1))
        assert await clinic.installation("W1") is None
        await clinic.install(replace(INSTALLATION, installed_at=None))
        assert await clinic.uninstall("W1", installed_at)


async def test_what_fails_is_undone(storage: Storage) -> None:
    async with storage.clinic() as clinic:
        await clinic.save_team(TEAM)

    async def fail() -> None:
        async with storage.clinic() as clinic:
            await clinic.remove_team("T1")
            await clinic.save_preferences(Preferences("W1", "U2", reminders=0))
            await clinic.record(Audited("W1", NOW, "U1", "removed", "T1"))
            await clinic.install(INSTALLATION)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with storage.clinic() as clinic:
        assert await clinic.team("T1") == TEAM
        assert await clinic.preferences("W1", "U2") == Preferences("W1", "U2")
        assert await clinic.audit("W1") == []
        assert await clinic.installation("W1") is None
