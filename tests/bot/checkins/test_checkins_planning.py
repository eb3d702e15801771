"""When clinicians are asked and reminded, and when they are not, with the reason."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.checkins.schedule import later_today
from bot.deliveries import Delivery, Kind, State
from bot.messages import CheckIn
from tests.fakes import (
    ADMIN,
    CLINICIANS,
    LONDON,
    MONDAY,
    SUPER,
    THURSDAY,
    WEEK,
    WORKSPACE,
    House,
)

MINA = CLINICIANS[0]


async def row(house: House, kind: Kind = Kind.CHECK_IN, member: str = MINA) -> Delivery:
    (found,) = await house.ledger(kind, recipient=member)
    return found


async def prefer(house: House, **chosen: Any) -> None:
    values: dict[str, Any] = {"reminders": 1, "away_from": None, "away_to": None} | chosen
    await house.services.clinic.save_preferences(await house.viewer(MINA), **values)


async def test_everyone_is_asked_at_nine_on_their_own_clocks(house: House) -> None:
    zones = {
        MINA: "Asia/Tokyo",
        CLINICIANS[1]: "America/Los_Angeles",
        CLINICIANS[2]: "Asia/Kolkata",
    }
    for member, zone in zones.items():
        house.people.add(member, zone=zone)
    team = await house.team()
    await house.until(MONDAY + timedelta(hours=12))
    due = {one.recipient: one.due_at for one in await house.ledger(Kind.CHECK_IN)}
    assert [due[one] for one in CLINICIANS[:4]] == [
        datetime(2026, 1, 5, 0, tzinfo=UTC),
        datetime(2026, 1, 5, 17, tzinfo=UTC),
        datetime(2026, 1, 5, 3, 30, tzinfo=UTC),
        MONDAY,
    ]
    windows = {one.about for one in await house.ledger(Kind.CHECK_IN)}
    assert windows == {f"{team.id}.2026-01-05"}, "one window, whatever the zone"
    (said,) = house.messenger.to(MINA, CheckIn)
    assert (said.zone, said.closes_at, said.smallest_group) == ("Asia/Tokyo", THURSDAY, 5)


async def test_a_holiday_is_written_down_and_nobody_is_asked(house: House) -> None:
    await house.team(country="GB-SCT", checkin_day=4, window_days=2, digest_day=2)
    house.clock.at = datetime(2026, 4, 2, 12, tzinfo=UTC)
    await house.team(country="GB-SCT", checkin_day=4, window_days=2, digest_day=2)
    await house.until(datetime(2026, 4, 3, 12, tzinfo=UTC))  # Good Friday
    rows = [one for one in await house.ledger(Kind.CHECK_IN) if one.due_at.month == 4]
    assert {one.state for one in rows} == {State.DROPPED}
    assert {one.reason for one in rows} == {"holiday: Good Friday"}
    assert house.messenger.to(MINA, CheckIn) == []


@pytest.mark.parametrize(
    ("choose", "reason"),
    [
        ({"away_from": date(2026, 1, 5), "away_to": date(2026, 1, 5)}, "away until 2026-01-05"),
        ({"away_from": date(2025, 12, 1), "away_to": date(2026, 2, 1)}, "away until 2026-02-01"),
    ],
)
async def test_the_absent_are_not_asked(house: House, choose: dict[str, Any], reason: str) -> None:
    await house.team()
    await prefer(house, **choose)
    await house.until(THURSDAY)
    found = await row(house)
    assert (found.state, found.reason) == (State.DROPPED, reason)
    assert await house.ledger(Kind.REMINDER, recipient=MINA) == []
    async with house.storage.checkins() as store:
        assert await store.of_member(WORKSPACE, MINA) == [], "not asked, so not counted"


async def test_the_paused_are_not_asked_until_their_pause_ends(house: House) -> None:
    await house.team()
    await house.services.clinic.pause(await house.viewer(MINA), "until 2026-01-12")
    await house.until(MONDAY + WEEK)
    states = [(one.state, one.reason) for one in await house.ledger(Kind.CHECK_IN, recipient=MINA)]
    assert states == [(State.DROPPED, "paused until 2026-01-12"), (State.SENT, None)]


@pytest.mark.parametrize(("wanted", "shares"), [(0, []), (1, [0.8]), (2, [0.5, 0.8])])
async def test_as_many_reminders_as_wanted(house: House, wanted: int, shares: list[float]) -> None:
    await house.team(quiet_from=time(0), quiet_to=time(0))
    await prefer(house, reminders=wanted)
    await house.until(THURSDAY)
    rows = await house.ledger(Kind.REMINDER, recipient=MINA)
    assert [one.due_at for one in rows] == [MONDAY + timedelta(days=3) * one for one in shares]
    assert {one.state for one in rows} <= {State.SENT}
    assert [one.reminder for one in house.messenger.to(MINA, CheckIn)] == [False, *[True] * wanted]


async def test_reminders_wait_for_the_end_of_quiet_hours_and_two_become_one(house: House) -> None:
    await house.team(window_days=1)
    await prefer(house, reminders=2)
    await house.until(THURSDAY)
    rows = await house.ledger(Kind.REMINDER, recipient=MINA)
    assert [one.due_at for one in rows] == [datetime(2026, 1, 6, 7, tzinfo=UTC)]


async def test_a_check_in_in_quiet_hours_comes_when_they_end(house: House) -> None:
    await house.team(quiet_from=time(8), quiet_to=time(11))
    await house.until(MONDAY + timedelta(hours=3))
    assert (await row(house)).due_at == MONDAY + timedelta(hours=2)
    assert len(house.messenger.to(MINA, CheckIn)) == 1


async def test_quiet_hours_set_meanwhile_put_a_row_off(house: House) -> None:
    team = await house.team()
    house.messenger.script = []
    house.clock.at = MONDAY - timedelta(minutes=1)
    await house.tick()
    await house.team(id=team.id, quiet_from=time(8), quiet_to=time(12))
    await house.until(MONDAY + timedelta(hours=4))
    assert (await row(house)).due_at == MONDAY + timedelta(hours=3)


async def planned_reminder(house: House) -> None:
    """Monday noon: asked, and the reminder waits."""
    await house.team()
    await house.until(MONDAY + timedelta(hours=3))
    assert len(house.messenger.to(MINA, CheckIn)) == 1


async def test_who_has_answered_or_skipped_is_not_reminded(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    await house.answer(MINA, team)
    window = await house.window(team)
    await house.services.checkins.skip(await house.viewer(CLINICIANS[1]), window.id)
    await house.services.checkins.away(await house.viewer(CLINICIANS[2]), window.id)
    await house.until(THURSDAY)
    for member in CLINICIANS[:3]:
        dropped = await row(house, Kind.REMINDER, member)
        assert (dropped.state, dropped.reason) == (
            State.DROPPED,
            "answered, skipped or away already",
        )
    assert (await row(house, Kind.REMINDER, CLINICIANS[3])).state is State.SENT


async def test_who_comes_to_want_no_reminder_gets_none(house: House) -> None:
    await planned_reminder(house)
    await prefer(house, reminders=0)
    await house.until(THURSDAY)
    dropped = await row(house, Kind.REMINDER)
    assert (dropped.state, dropped.reason) == (State.DROPPED, "fewer reminders wanted by now")


async def test_who_left_the_team_meanwhile_is_not_asked(house: House) -> None:
    await planned_reminder(house)
    team = (await house.viewer(SUPER)).supervises[0]
    await house.team(id=team.id, clinicians=frozenset(CLINICIANS[1:]))
    await house.until(THURSDAY)
    assert (await row(house, Kind.REMINDER)).reason == "no longer a clinician of this team"


@pytest.mark.parametrize("mark", [{"is_active": False}, {"is_guest": True}])
async def test_who_is_deactivated_meanwhile_is_not_asked(
    house: House, mark: dict[str, Any]
) -> None:
    await planned_reminder(house)
    house.people.add(MINA, **mark)
    await house.until(THURSDAY)
    assert (await row(house, Kind.REMINDER)).reason == "no longer an active member of the chat"


async def test_whom_the_chat_no_longer_knows_holds_nobody_up(house: House) -> None:
    await house.team()
    del house.people.known[MINA], house.people.known[SUPER]
    await house.until(THURSDAY)
    assert (await row(house)).reason == "no longer an active member of the chat"
    assert (await row(house, Kind.CHECK_IN, CLINICIANS[1])).state is State.SENT


async def test_what_comes_too_late_is_dropped_and_says_so(house: House) -> None:
    await house.team()
    house.clock.at = THURSDAY + timedelta(minutes=5)
    await house.tick()
    late = await row(house)
    assert (late.state, late.reason) == (State.DROPPED, "too late: the window had closed")
    assert house.messenger.to(MINA, CheckIn) == []


async def test_a_welcome_is_for_those_who_are_still_in_the_team(house: House) -> None:
    team = await house.team()
    await house.services.clinic.remove_team(await house.viewer(ADMIN), team.id)
    await house.tick()
    assert {one.reason for one in await house.ledger(Kind.WELCOME)} == {"no longer in this team"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "closes", "expected"),
    [
        ("2026-01-05T09:00", "2026-01-08T09:00", "2026-01-05T13:00"),
        ("2026-01-05T15:00", "2026-01-08T09:00", "2026-01-05T17:30"),
        ("2026-01-05T17:00", "2026-01-08T09:00", "2026-01-05T18:00"),
        ("2026-01-05T09:00", "2026-01-05T11:00", "2026-01-05T10:30"),
        ("2026-01-05T09:00", "2026-01-05T09:40", "2026-01-05T09:20"),
        ("2026-01-05T09:00", "2026-01-05T09:02", "2026-01-05T09:01"),
    ],
)
def test_later_today(now: str, closes: str, expected: str) -> None:
    assert later_today(at(now), LONDON, at(closes)) == at(expected)


async def test_later_today_is_kept_as_often_as_it_is_asked_for(house: House) -> None:
    team = await house.team()
    await prefer(house, reminders=0)
    await house.until(MONDAY)
    window, viewer = (await house.window(team)).id, await house.viewer(MINA)
    first = await house.services.checkins.later(viewer, window)
    assert first == MONDAY + timedelta(hours=4)
    assert await house.services.checkins.later(viewer, window) == first, "twice at once is one"
    await house.until(first)
    second = await house.services.checkins.later(viewer, window)
    await house.until(second)
    asked = house.messenger.to(MINA, CheckIn)
    assert [one.reminder for one in asked] == [False, True, True], "though no reminder is wanted"


async def test_later_in_the_evening_is_promised_for_the_morning(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY + timedelta(hours=10, minutes=30))
    window, viewer = (await house.window(team)).id, await house.viewer(MINA)
    again = await house.services.checkins.later(viewer, window)
    assert again == datetime(2026, 1, 6, 7, tzinfo=UTC)
    await house.until(again)
    assert len(house.messenger.to(MINA, CheckIn)) == 2
