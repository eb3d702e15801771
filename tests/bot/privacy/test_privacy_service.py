"""Rights over what is kept: seen, taken away, destroyed in time, and honest about the rest."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.checkins import Answer
from bot.clinic import Installation, Preferences
from bot.clinic.installations import Installations
from bot.deliveries import Kind
from bot.errors import NotAllowed
from bot.reflections import WindowState
from tests.fakes import (
    ADMIN,
    CLINICIANS,
    FRIDAY,
    MONDAY,
    OTHER,
    SUPER,
    WEEK,
    WORKSPACE,
    House,
    rated,
)

MINA = CLINICIANS[0]


async def lines(house: House, member: str = MINA) -> str:
    receipt = await house.services.privacy.receipt(await house.viewer(member))
    return "\n".join(line for section in receipt.sections for line in section.lines)


async def exported(house: House, member: str = MINA) -> Any:
    name, content = await house.services.privacy.export(await house.viewer(member))
    assert name == "attune-my-data.json"
    return json.loads(content)


async def a_week(house: House) -> str:
    """Everyone answers, six with words to be shown; the digest is out. Return the team's id."""
    team = await house.team(on_call=OTHER)
    await house.until(MONDAY)
    for member in CLINICIANS:
        await house.answer(
            member, team, rated(4, text="It felt like walking on ice.", may_show=True)
        )
    await house.services.questions.call_me(await house.viewer(MINA))
    await house.until(FRIDAY)
    return team.id


async def test_the_receipt_tells_of_the_open_window_and_no_number_of_answers(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    before = await lines(house)
    assert "Riverbank: asked" in before
    assert "Thursday 8 January, 09:00" in before
    assert "Destroyed by 2 March 2026" in before
    await house.answer(CLINICIANS[1], team)
    assert await lines(house) == before, "somebody else's answer shows nowhere"
    await house.answer(MINA, team)
    assert "Riverbank: answered" in await lines(house)


async def test_the_export_holds_all_that_is_kept_under_the_id(house: House) -> None:
    await a_week(house)
    await house.services.clinic.save_preferences(
        await house.viewer(MINA), reminders=2, away_from=date(2026, 2, 1), away_to=date(2026, 2, 3)
    )
    found = await exported(house)
    assert found["reflects_in"] == ["Riverbank"]
    assert found["settings"]["reminders"] == 2
    assert found["settings"]["away"] == ["2026-02-01", "2026-02-03"]
    assert [one["answer"] for one in found["check_ins"]] == ["answered"]
    assert {one["kind"] for one in found["messages"]} == {"welcome", "check_in", "reminder"}
    assert [one["whom"] for one in found["calls_asked_for"]] == [OTHER]
    assert "carry no name" in " ".join(found["cannot_be_found"])
    assert "walking on ice" not in str(found)


async def test_an_export_is_of_ones_own(house: House) -> None:
    await a_week(house)
    found = str(await exported(house, OTHER))
    assert MINA not in found
    assert (await exported(house, SUPER))["supervises"] == ["Riverbank"]


async def test_erasing_leaves_nothing_under_the_id(house: House) -> None:
    team = await a_week(house)
    await house.services.clinic.set_admins(await house.viewer(ADMIN), frozenset({MINA, SUPER}))
    mina = await house.viewer(MINA)
    await house.services.clinic.save_preferences(mina, reminders=0, away_from=None, away_to=None)
    gone = await house.services.privacy.erase(mina)
    assert "Cannot be found" in [section.heading for section in gone.sections]
    after = await house.viewer(MINA)
    assert (after.teams, after.is_admin) == ((), False)
    assert await house.services.clinic.preferences(after) == Preferences(WORKSPACE, MINA)
    assert await house.services.deliveries.upcoming(WORKSPACE, MINA) == []
    found = await exported(house)
    assert (found["check_ins"], found["messages"], found["calls_asked_for"]) == ([], [], [])
    assert not any(MINA in repr(one) for one in await house.ledger()), "nor as whom it was about"
    async with house.storage.reflections() as store:
        assert await store.count(f"{team}.2026-01-05") == 8, "content has no writer to be found by"
    await house.until(MONDAY + WEEK)
    assert await house.ledger(Kind.CHECK_IN, recipient=MINA) == []
    (entry, *_) = await house.services.clinic.audit(await house.viewer(ADMIN))
    assert (entry.actor, entry.action) == (MINA, "own data erased")
    admins = (await house.services.clinic.workspace(await house.viewer(ADMIN))).admins
    assert admins == {SUPER}


async def test_erasing_in_an_open_window_helps_nobody_to_be_singled_out(house: House) -> None:
    """Five answered; one of them erases: four people are known, and nothing is told."""
    team = await house.team()
    await house.until(MONDAY)
    for member in CLINICIANS[:5]:
        await house.answer(member, team)
    await house.services.privacy.erase(await house.viewer(MINA))
    await house.until(FRIDAY)
    (digest,) = await house.services.digests.past(await house.viewer(SUPER))
    assert not digest.tells_numbers


async def test_guests_and_the_deactivated_see_nothing(house: House) -> None:
    viewer = await house.viewer(MINA)
    marks: tuple[dict[str, Any], ...] = ({"is_guest": True}, {"is_active": False})
    for mark in marks:
        nobody = replace(viewer, person=replace(viewer.person, **mark))
        privacy = house.services.privacy
        for doing in (privacy.receipt(nobody), privacy.export(nobody), privacy.erase(nobody)):
            with pytest.raises(NotAllowed):
                await doing


async def content_of(house: House, window: str) -> int:
    async with house.storage.reflections() as store:
        return await store.count(window)


@pytest.mark.parametrize(("today", "left"), [("2026-03-01", 8), ("2026-03-02", 0)])
async def test_reflections_go_on_the_day_that_was_promised(
    house: House, today: str, left: int
) -> None:
    window = f"{await a_week(house)}.2026-01-05"
    house.clock.at = datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC)
    await house.services.privacy.retire()
    assert await content_of(house, window) == left
    async with house.storage.digests() as store:
        (digest,) = await store.all()
    assert len(digest.words) == left
    assert digest.tells_numbers, "numbers name nobody and stay"
    assert any("8 weeks" in one.why for one in digest.withheld) is (left == 0)


async def test_retiring_twice_changes_nothing_more(house: House) -> None:
    await a_week(house)
    house.clock.at = MONDAY + 9 * WEEK
    await house.services.privacy.retire()
    async with house.storage.digests() as store:
        before = await store.all()
    await house.services.privacy.retire()
    async with house.storage.digests() as store:
        assert await store.all() == before


async def test_reflections_go_even_where_no_digest_ever_released_them(house: House) -> None:
    """The only supervisor leaves: no digest comes, and the promise holds all the same."""
    team = await house.team()
    await house.until(MONDAY)
    await house.answer(MINA, team)
    await house.services.privacy.erase(await house.viewer(SUPER))
    house.clock.at = MONDAY + 8 * WEEK
    await house.services.privacy.retire()
    window = await house.services.digests.reflections.window(f"{team.id}.2026-01-05")
    assert window.state is WindowState.OPEN
    assert await content_of(house, window.id) == 0


@pytest.mark.parametrize(("weeks", "kept"), [(11, True), (12, False)])
async def test_participation_goes_after_twelve_weeks(
    house: House,
    weeks: int,
    kept: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    team = await a_week(house)
    house.clock.at = MONDAY + weeks * WEEK
    await house.services.privacy.retire()
    async with house.storage.checkins() as store:
        row = await store.get(f"{team}.2026-01-05", MINA)
    assert (row is not None) is kept
    if row is not None:
        assert row.answer is Answer.ANSWERED


async def test_an_app_that_was_removed_leaves_no_token(house: House) -> None:
    installation = Installation(WORKSPACE, "Clinic", "U0BOT", frozenset(), "xoxb-made-up")
    async with house.storage.clinic() as store:
        await store.install(installation)
    for _ in range(2):  # the two events come in any order, and both
        await house.services.privacy.workspace_removed(WORKSPACE)
    async with house.storage.clinic() as store:
        assert await store.installation(WORKSPACE) is None
        (entry, *_) = await store.audit(WORKSPACE)
    assert entry.action == "app removed"
    assert "xoxb" not in repr(installation) + repr(entry)


async def test_what_came_in_is_forgotten_after_a_day(house: House) -> None:
    services = house.services
    assert await services.first_time("event:1")
    assert not await services.first_time("event:1")
    house.clock.at += timedelta(hours=23)
    await services.forget_inbox()
    assert not await services.first_time("event:1")
    house.clock.at += timedelta(hours=2)
    await services.forget_inbox()
    assert await services.first_time("event:1")
    await services.release("event:1")
    assert await services.first_time("event:1")


async def test_a_removed_workspace_is_destroyed_after_its_grace(house: House) -> None:
    await a_week(house)
    privacy, start = house.services.privacy, house.clock.at
    await privacy.workspace_removed(WORKSPACE)
    house.clock.at = start + timedelta(days=2)
    await privacy.workspace_removed(WORKSPACE)
    async with house.storage.clinic() as store:
        assert (await store.workspace(WORKSPACE)).removed_at == start, "the first of the two counts"
    house.clock.at = start + timedelta(days=30)
    await privacy.retire()
    async with house.storage.clinic() as store:
        assert await store.teams(WORKSPACE), "the last day of its grace"
    house.clock.at = start + timedelta(days=30, seconds=1)
    await privacy.retire()
    async with house.storage.clinic() as store:
        assert await store.teams(WORKSPACE) == []
        (left,) = await store.audit(WORKSPACE)
        assert (left.actor, left.action) == ("attune", "data destroyed")
    assert await house.ledger() == []
    await privacy.retire()
    async with house.storage.clinic() as store:
        assert len(await store.audit(WORKSPACE)) == 1


async def test_a_workspace_that_comes_back_in_time_keeps_what_it_had(house: House) -> None:
    team = await a_week(house)
    privacy = house.services.privacy
    await privacy.workspace_removed(WORKSPACE)
    installed = Installation(WORKSPACE, "Clinic", "B1", frozenset(), "made-up")
    await Installations(house.storage.clinic, house.clock).keep(installed, ADMIN)
    house.clock.at += timedelta(days=40)
    await privacy.retire()
    async with house.storage.clinic() as store:
        assert await store.team(team) is not None


async def test_a_removal_told_late_leaves_the_new_token_alone(house: House) -> None:
    privacy, removed_at = house.services.privacy, house.clock.at
    installed = Installation(WORKSPACE, "Clinic", "B1", frozenset(), "made-up")
    house.clock.at += timedelta(minutes=5)
    await Installations(house.storage.clinic, house.clock).keep(installed, ADMIN)
    await privacy.workspace_removed(WORKSPACE, removed_at)
    async with house.storage.clinic() as store:
        assert await store.installation(WORKSPACE) is not None
        assert (await store.workspace(WORKSPACE)).removed_at is None
    await privacy.workspace_removed(WORKSPACE, house.clock.at)
    async with house.storage.clinic() as store:
        assert await store.installation(WORKSPACE) is None


async def test_a_workspace_that_gets_messages_again_is_not_destroyed(house: House) -> None:
    """With one token for all, nothing is installed anew; messages that go out tell."""
    team = await a_week(house)
    await house.services.privacy.workspace_removed(WORKSPACE)
    await house.until(FRIDAY + 5 * WEEK)
    await house.services.privacy.retire()
    async with house.storage.clinic() as store:
        assert await store.team(team) is not None
        assert (await store.workspace(WORKSPACE)).removed_at is None


async def test_removing_a_team_leaves_nobody_in_its_weeks(house: House) -> None:
    team = await a_week(house)
    window = f"{team}.2026-01-05"
    async with house.storage.checkins() as store:
        assert await store.of_window(window)
    await house.services.clinic.remove_team(await house.viewer(ADMIN), team)
    async with house.storage.checkins() as store:
        assert await store.of_window(window) == []
    assert await content_of(house, window) == 0
