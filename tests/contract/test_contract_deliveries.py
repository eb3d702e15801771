"""``DeliveryStore``: schedules and the ledger."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from bot.deliveries.model import Delivery, Kind, Schedule, State
from bot.messages import Posted
from storage import Storage

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POSTED = Posted("D1", "1700000000.000100")


def schedule(recipient: str, minutes: int = 0) -> Schedule:
    return Schedule(
        "W1", Kind.CHECK_IN, "T1", recipient, 0, time(9, 0), "Europe/Paris", NOW + minutes * MINUTE
    )


def delivery(name: str, minutes: int = 0, **known: object) -> Delivery:
    planned = Delivery(name, "W1", Kind.CHECK_IN, "U1", "T1.x", NOW + minutes * MINUTE)
    return replace(planned, **known)  # type: ignore[arg-type]  # the tests name real fields


async def planned(storage: Storage, *rows: Delivery) -> None:
    async with storage.deliveries() as deliveries:
        assert await deliveries.plan(rows) == len(rows)


async def row_of(storage: Storage, one: Delivery) -> Delivery | None:
    async with storage.deliveries() as deliveries:
        return await deliveries.delivery(one.id)


async def test_due_schedules_earliest_first(storage: Storage) -> None:
    rows = [schedule("U1", 1), schedule("U2", -5), schedule("U3"), schedule("U4", -9)]
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules(rows)
    async with storage.deliveries() as deliveries:
        assert await deliveries.due_schedules(NOW, 10) == [rows[3], rows[1], rows[2]]
        assert await deliveries.due_schedules(NOW, 1) == [rows[3]]


async def test_saving_schedules_replaces_by_id(storage: Storage) -> None:
    moved = replace(schedule("U1"), at=time(17, 15), zone="Asia/Tokyo", next_at=NOW + 99 * MINUTE)
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1"), schedule("U2")])
        assert await deliveries.due_schedules(NOW, 10) == [schedule("U1"), schedule("U2")]
        await deliveries.save_schedules([moved])
        assert await deliveries.due_schedules(NOW, 10) == [schedule("U2")]
        assert await deliveries.schedules("W1", recipient="U1") == [moved]
        await deliveries.save_schedules([])


async def test_schedules_of_a_subject_or_recipient(storage: Storage) -> None:
    digest = replace(schedule("U1"), kind=Kind.DIGEST)
    other_team = replace(schedule("U1"), subject="T2")
    far = replace(schedule("U1"), workspace="W2")
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1"), schedule("U2"), digest, other_team, far])
        assert len(await deliveries.schedules("W1")) == 4
        assert await deliveries.schedules("W1", subject="T2") == [other_team]
        assert len(await deliveries.schedules("W1", subject="T1", recipient="U1")) == 2
        await deliveries.remove_schedules([digest.id, "unknown"])
        assert await deliveries.schedules("W1", subject="T1", recipient="U1") == [schedule("U1")]


async def test_planning_twice_changes_nothing(storage: Storage) -> None:
    async with storage.deliveries() as deliveries:
        assert await deliveries.plan([delivery("a"), delivery("b")]) == 2
        assert await deliveries.begin(delivery("a").id, 0, NOW)
        again = [delivery("a", 5), delivery("c"), delivery("c")]
        assert await deliveries.plan(again) == 1
        assert await deliveries.plan([]) == 0
    assert await row_of(storage, delivery("a")) == delivery(
        "a", state=State.ATTEMPTING, attempt=1, started_at=NOW
    )


async def test_many_are_planned_at_once(storage: Storage) -> None:
    many = [delivery(f"key {number}") for number in range(2500)]
    async with storage.deliveries() as deliveries:
        assert await deliveries.plan(many[:10]) == 10
        assert await deliveries.plan(many) == 2490
        assert len(await deliveries.due(NOW, 5000)) == 2500
        await deliveries.cancel([one.key for one in many], "the team was removed")
        assert await deliveries.due(NOW, 5000) == []


async def test_instants_come_back_in_utc(storage: Storage) -> None:
    tokyo = timezone(timedelta(hours=9))
    one = delivery("a", due_at=datetime(2026, 11, 23, 18, 0, 0, 250000, tzinfo=tokyo))
    await planned(storage, one)
    found = await row_of(storage, one)
    assert found == one
    async with storage.deliveries() as deliveries:
        assert await deliveries.due(NOW, 10) == []
        assert await deliveries.due(NOW + timedelta(milliseconds=250), 10) == [one]


async def test_due_rows_by_due_time_without_paused_workspaces(storage: Storage) -> None:
    late, early, soon = delivery("late"), delivery("early", -3), delivery("soon", 1)
    held = delivery("held", -9, workspace="W2")
    begun = delivery("begun", -9, state=State.ATTEMPTING)
    await planned(storage, late, early, soon, held, begun)
    async with storage.deliveries() as deliveries:
        await deliveries.pause("W2", NOW + MINUTE)
        assert await deliveries.due(NOW, 10) == [early, late]
        assert await deliveries.due(NOW, 1) == [early]
        assert await deliveries.due(NOW + MINUTE, 10) == [held, early, late, soon]


async def test_a_pause_never_shrinks(storage: Storage) -> None:
    async with storage.deliveries() as deliveries:
        assert await deliveries.paused_until("W1") is None
        await deliveries.pause("W1", NOW)
        await deliveries.pause("W1", NOW + MINUTE)
        await deliveries.pause("W1", NOW - MINUTE)
        assert await deliveries.paused_until("W1") == NOW + MINUTE


async def test_only_the_first_begins(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)

    async def begin() -> bool:
        async with storage.deliveries() as deliveries:
            return await deliveries.begin(one.id, 0, NOW)

    outcomes = await asyncio.gather(*(begin() for _ in range(5)))
    assert sorted(outcomes) == [False, False, False, False, True]
    assert await row_of(storage, one) == replace(
        one, state=State.ATTEMPTING, attempt=1, started_at=NOW
    )


async def test_beginning_needs_the_right_attempt_and_state(storage: Storage) -> None:
    one = delivery("a", attempt=2)
    await planned(storage, one)
    async with storage.deliveries() as deliveries:
        assert not await deliveries.begin(one.id, 1, NOW)
        assert not await deliveries.resume(one.id, 2, NOW)
        assert not await deliveries.begin("unknown", 0, NOW)
        assert await deliveries.begin(one.id, 2, NOW)
        assert not await deliveries.begin(one.id, 3, NOW)
        assert not await deliveries.resume(one.id, 2, NOW)
        assert await deliveries.resume(one.id, 3, NOW + MINUTE)
    found = await row_of(storage, one)
    assert found is not None
    assert (found.state, found.attempt, found.started_at) == (State.ATTEMPTING, 4, NOW + MINUTE)


async def test_a_delivery_is_sent(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)
    async with storage.deliveries() as deliveries:
        await deliveries.begin(one.id, 0, NOW)
        await deliveries.sent(one.id, POSTED)
        await deliveries.sent("unknown", POSTED)
    found = await row_of(storage, one)
    assert found is not None
    assert (found.state, found.channel, found.ts) == (State.SENT, POSTED.channel, POSTED.ts)


async def test_what_was_sent_stays_sent(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)
    async with storage.deliveries() as deliveries:
        await deliveries.sent(one.id, POSTED)
        await deliveries.close(one.id, State.FAILED, "too late")
        await deliveries.postpone(one.id, NOW + MINUTE)
        await deliveries.cancel([one.key], "not wanted")
        await deliveries.postpone("unknown", NOW)
        await deliveries.close("unknown", State.FAILED, "never there")
    assert await row_of(storage, one) == replace(
        one, state=State.SENT, channel=POSTED.channel, ts=POSTED.ts
    )


async def test_closing_keeps_the_reason(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)
    async with storage.deliveries() as deliveries:
        await deliveries.begin(one.id, 0, NOW)
        await deliveries.close(one.id, State.FAILED, "the token was taken back")
        found = await deliveries.delivery(one.id)
        assert found is not None
        assert (found.state, found.reason) == (State.FAILED, "the token was taken back")
        assert await deliveries.delivery("unknown") is None


async def test_postponing_plans_anew_and_keeps_the_count(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)
    async with storage.deliveries() as deliveries:
        await deliveries.begin(one.id, 0, NOW)
        await deliveries.postpone(one.id, NOW + MINUTE)
        assert await deliveries.due(NOW, 10) == []
        (found,) = await deliveries.due(NOW + MINUTE, 10)
        assert (found.state, found.attempt) == (State.PLANNED, 1)


async def test_the_number_of_a_try_never_comes_back(storage: Storage) -> None:
    """Whoever wants to take a broken-off try up has read its number, and may be slow."""
    one = delivery("a")
    await planned(storage, one)
    async with storage.deliveries() as deliveries:
        await deliveries.begin(one.id, 0, NOW)
        await deliveries.postpone(one.id, NOW, is_counted=False)  # the chat asked to wait
        await deliveries.postpone(one.id, NOW, is_counted=False)  # nothing had begun
        found = await deliveries.delivery(one.id)
        assert found
        assert (found.attempt, found.tries) == (1, 0)
        assert await deliveries.begin(one.id, 1, NOW + MINUTE)
        assert not await deliveries.resume(one.id, 1, NOW + MINUTE)
        await deliveries.close(one.id, State.FAILED, "refused")
        assert await deliveries.reopen(one.id, NOW)
        found = await deliveries.delivery(one.id)
        assert found
        assert (found.attempt, found.tries) == (2, 0)


async def test_unfinished_rows_oldest_first(storage: Storage) -> None:
    rows = [
        delivery(str(minutes), state=State.ATTEMPTING, started_at=NOW + minutes * MINUTE)
        for minutes in (0, -2, -1)
    ]
    await planned(storage, *rows, delivery("planned"))
    async with storage.deliveries() as deliveries:
        assert await deliveries.unfinished(NOW, 10) == [rows[1], rows[2]]
        assert await deliveries.unfinished(NOW, 1) == [rows[1]]


async def test_cancelling_drops_what_is_planned(storage: Storage) -> None:
    one, begun = delivery("a"), delivery("b", state=State.ATTEMPTING)
    await planned(storage, one, begun)
    async with storage.deliveries() as deliveries:
        await deliveries.cancel(["a", "b", "unknown"], "the window closed")
    assert await row_of(storage, one) == replace(
        one, state=State.DROPPED, reason="the window closed"
    )
    assert await row_of(storage, begun) == begun


async def test_the_ledger_latest_first(storage: Storage) -> None:
    rows = [
        delivery("a", 1),
        delivery("b", 3, recipient="U2"),
        delivery("c", 2, kind=Kind.DIGEST, state=State.SENT),
        delivery("d", 4, workspace="W2"),
    ]
    await planned(storage, *rows)
    a, b, c, d = rows
    async with storage.deliveries() as deliveries:
        assert await deliveries.ledger() == [d, b, c, a]
        assert await deliveries.ledger(limit=2) == [d, b]
        assert await deliveries.ledger("W1") == [b, c, a]
        assert await deliveries.ledger("W1", kind=Kind.CHECK_IN, recipient="U1") == [a]
        assert await deliveries.ledger(state=State.SENT) == [c]


async def test_forgetting_a_recipient(storage: Storage) -> None:
    mine, theirs = delivery("a"), delivery("b", recipient="U2")
    far = delivery("c", workspace="W2")
    about_me = delivery("d", recipient="U2", about="U1")
    await planned(storage, mine, theirs, far, about_me)
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1"), schedule("U2")])
        await deliveries.forget("W1", "U1")
        assert await deliveries.schedules("W1") == [schedule("U2")]
        assert {one.key for one in await deliveries.ledger()} == {"b", "c"}


async def test_old_closed_rows_go(storage: Storage) -> None:
    rows = [
        delivery("old, sent", -9, state=State.SENT),
        delivery("old, dropped", -9, state=State.DROPPED),
        delivery("old, open", -9),
        delivery("old, under way", -9, state=State.ATTEMPTING),
        delivery("new, failed", 0, state=State.FAILED),
    ]
    await planned(storage, *rows)
    async with storage.deliveries() as deliveries:
        assert await deliveries.remove_before(NOW) == 2
        assert {one.key for one in await deliveries.ledger()} == {one.key for one in rows[2:]}


async def test_what_fails_is_undone(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)

    async def fail() -> None:
        async with storage.deliveries() as deliveries:
            await deliveries.begin(one.id, 0, NOW)
            await deliveries.save_schedules([schedule("U1")])
            await deliveries.pause("W1", NOW)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with storage.deliveries() as deliveries:
        assert await deliveries.delivery(one.id) == one
        assert await deliveries.schedules("W1") == []
        assert await deliveries.paused_until("W1") is None


@pytest.mark.postgres
async def test_two_processes_claim_different_schedules(
    postgres_storage_pair: tuple[Storage, Storage],
) -> None:
    first, second = postgres_storage_pair
    async with first.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1", -2), schedule("U2", -1)])
    claimed = asyncio.Event()
    done = asyncio.Event()

    async def hold() -> None:
        async with first.deliveries() as deliveries:
            assert await deliveries.due_schedules(NOW, 1) == [schedule("U1", -2)]
            claimed.set()
            await done.wait()

    holding = asyncio.create_task(hold())
    await claimed.wait()
    async with second.deliveries() as deliveries:
        assert await deliveries.due_schedules(NOW, 10) == [schedule("U2", -1)]
    done.set()
    await holding


@pytest.mark.postgres
async def test_holding_back_waits_for_places_that_are_being_given(
    postgres_storage_pair: tuple[Storage, Storage],
) -> None:
    """Otherwise the places would be kept, and the next ones would follow them."""
    first, second = postgres_storage_pair
    one = delivery("a")
    await planned(first, one)
    async with first.deliveries() as deliveries:
        await deliveries.take_places({"W1": NOW})

    async def hold_back() -> None:
        async with second.deliveries() as deliveries:
            await deliveries.pause("W1", NOW + 5 * MINUTE)

    async with first.deliveries() as deliveries:
        assert await deliveries.free_from(["W1"]) == {"W1": NOW}
        pausing = asyncio.create_task(hold_back())
        done, _ = await asyncio.wait({pausing}, timeout=0.3)
        assert not done
        await deliveries.place({one.id: NOW})
        await deliveries.take_places({"W1": NOW + MINUTE})
    await pausing
    async with first.deliveries() as deliveries:
        assert await deliveries.free_from(["W1"]) == {"W1": NOW + 5 * MINUTE}
        assert await deliveries.placed(NOW + 9 * MINUTE, 10) == []


async def test_single_statements_see_and_decide_the_same(storage: Storage) -> None:
    one = delivery("a")
    await planned(storage, one)

    async def begin() -> bool:
        async with storage.deliveries_singly() as deliveries:
            return await deliveries.begin(one.id, 0, NOW)

    assert sorted(await asyncio.gather(*(begin() for _ in range(4)))) == [False] * 3 + [True]
    async with storage.deliveries_singly() as deliveries:
        await deliveries.sent(one.id, POSTED)
    assert (await row_of(storage, one) or one).state is State.SENT


async def test_places_are_given_once_and_taken_back_by_a_pause(storage: Storage) -> None:
    rows = [delivery("a"), delivery("b", 1), delivery("c", 2)]
    await planned(storage, *rows)
    slots = {row.id: NOW + number * MINUTE for number, row in enumerate(rows)}
    async with storage.deliveries() as deliveries:
        await deliveries.place(slots)
        await deliveries.take_places({"W1": NOW + 3 * MINUTE})
    async with storage.deliveries() as deliveries:
        assert await deliveries.due(NOW + 9 * MINUTE, 10) == []
        assert await deliveries.free_from(["W1", "W2"]) == {"W1": NOW + 3 * MINUTE}
        places = await deliveries.placed(NOW + MINUTE, 10)
        assert places == [(NOW, rows[0].id), (NOW + MINUTE, rows[1].id)]
        assert await deliveries.placed(NOW + MINUTE, 10, places[0]) == places[1:]
        last = await deliveries.last_places([("W1", "U1"), ("W2", "U1")], NOW)
        assert last == {("W1", "U1"): NOW + 2 * MINUTE}
        await deliveries.begin(rows[0].id, 0, NOW)
        await deliveries.pause("W1", NOW + 5 * MINUTE)
    async with storage.deliveries() as deliveries:
        assert await deliveries.placed(NOW + 9 * MINUTE, 10) == []
        assert await deliveries.due(NOW + 4 * MINUTE, 10) == []
        assert [one.id for one in await deliveries.due(NOW + 5 * MINUTE, 10)] == [
            row.id for row in rows[1:]
        ]
        assert await deliveries.free_from(["W1"]) == {"W1": NOW + 5 * MINUTE}


async def test_a_schedule_moves_on_only_as_it_was_read(storage: Storage) -> None:
    kept, changed, gone = schedule("U1"), schedule("U2"), schedule("U3")
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([kept, changed, gone])
    moved = replace(changed, zone="Asia/Tokyo", next_at=NOW + MINUTE)
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([moved])
        await deliveries.remove_schedules([gone.id])
        await deliveries.advance([(one, NOW + 9 * MINUTE) for one in (kept, changed, gone)])
        found = {one.recipient: one for one in await deliveries.schedules("W1")}
    assert found == {"U1": kept.moved_to(NOW + 9 * MINUTE), "U2": moved}


async def test_one_ticks_until_its_turn_is_over(storage: Storage) -> None:
    async with storage.deliveries() as deliveries:
        assert await deliveries.take_turn("a", NOW, NOW + MINUTE)
        assert not await deliveries.take_turn("b", NOW, NOW + MINUTE)
        assert await deliveries.take_turn("a", NOW, NOW + MINUTE), "again"
        assert await deliveries.take_turn("b", NOW + MINUTE, NOW + 2 * MINUTE), "it ran out"
        assert not await deliveries.take_turn("a", NOW + MINUTE, NOW + 2 * MINUTE)
        await deliveries.leave_turn("a")
        assert not await deliveries.take_turn("a", NOW + MINUTE, NOW + 2 * MINUTE)
        await deliveries.leave_turn("b")
        assert await deliveries.take_turn("a", NOW + MINUTE, NOW + 2 * MINUTE), "it was left"
        hour = timedelta(hours=1)
        assert await deliveries.take_turn("b", NOW - hour, NOW - hour + MINUTE), "clock set back"
        assert (await deliveries.standing(NOW)).ticked_at == NOW - hour


async def test_how_the_ledger_stands(storage: Storage) -> None:
    late, placed, held = delivery("a", -5), delivery("b", -9), delivery("c", -60, workspace="W2")
    closed = delivery("d", -90, state=State.DROPPED, reason="x")
    await planned(storage, late, placed, held, closed)
    async with storage.deliveries() as deliveries:
        await deliveries.place({placed.id: NOW - MINUTE})
        await deliveries.pause("W2", NOW + MINUTE)
        standing = await deliveries.standing(NOW)
    assert dict(standing.states) == {State.PLANNED: 3, State.DROPPED: 1}
    assert standing.queue_age(NOW) == 5 * MINUTE
    assert standing.tick_age(NOW) is None
    assert standing.trouble(NOW) is not None


async def test_failed_and_dropped_rows_may_be_planned_anew(storage: Storage) -> None:
    failed = delivery("a", -9, state=State.FAILED, attempt=8, reason="x")
    await planned(storage, failed, delivery("b", state=State.SENT))
    async with storage.deliveries() as deliveries:
        assert await deliveries.reopen(failed.id, NOW)
        assert not await deliveries.reopen(failed.id, NOW)
        assert not await deliveries.reopen(delivery("b").id, NOW)
        assert await deliveries.due(NOW, 10) == [delivery("a", attempt=8, uncounted=8)]


async def test_the_zones_of_several_subjects(storage: Storage) -> None:
    digest = replace(schedule("S1"), kind=Kind.DIGEST, zone="Asia/Tokyo")
    other = replace(digest, recipient="S2", zone="Europe/Rome")
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1"), digest, other])
        found = await deliveries.zones(Kind.DIGEST, ["T1", "T2"])
    assert {subject: sorted(zones) for subject, zones in found.items()} == {
        "T1": ["Asia/Tokyo", "Europe/Rome"]
    }


async def test_whether_a_tick_has_anything_to_do(storage: Storage) -> None:
    async def waiting() -> tuple[bool, bool]:
        async with storage.deliveries() as deliveries:
            found = await deliveries.waiting(NOW, NOW + MINUTE, NOW - MINUTE)
        return found.schedules, found.rows

    assert await waiting() == (False, False)
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1", 1)])
        await deliveries.plan(
            [
                delivery("later", 2),
                delivery("placed later", -9, slot_at=NOW + 2 * MINUTE),
                delivery("just begun", -9, state=State.ATTEMPTING, started_at=NOW),
                delivery("sent", -9, state=State.SENT),
            ]
        )
    assert await waiting() == (False, False)
    for row in (
        delivery("due", 1),
        delivery("placed", -9, slot_at=NOW + MINUTE),
        delivery("unknown", state=State.ATTEMPTING, started_at=NOW - 2 * MINUTE),
    ):
        await planned(storage, row)
        assert await waiting() == (False, True)
        async with storage.deliveries() as deliveries:
            await deliveries.sent(row.id, POSTED)
        assert await waiting() == (False, False)
    async with storage.deliveries() as deliveries:
        await deliveries.save_schedules([schedule("U1")])
    assert await waiting() == (True, False)


async def test_of_several_tries_each_is_told_whether_it_is_its_callers(storage: Storage) -> None:
    new, begun, gone = (
        delivery("a"),
        delivery("b", state=State.ATTEMPTING, attempt=1),
        delivery("c"),
    )
    await planned(storage, new, begun)
    async with storage.deliveries() as deliveries:
        tries = [
            (new.id, State.PLANNED, 0),
            (new.id, State.PLANNED, 0),
            (begun.id, State.ATTEMPTING, 0),
            (begun.id, State.ATTEMPTING, 1),
            (gone.id, State.PLANNED, 0),
        ]
        assert await deliveries.claim(tries, NOW) == [True, False, False, True, False]
        assert await deliveries.claim(tries, NOW) == [False] * 5
        await deliveries.all_sent({new.id: POSTED, begun.id: Posted("D2", "2.0"), gone.id: POSTED})
        found = await deliveries.held([new.id, begun.id, gone.id])
    assert {row.key: (row.state, row.channel) for row, _ in found.values()} == {
        "a": (State.SENT, "D1"),
        "b": (State.SENT, "D2"),
    }


async def test_rows_are_told_with_their_workspaces_pause(storage: Storage) -> None:
    here, there = delivery("a"), delivery("b", workspace="W2")
    await planned(storage, here, there)
    async with storage.deliveries() as deliveries:
        await deliveries.pause("W2", NOW)
        found = await deliveries.held([here.id, there.id, "unknown"])
        assert await deliveries.held([]) == {}
    assert found == {here.id: (here, None), there.id: (there, NOW)}
