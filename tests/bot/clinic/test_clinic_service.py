"""Setting a clinic up: who may, whom it takes, what follows, what is noted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.clinic import Preferences, Team, Viewer
from bot.deliveries import Kind, State
from bot.errors import InvalidForm, NotAllowed, NotFound, NotUnderstood, StorageUnavailable
from bot.messages import Person, Welcome
from tests.fakes import (
    ADMIN,
    CLINICIANS,
    MONDAY,
    OTHER,
    SUPER,
    WORKSPACE,
    House,
    form,
)

MINA = CLINICIANS[0]
LATER = timedelta(minutes=6)


async def test_saving_a_team_schedules_and_welcomes_everyone_once(house: House) -> None:
    team = await house.team()
    schedules = await house.services.deliveries.schedules(WORKSPACE)
    kinds = [(one.recipient, one.kind) for one in schedules]
    assert sorted(kinds) == sorted(
        [(SUPER, Kind.DIGEST), *((member, Kind.CHECK_IN) for member in CLINICIANS)]
    )
    assert {one.next_at for one in schedules if one.kind is Kind.CHECK_IN} == {MONDAY}
    await house.tick()
    await house.team(id=team.id)
    await house.tick()
    for member in (SUPER, *CLINICIANS):
        (said,) = house.messenger.to(member)
        assert isinstance(said, Welcome)
        assert said.as_supervisor is (member == SUPER)


class Breaks:
    """A listener whose database goes away."""

    async def team_changed(self, before: Team | None, after: Team | None) -> None:  # noqa: ARG002  the shape of a listener
        raise StorageUnavailable


async def test_what_was_broken_off_after_saving_is_mended(house: House) -> None:
    whole = house.services.clinic
    breaking = replace(whole, listeners=(Breaks(),))
    with pytest.raises(StorageUnavailable):
        await breaking.save_team(await house.viewer(ADMIN), form())
    assert await house.services.deliveries.schedules(WORKSPACE) == []
    assert await whole.mend() == 0  # it may be under way still
    house.clock.at += LATER
    assert [await whole.mend(), await whole.mend()] == [1, 0]
    assert len(await house.services.deliveries.schedules(WORKSPACE)) == len(CLINICIANS) + 1
    await house.tick()
    assert [type(said) for said in house.messenger.to(MINA)] == [Welcome]


class Picky:
    """A listener that can do nothing for one team."""

    async def team_changed(self, before: Team | None, after: Team | None) -> None:  # noqa: ARG002  the shape of a listener
        if after and after.name == "Alpha":
            raise StorageUnavailable


async def test_a_team_that_cannot_be_mended_keeps_no_other_waiting(house: House) -> None:
    whole, admin = house.services.clinic, await house.viewer(ADMIN)
    for name in ("Alpha", "Beta"):
        with pytest.raises(StorageUnavailable):
            await replace(whole, listeners=(Breaks(),)).save_team(admin, form(name=name))
    house.clock.at += LATER
    with pytest.raises(StorageUnavailable):
        await replace(whole, listeners=(Picky(), *whole.listeners)).mend()
    assert await asked(house) == set(CLINICIANS)
    assert await whole.mend() == 1


async def test_nobody_is_welcomed_again_by_mending(house: House) -> None:
    """Not even when the ledger has forgotten the first welcome."""
    whole = house.services.clinic
    team = await house.team(clinicians=frozenset(CLINICIANS[:7]))
    await house.tick()
    house.clock.at += timedelta(weeks=14)
    await house.services.deliveries.retire()
    joined = form(id=team.id, clinicians=frozenset(CLINICIANS))
    with pytest.raises(StorageUnavailable):
        await replace(whole, listeners=(Breaks(),)).save_team(await house.viewer(ADMIN), joined)
    house.clock.at += LATER
    assert await whole.mend() == 1
    rows = await house.ledger(Kind.WELCOME, state=State.PLANNED)
    assert [row.recipient for row in rows] == [CLINICIANS[7]]


@dataclass(frozen=True)
class Meanwhile:
    """A listener during whose work somebody else acts, once."""

    act: list[Callable[[], Awaitable[object]]]

    async def team_changed(self, before: Team | None, after: Team | None) -> None:  # noqa: ARG002  the shape of a listener
        if self.act:
            await self.act.pop()()


async def asked(house: House) -> set[str]:
    schedules = await house.services.deliveries.schedules(WORKSPACE)
    return {one.recipient for one in schedules if one.kind is Kind.CHECK_IN}


@pytest.mark.parametrize("by", ["mending", "saving", "a person's change"])
async def test_what_is_saved_meanwhile_is_what_counts(house: House, by: str) -> None:
    """Whoever works on an older saving ends with the newest, and with nothing left to mend."""
    whole, admin = house.services.clinic, await house.viewer(ADMIN)
    with pytest.raises(StorageUnavailable):
        await replace(whole, listeners=(Breaks(),)).save_team(admin, form())
    (team,) = await whole.teams(admin)
    newest = form(id=team.id, clinicians=frozenset(CLINICIANS[1:]))
    late = replace(
        whole, listeners=(Meanwhile([lambda: whole.save_team(admin, newest)]), *whole.listeners)
    )
    house.clock.at += LATER
    if by == "mending":
        await late.mend()
    elif by == "saving":
        await late.save_team(admin, form(id=team.id))
    else:
        await late.person_changed(WORKSPACE, MINA)
    assert await asked(house) == set(CLINICIANS[1:])
    house.clock.at += LATER
    assert await whole.mend() == 0


async def test_a_team_removed_while_it_is_mended_leaves_nothing(house: House) -> None:
    whole, admin = house.services.clinic, await house.viewer(ADMIN)
    with pytest.raises(StorageUnavailable):
        await replace(whole, listeners=(Breaks(),)).save_team(admin, form())
    (team,) = await whole.teams(admin)
    removes = Meanwhile([lambda: whole.remove_team(admin, team.id)])
    house.clock.at += LATER
    await replace(whole, listeners=(removes, *whole.listeners)).mend()
    assert await house.services.deliveries.schedules(WORKSPACE) == []


async def test_a_team_removed_while_it_is_saved_does_not_come_back(house: House) -> None:
    whole, admin = house.services.clinic, await house.viewer(ADMIN)
    team = await house.team()
    answer = house.people.person

    async def slowly(workspace: str, member: str) -> Person:
        if await whole.teams(admin):
            await whole.remove_team(admin, team.id)
        return await answer(workspace, member)

    house.people.person = slowly  # type: ignore[method-assign]  # looking up takes its time
    with pytest.raises(NotFound):
        await whole.save_team(admin, form(id=team.id))
    assert await whole.teams(admin) == []


@pytest.mark.parametrize("broken_off", ["first", "last"])
async def test_a_removal_that_was_broken_off_is_finished(house: House, broken_off: str) -> None:
    """From its first step on nobody finds the team, and the audit trail tells who removed it."""
    team = await house.team()
    admin, whole = await house.viewer(ADMIN), house.services.clinic
    first = broken_off == "first"
    listeners = (Breaks(), *whole.listeners) if first else (*whole.listeners, Breaks())
    with pytest.raises(StorageUnavailable):
        await replace(whole, listeners=listeners).remove_team(admin, team.id)
    assert await whole.teams(admin) == []
    assert (await house.viewer(MINA)).teams == ()
    house.clock.at += LATER
    assert await whole.mend() == (1 if first else 0)  # the last listener destroys the team itself
    assert await house.services.deliveries.schedules(WORKSPACE) == []
    async with house.storage.clinic() as store:
        assert await store.stored(team.id) is None
    assert [one.action for one in await whole.audit(admin)].count("team removed") == 1


async def test_saving_a_team_twice_moves_nothing(house: House) -> None:
    team = await house.team()
    before = await house.services.deliveries.schedules(WORKSPACE)
    house.clock.at = MONDAY.replace(hour=12)  # an overdue schedule would be lost by a new next_at
    await house.team(id=team.id, emergency_number="112")
    assert await house.services.deliveries.schedules(WORKSPACE) == before


async def test_whoever_joins_is_welcomed_and_whoever_leaves_is_not_asked(house: House) -> None:
    team = await house.team(clinicians=frozenset(CLINICIANS[:7]))
    await house.tick()
    saved = frozenset(CLINICIANS[1:])
    await house.team(id=team.id, clinicians=saved)
    await house.until(MONDAY)
    assert [type(said).__name__ for said in house.messenger.to(MINA)] == ["Welcome"]
    assert [type(said).__name__ for said in house.messenger.to(CLINICIANS[7])] == [
        "Welcome",
        "CheckIn",
    ]


async def test_people_are_looked_up_at_the_same_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everyone of the team is asked for before anyone's answer comes."""
    admin = await house.viewer(ADMIN)
    waiting = 0
    everyone = asyncio.Event()
    answer = house.people.person

    async def slowly(workspace: str, member: str) -> Any:
        nonlocal waiting
        waiting += 1
        if waiting == len(CLINICIANS) + 1:
            everyone.set()
        await asyncio.wait_for(everyone.wait(), 1)
        return await answer(workspace, member)

    monkeypatch.setattr(house.people, "person", slowly)
    await house.services.clinic.save_team(admin, form())


@pytest.mark.parametrize("mark", [{"is_guest": True}, {"is_active": False}, {"is_human": False}])
@pytest.mark.parametrize(
    ("field", "chosen"),
    [("supervisors", frozenset({OTHER})), ("clinicians", frozenset({OTHER})), ("on_call", OTHER)],
)
async def test_only_active_members_can_be_asked(
    house: House, mark: dict[str, bool], field: str, chosen: object
) -> None:
    house.people.add(OTHER, name="Pat Sample", **mark)
    with pytest.raises(InvalidForm) as refused:
        await house.team(**{field: chosen})
    assert refused.value.problems == {
        field: "Pat Sample cannot be asked: not an active member here."
    }
    assert await house.services.clinic.teams(await house.viewer(ADMIN)) == []
    assert await house.services.deliveries.schedules(WORKSPACE) == []


async def test_a_member_without_a_zone_gets_the_teams_and_the_admin_is_told(house: House) -> None:
    house.people.add(ADMIN, is_admin=True, zone="Asia/Tokyo")
    house.people.add(MINA, zone=None, name="Noor Sample")
    house.people.add(CLINICIANS[1], zone="Mars/Olympus")
    saved = await house.services.clinic.save_team(await house.viewer(ADMIN), form())
    assert saved.team.zone == "Asia/Tokyo"
    assert "Noor Sample has no time zone; the team's (Asia/Tokyo) is used." in saved.warnings
    zones = {
        one.recipient: one.zone for one in await house.services.deliveries.schedules(WORKSPACE)
    }
    assert zones[MINA] == zones[CLINICIANS[1]] == "Asia/Tokyo"
    assert zones[CLINICIANS[2]] == "Europe/London"


async def test_tight_groups_and_missing_contacts_are_warned_about(house: House) -> None:
    admin = await house.viewer(ADMIN)
    saved = await house.services.clinic.save_team(
        admin, form(smallest_group="7", on_call=None, emergency_number="")
    )
    assert any("without numbers" in one for one in saved.warnings)
    assert any("on-call contact and number" in one for one in saved.warnings)
    assert (await house.services.clinic.save_team(admin, form())).warnings == ()


@pytest.mark.parametrize("who", [SUPER, MINA, OTHER])
async def test_only_admins_set_up(house: House, who: str) -> None:
    team = await house.team()
    viewer, clinic = await house.viewer(who), house.services.clinic
    doings = (
        clinic.save_team(viewer, form()),
        clinic.remove_team(viewer, team.id),
        clinic.team(viewer, team.id),
        clinic.workspace(viewer),
        clinic.set_admins(viewer, frozenset({who})),
        clinic.set_words(viewer, "", ""),
        clinic.audit(viewer),
    )
    for doing in doings:
        with pytest.raises(NotAllowed):
            await doing
    assert await clinic.teams(await house.viewer(ADMIN)) == [team]


async def test_an_admin_of_one_workspace_does_not_reach_into_another(house: House) -> None:
    team = await house.team()
    here = await house.viewer(ADMIN)
    stranger = Viewer(replace(here.person, workspace="T0FAR"), (), is_admin=True)
    clinic = house.services.clinic
    for doing in (
        clinic.team(stranger, team.id),
        clinic.save_team(stranger, form(id=team.id)),
        clinic.remove_team(stranger, team.id),
        clinic.team(here, "unknown"),
    ):
        with pytest.raises(NotFound):
            await doing
    assert await clinic.teams(here) == [team]


async def test_admins_hand_the_role_on(house: House) -> None:
    clinic = house.services.clinic
    await clinic.set_admins(await house.viewer(ADMIN), frozenset({OTHER}))
    assert (await house.viewer(OTHER)).is_admin
    house.people.add("U0GUEST", is_guest=True, name="Gil Sample")
    with pytest.raises(InvalidForm) as refused:
        await clinic.set_admins(await house.viewer(OTHER), frozenset({"U0GUEST"}))
    assert "Gil Sample cannot be an admin" in refused.value.problems["admins"]
    assert (await clinic.workspace(await house.viewer(ADMIN))).admins == {OTHER}


@pytest.mark.usefixtures("house")
async def test_operators_name_admins_by_setting() -> None:
    named = House(ATTUNE_ADMINS="U0OTHER")
    assert (await named.viewer(OTHER)).is_admin
    assert not (await named.viewer(SUPER)).is_admin


async def test_every_change_is_noted_without_content(house: House) -> None:
    admin, clinic = await house.viewer(ADMIN), house.services.clinic
    team = await house.team()
    await house.team(id=team.id, smallest_group="6", on_call=OTHER)
    await clinic.set_words(admin, "Elm House", "Session")
    await clinic.set_admins(admin, frozenset({OTHER}))
    await clinic.remove_team(admin, team.id)
    trail = await clinic.audit(admin)
    assert [(one.actor, one.action) for one in reversed(trail)] == [
        (ADMIN, "team saved"),
        (ADMIN, "team saved"),
        (ADMIN, "clinic words changed"),
        (ADMIN, "admins changed"),
        (ADMIN, "team removed"),
    ]
    assert trail[3].detail == "Smallest group: 5 → 6; On call: somebody else"
    assert "Elm" not in str(trail)


async def test_removing_a_team_takes_everything_of_it(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    await house.answer(MINA, team)
    await house.services.clinic.remove_team(await house.viewer(ADMIN), team.id)
    assert await house.services.deliveries.schedules(WORKSPACE) == []
    async with house.storage.reflections() as store:
        assert await store.windows(team.id) == []
        assert await store.content(f"{team.id}.2026-01-05") == []
    assert (await house.viewer(MINA)).teams == ()
    await house.until(datetime(2026, 1, 13, tzinfo=UTC))
    assert [type(said).__name__ for said in house.messenger.to(MINA)].count("CheckIn") == 1


async def test_a_move_to_another_zone_moves_the_schedule_and_asks_nobody_twice(
    house: House,
) -> None:
    team = await house.team()
    await house.until(MONDAY)
    house.people.add(MINA, zone="America/New_York")
    await house.services.clinic.person_changed(WORKSPACE, MINA)
    await house.until(MONDAY.replace(hour=20))
    assert len(house.messenger.to(MINA)) == 2, "one welcome, one check-in"
    (mine,) = await house.services.deliveries.upcoming(WORKSPACE, MINA)
    assert mine.zone == "America/New_York"
    assert mine.next_at == datetime(2026, 1, 12, 14, tzinfo=UTC)
    assert team.id == mine.subject


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"reminders": 3}, "reminders", "none, one or two"),
        ({"reminders": -1}, "reminders", "none, one or two"),
        ({"away_from": date(2026, 1, 5)}, "away_to", "both days"),
        ({"away_to": date(2026, 1, 5)}, "away_to", "both days"),
        (
            {"away_from": date(2026, 1, 5), "away_to": date(2026, 1, 4)},
            "away_to",
            "before the first",
        ),
    ],
)
async def test_settings_that_do_not_add_up(
    house: House, typed: dict[str, Any], field: str, words: str
) -> None:
    viewer, clinic = await house.viewer(MINA), house.services.clinic
    wanted: dict[str, Any] = {"reminders": 1, "away_from": None, "away_to": None} | typed
    with pytest.raises(InvalidForm) as refused:
        await clinic.save_preferences(viewer, **wanted)
    assert words in refused.value.problems[field]
    assert await clinic.preferences(viewer) == Preferences(WORKSPACE, MINA)


async def test_pause_counts_from_the_members_own_today_and_resume_ends_all(house: House) -> None:
    house.people.add(MINA, zone="Asia/Tokyo")  # it is Monday there already
    viewer, clinic = await house.viewer(MINA), house.services.clinic
    assert (await clinic.pause(viewer, "1d")).paused_until == date(2026, 1, 6)
    await clinic.save_preferences(
        viewer, reminders=2, away_from=date(2026, 2, 1), away_to=date(2026, 2, 2)
    )
    assert (await clinic.preferences(viewer)).paused_until == date(2026, 1, 6), "kept beside it"
    with pytest.raises(NotUnderstood):
        await clinic.pause(viewer, "a while")
    resumed = await clinic.resume(viewer)
    assert resumed == Preferences(WORKSPACE, MINA, reminders=2)


async def test_a_deactivated_person_changes_nothing(house: House) -> None:
    viewer = await house.viewer(MINA)
    gone = replace(viewer, person=replace(viewer.person, is_active=False))
    for doing in (
        house.services.clinic.pause(gone, "1w"),
        house.services.clinic.resume(gone),
        house.services.clinic.save_preferences(gone, reminders=0, away_from=None, away_to=None),
    ):
        with pytest.raises(NotAllowed):
            await doing
