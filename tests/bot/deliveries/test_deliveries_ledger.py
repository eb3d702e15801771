"""The ledger: each row is sent exactly once, whatever fails, and never lost without a word."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deliveries import (
    Deliveries,
    Delivery,
    DeliveryStore,
    Drop,
    Kind,
    Later,
    Schedule,
    State,
    delivery_id,
)
from bot.deliveries.embedded import WORKERS, EmbeddedDispatcher
from bot.deliveries.service import FIRST_WAIT, MOST_TRIES, RETENTION, UNKNOWN_FOR
from bot.deliveries.tick import BATCH, MOST_MISSED
from bot.errors import (
    ChatError,
    ChatFailed,
    ChatLimited,
    ChatRefused,
    ChatUncertain,
    NotFound,
    StorageUnavailable,
)
from bot.messages import Message, Welcome
from storage import memory_storage
from tests.fakes import (
    CLINICIANS,
    LONDON,
    MONDAY,
    SUNDAY,
    SUPER,
    WEEK,
    WORKSPACE,
    AtOnce,
    FakeMessenger,
    MovedClock,
)

SAID = Welcome("team-1", "Riverbank", as_supervisor=False, smallest_group=5)
MINA = CLINICIANS[0]


@dataclass
class Says:
    """A renderer that says what it is told to; an exception is raised."""

    what: Message | Drop | Later | Exception = SAID

    async def render(self, delivery: Delivery, now: object) -> Message | Drop | Later:
        del delivery, now
        if isinstance(self.what, Exception):
            raise self.what
        return self.what


@dataclass
class Plans:
    """A planner: one row a schedule; subjects in ``broken`` raise."""

    broken: dict[str, Exception] = field(default_factory=dict)
    calls: int = 0

    async def plan(self, schedules: Sequence[Schedule]) -> Sequence[Delivery]:
        self.calls += 1
        for one in schedules:
            if one.subject in self.broken:
                raise self.broken[one.subject]
        return [row_of(one) for one in schedules]


@dataclass
class Hears:
    """Who is told of what failed for good."""

    failed: list[tuple[Delivery, ChatRefused]] = field(default_factory=list)

    async def delivery_failed(self, delivery: Delivery, error: ChatRefused) -> None:
        self.failed.append((delivery, error))


def row_of(one: Schedule) -> Delivery:
    return Delivery(
        one.occurrence_key(), one.workspace, one.kind, one.recipient, one.subject, one.next_at
    )


def weekly(recipient: str = MINA, subject: str = "team-1", **more: object) -> Schedule:
    made = Schedule(WORKSPACE, Kind.CHECK_IN, subject, recipient, 0, time(9), LONDON, MONDAY)
    return replace(made, **more)  # type: ignore[arg-type]  # the tests name real fields


class Desk:
    """Deliveries alone, over memory."""

    def __init__(self) -> None:
        self.storage = memory_storage()
        self.clock, self.messenger = MovedClock(MONDAY), FakeMessenger()
        self.says, self.plans, self.hears = Says(), Plans(), Hears()
        self.service = Deliveries(self._giving_way, self.messenger, self.clock)
        self.service.renderers |= dict.fromkeys(Kind, self.says)
        self.service.planners |= {Kind.CHECK_IN: self.plans, Kind.DIGEST: self.plans}
        self.service.on_failure.append(self.hears)
        self.dispatcher = AtOnce(self.service)

    @asynccontextmanager
    async def _giving_way(self) -> AsyncIterator[DeliveryStore]:
        """A transaction before which everybody else has a turn, as with a real database."""
        await asyncio.sleep(0)
        async with self.storage.deliveries() as store:
            yield store

    async def plan(self, name: str = "a", **more: object) -> str:
        made = Delivery(f"{name}:x", WORKSPACE, Kind.WELCOME, MINA, "team-1", self.clock.at)
        await self.service.plan(replace(made, **more))  # type: ignore[arg-type]  # as above
        return delivery_id(f"{name}:x")

    async def row(self, delivery: str) -> Delivery:
        async with self.storage.deliveries() as store:
            found = await store.delivery(delivery)
        assert found is not None
        return found

    async def tick(self) -> int:
        return await self.service.tick(self.dispatcher)

    async def ledger(self) -> Sequence[Delivery]:
        async with self.storage.deliveries() as store:
            return await store.ledger(limit=10_000)

    def wait(self, span: timedelta) -> None:
        self.clock.at += span


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_planned_attempting_sent(desk: Desk) -> None:
    row = await desk.plan()
    assert (await desk.row(row)).state is State.PLANNED
    assert await desk.service.deliver(row) is State.SENT
    sent = await desk.row(row)
    assert (sent.channel, sent.ts, sent.attempt) == (f"D{MINA}", "1.0", 1)
    assert desk.messenger.posts == [(MINA, SAID, row)]
    assert await desk.service.deliver(row) is State.SENT
    assert len(desk.messenger.posts) == 1


async def test_what_is_not_due_or_not_known_is_left_alone(desk: Desk) -> None:
    row = await desk.plan(due_at=MONDAY + timedelta(seconds=1))
    assert await desk.service.deliver(row) is State.PLANNED
    assert await desk.service.deliver("unknown") is None
    assert desk.messenger.posts == []
    assert await desk.tick() == 0


async def test_planning_a_key_twice_is_one_row(desk: Desk) -> None:
    row = await desk.plan()
    await desk.tick()
    assert await desk.plan(about="changed") == row
    await desk.tick()
    assert [one.about for one in await desk.ledger()] == ["team-1"]
    assert len(desk.messenger.posts) == 1


async def test_two_workers_at_once_post_once(desk: Desk) -> None:
    row = await desk.plan()
    states = await asyncio.gather(*(desk.service.deliver(row) for _ in range(5)))
    assert states.count(State.SENT) == 1
    assert set(states) == {State.SENT, State.ATTEMPTING}
    assert len(desk.messenger.posts) == 1


async def died_after_beginning(desk: Desk, *, posted: bool) -> str:
    """A worker begins, posts or not, and is never heard of again."""
    row = await desk.plan()
    async with desk.storage.deliveries() as store:
        assert await store.begin(row, 0, desk.clock.now())
    if posted:
        desk.messenger.posts.append((MINA, SAID, row))
    return row


@pytest.mark.parametrize("posted", [True, False])
async def test_after_a_crash_the_chat_is_asked_first(desk: Desk, posted: bool) -> None:  # noqa: FBT001  a parameter of the test
    row = await died_after_beginning(desk, posted=posted)
    desk.wait(UNKNOWN_FOR - timedelta(seconds=1))
    await desk.tick()
    assert await desk.service.deliver(row) is State.ATTEMPTING
    assert desk.messenger.finds == [], "too early: the post may still show up"
    desk.wait(timedelta(seconds=2))
    await desk.tick()
    assert (await desk.row(row)).state is State.SENT
    assert desk.messenger.finds == [row]
    assert len(desk.messenger.posts) == 1


@pytest.mark.parametrize("kept", [True, False])
async def test_silence_is_looked_up_before_it_is_tried_again(desk: Desk, kept: bool) -> None:  # noqa: FBT001  a parameter of the test
    desk.messenger.kept, desk.messenger.script = kept, [ChatUncertain(method="chat.postMessage")]
    row = await desk.plan()
    assert await desk.service.deliver(row) is State.ATTEMPTING
    assert await desk.service.deliver(row) is State.ATTEMPTING
    desk.wait(UNKNOWN_FOR + timedelta(seconds=1))
    await desk.tick()
    assert (await desk.row(row)).state is State.SENT
    assert len(desk.messenger.posts) == 1


async def test_nothing_is_posted_that_was_noted_too_slowly(desk: Desk) -> None:
    """Another worker may be looking the post up by then; it comes with the next try."""
    slowness = [UNKNOWN_FOR / 2]

    @asynccontextmanager
    async def slow() -> AsyncIterator[DeliveryStore]:
        async with desk.storage.deliveries() as store:
            yield store
        row = await desk.row(delivery_id("a:x"))
        if row.state is State.ATTEMPTING and slowness:
            desk.wait(slowness.pop())

    row = await desk.plan()
    slowly = Deliveries(slow, desk.messenger, desk.clock, renderers=desk.service.renderers)
    assert await slowly.deliver(row) is State.ATTEMPTING
    assert desk.messenger.posts == []
    desk.wait(UNKNOWN_FOR)
    await desk.tick()
    assert (await desk.row(row)).state is State.SENT
    assert len(desk.messenger.posts) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        ChatLimited(method="x", seconds=5),
        ChatFailed(method="x", code="y"),
        ChatUncertain(method="x"),
    ],
)
async def test_a_look_up_that_fails_is_asked_again_and_nothing_posted(
    desk: Desk, trouble: ChatError
) -> None:
    row = await died_after_beginning(desk, posted=True)
    desk.messenger.find_trouble = trouble
    desk.wait(UNKNOWN_FOR + timedelta(seconds=1))
    await desk.tick()
    assert (await desk.row(row)).state is State.ATTEMPTING
    desk.messenger.find_trouble = None
    desk.wait(UNKNOWN_FOR + timedelta(seconds=1))
    await desk.tick()
    assert (await desk.row(row)).state is State.SENT
    assert len(desk.messenger.posts) == 1


async def test_two_sweepers_at_once_look_up_once(desk: Desk) -> None:
    row = await died_after_beginning(desk, posted=False)
    desk.wait(UNKNOWN_FOR + timedelta(seconds=1))
    await asyncio.gather(*(desk.service.deliver(row) for _ in range(4)))
    assert desk.messenger.finds == [row]
    assert len(desk.messenger.posts) == 1


async def test_a_limit_pauses_the_whole_workspace_and_loses_nothing(desk: Desk) -> None:
    first, second = await desk.plan("a"), await desk.plan("b")
    far = await desk.plan("c", workspace="T0FAR")
    desk.messenger.script = [ChatLimited(method="chat.postMessage", seconds=30)]
    assert await desk.service.deliver(first) is State.PLANNED
    assert await desk.service.deliver(second) is State.PLANNED, "held back without asking the chat"
    assert desk.messenger.posts == []
    assert await desk.service.deliver(far) is State.SENT
    desk.wait(timedelta(seconds=29))
    assert await desk.tick() == 0
    desk.wait(timedelta(seconds=1))
    await desk.tick()
    assert sorted(posted for _, _, posted in desk.messenger.posts) == sorted([first, second, far])


async def test_a_limit_is_no_try(desk: Desk) -> None:
    row = await desk.plan()
    limited = ChatLimited(method="chat.postMessage", seconds=30)
    desk.messenger.script = [limited for _ in range(2 * MOST_TRIES)]
    for _ in range(2 * MOST_TRIES):
        assert await desk.service.deliver(row) is State.PLANNED
        assert (await desk.row(row)).tries == 0
        desk.wait(timedelta(seconds=30))
    desk.messenger.script = [ChatFailed(method="chat.postMessage", code="x")]
    assert await desk.service.deliver(row) is State.PLANNED
    assert (await desk.row(row)).tries == 1


async def test_a_failure_backs_off_twice_as_long_each_time_and_gives_up_in_the_end(
    desk: Desk,
) -> None:
    row = await desk.plan()
    desk.messenger.script = [ChatFailed(method="chat.postMessage", code="x")] * MOST_TRIES
    waits = []
    for _ in range(MOST_TRIES - 1):
        assert await desk.service.deliver(row) is State.PLANNED
        waits.append((await desk.row(row)).due_at - desk.clock.at)
        desk.wait(waits[-1])
    assert waits == [FIRST_WAIT * 2**number for number in range(MOST_TRIES - 1)]
    assert desk.hears.failed == []
    assert await desk.service.deliver(row) is State.FAILED
    assert len(desk.hears.failed) == 1
    assert desk.messenger.posts == []


async def test_a_refusal_fails_at_once_and_somebody_is_told(desk: Desk) -> None:
    row = await desk.plan()
    desk.messenger.script = [ChatRefused(method="chat.postMessage", code="channel_is_gone")]
    assert await desk.service.deliver(row) is State.FAILED
    failed = await desk.row(row)
    assert "channel_is_gone" in (failed.reason or "")
    assert [one.id for one, _ in desk.hears.failed] == [row]
    desk.wait(WEEK)
    await desk.tick()
    assert (await desk.row(row)).state is State.FAILED


async def test_a_renderer_drops_or_puts_off(desk: Desk) -> None:
    desk.says.what = Drop("too late: the window had closed")
    dropped = await desk.plan("a")
    assert await desk.service.deliver(dropped) is State.DROPPED
    assert (await desk.row(dropped)).reason == "too late: the window had closed"
    desk.says.what = Later(MONDAY + timedelta(hours=10))
    later = await desk.plan("b")
    assert await desk.service.deliver(later) is State.PLANNED
    row = await desk.row(later)
    assert (row.due_at, row.attempt) == (MONDAY + timedelta(hours=10), 0)
    assert desk.messenger.posts == []


@pytest.mark.parametrize(
    ("trouble", "state", "wait"),
    [
        (ChatLimited(method="users.info", seconds=40), State.PLANNED, timedelta(seconds=40)),
        (ChatFailed(method="users.info", code="x"), State.PLANNED, FIRST_WAIT),
        (ChatUncertain(method="users.info"), State.PLANNED, FIRST_WAIT),
        (ChatRefused(method="users.info", code="x"), State.FAILED, timedelta()),
    ],
)
async def test_trouble_while_rendering_counts_like_trouble_while_posting(
    desk: Desk, trouble: ChatError, state: State, wait: timedelta
) -> None:
    desk.says.what = trouble
    row = await desk.plan()
    assert await desk.service.deliver(row) is state
    found = await desk.row(row)
    assert (found.state, found.due_at - MONDAY, found.attempt) == (state, wait, 0)
    assert desk.messenger.posts == []


async def test_trouble_while_rendering_a_lost_row_does_not_lose_it(desk: Desk) -> None:
    row = await died_after_beginning(desk, posted=False)
    desk.says.what = ChatUncertain(method="users.info")
    desk.wait(UNKNOWN_FOR + timedelta(seconds=1))
    await desk.tick()
    assert (await desk.row(row)).state is State.PLANNED
    desk.says.what = SAID
    desk.wait(FIRST_WAIT)
    await desk.tick()
    assert len(desk.messenger.posts) == 1


async def test_one_row_that_crashes_does_not_stop_the_others(desk: Desk) -> None:
    good, bad = await desk.plan("a"), await desk.plan("b", kind=Kind.NOTICE)
    desk.service.renderers[Kind.NOTICE] = Says(RuntimeError("a defect"))
    await desk.tick()
    assert (await desk.row(good)).state is State.SENT
    assert (await desk.row(bad)).state is State.PLANNED
    assert len(desk.dispatcher.crashes) == 1


# --- the tick -----------------------------------------------------------------------------------


async def schedule(desk: Desk, *schedules: Schedule) -> None:
    async with desk.storage.deliveries() as store:
        await store.save_schedules(schedules)


async def test_a_due_schedule_becomes_one_row_and_moves_on(desk: Desk) -> None:
    await schedule(desk, weekly(), weekly(SUPER, kind=Kind.DIGEST))
    await desk.tick()
    await desk.tick()
    assert {(who, SAID) for who, _, _ in desk.messenger.posts} == {(MINA, SAID), (SUPER, SAID)}
    assert {one.next_at for one in await desk.service.schedules(WORKSPACE)} == {MONDAY + WEEK}


async def test_a_clock_set_back_repeats_nothing(desk: Desk) -> None:
    await schedule(desk, weekly())
    await desk.tick()
    for hours in (-30, -1, 1, 29):
        desk.clock.at = MONDAY + timedelta(hours=hours)
        await desk.tick()
    assert len(desk.messenger.posts) == 1


async def test_weeks_missed_are_told_and_only_the_latest_is_delivered(desk: Desk) -> None:
    await schedule(desk, weekly())
    desk.clock.at = MONDAY + 3 * WEEK + timedelta(hours=1)
    await desk.tick()
    rows = sorted(await desk.ledger(), key=lambda one: one.due_at)
    assert [one.due_at for one in rows] == [MONDAY + WEEK * number for number in range(4)]
    assert [one.state for one in rows] == [State.DROPPED] * 3 + [State.SENT]
    assert all("missed" in (one.reason or "") for one in rows[:3])
    assert len(desk.messenger.posts) == 1
    (after,) = await desk.service.schedules(WORKSPACE)
    assert after.next_at == MONDAY + 4 * WEEK


async def test_after_a_year_the_missed_weeks_told_are_limited(desk: Desk) -> None:
    await schedule(desk, weekly())
    desk.clock.at = MONDAY + 52 * WEEK
    await desk.tick()
    states = [one.state for one in await desk.ledger()]
    assert states.count(State.DROPPED) == MOST_MISSED
    assert states.count(State.SENT) == 1


async def test_a_crash_between_planning_and_moving_on_plans_the_same_rows(desk: Desk) -> None:
    await schedule(desk, weekly())
    await desk.service.plan(row_of(weekly()))  # what the planner's own transaction had written
    await desk.tick()
    assert len(await desk.ledger()) == len(desk.messenger.posts) == 1


async def test_one_team_that_cannot_be_planned_keeps_nobody_else_waiting(desk: Desk) -> None:
    await schedule(desk, weekly(SUPER, "broken"), weekly(), weekly(SUPER, "team-2"))
    row = await desk.plan()
    desk.plans.broken = {"broken": NotFound(what="person")}
    with pytest.raises(NotFound):
        await desk.tick()
    assert len(desk.messenger.posts) == 3, "two of other teams, and what was planned before"
    assert (await desk.row(row)).state is State.SENT
    left = {one.subject: one.next_at for one in await desk.service.schedules(WORKSPACE)}
    assert left == {"broken": MONDAY, "team-1": MONDAY + WEEK, "team-2": MONDAY + WEEK}
    desk.plans.broken = {}
    await desk.tick()
    assert len(desk.messenger.posts) == 4


async def test_many_that_cannot_be_planned_do_not_starve_the_rest(desk: Desk) -> None:
    broken = [weekly(f"U{n}", "broken", next_at=SUNDAY) for n in range(600)]
    await schedule(desk, *broken, weekly())
    desk.plans.broken = {"broken": ChatRefused(method="users.info", code="x")}
    with pytest.raises(ChatRefused):
        await desk.tick()
    assert [who for who, _, _ in desk.messenger.posts] == [MINA]


async def test_a_database_that_is_away_is_not_asked_for_each_team(desk: Desk) -> None:
    await schedule(desk, *(weekly(SUPER, f"team-{n}") for n in range(5)))
    desk.plans.broken = {"team-0": StorageUnavailable()}
    with pytest.raises(StorageUnavailable):
        await desk.tick()
    assert desk.plans.calls == 1


async def test_a_planner_that_stumbles_holds_nothing_back_that_is_planned(desk: Desk) -> None:
    row = await desk.plan()
    await schedule(desk, weekly(SUPER, "team-0"))
    desk.plans.broken = {"team-0": ValueError("made up")}
    with pytest.raises(ValueError, match="made up"):
        await desk.tick()
    assert (await desk.row(row)).state is State.SENT


async def test_a_thousand_are_planned_in_one_tick(desk: Desk) -> None:
    await schedule(desk, *(weekly(f"U{n}") for n in range(1200)))
    assert await desk.tick() == 1200
    assert len(await desk.ledger()) == 1200
    assert desk.plans.calls == -(-1200 // BATCH)


async def test_rescheduling_keeps_what_did_not_change(desk: Desk) -> None:
    overdue = weekly(next_at=MONDAY - WEEK)
    await schedule(desk, overdue, weekly(SUPER))
    wanted = [weekly(), weekly("U0NEW", at=time(10))]
    await desk.service.reschedule("team-1", WORKSPACE, wanted)
    found = {one.recipient: one for one in await desk.service.schedules(WORKSPACE)}
    assert found == {MINA: overdue, "U0NEW": wanted[1]}
    moved = weekly(zone="Asia/Tokyo")
    await desk.service.reschedule("team-1", WORKSPACE, [moved])
    assert list(await desk.service.schedules(WORKSPACE)) == [moved]


async def test_cancelling_drops_only_what_is_planned(desk: Desk) -> None:
    sent, planned = await desk.plan("a"), await desk.plan("b")
    await desk.service.deliver(sent)
    await desk.service.cancel(["a:x", "b:x"], "no longer wanted")
    assert (await desk.row(sent)).state is State.SENT
    assert (await desk.row(planned)).state is State.DROPPED


async def test_closed_rows_go_after_twelve_weeks(desk: Desk) -> None:
    old = await desk.plan("a")
    await desk.service.deliver(old)
    open_ = await desk.plan("b")
    desk.wait(RETENTION + timedelta(seconds=1))
    assert await desk.service.retire() == 1
    assert (await desk.row(open_)).state is State.PLANNED


@given(
    st.lists(
        st.sampled_from(
            ["ok", "limited", "failed", "silent", "silent, kept", "died", "died, kept"]
        ),
        max_size=7,
    )
)
async def test_whatever_happens_it_is_there_once(story: list[str]) -> None:
    desk = Desk()
    row = await desk.plan()
    for event in story:
        now = await desk.row(row)
        if event.startswith("died") and now.state is State.PLANNED and now.due_at <= desk.clock.at:
            async with desk.storage.deliveries() as store:
                await store.begin(row, now.attempt, desk.clock.at)
            if event.endswith("kept"):
                desk.messenger.posts.append((MINA, SAID, row))
        else:
            errors: dict[str, ChatError] = {
                "limited": ChatLimited(method="x", seconds=10),
                "failed": ChatFailed(method="x", code="y"),
                "silent": ChatUncertain(method="x"),
                "silent, kept": ChatUncertain(method="x"),
            }
            desk.messenger.kept = event.endswith("kept")
            desk.messenger.script = [errors[event]] if event in errors else []
            await desk.tick()
        desk.messenger.script, desk.messenger.kept = [], False
        desk.wait(timedelta(seconds=25))
    for _ in range(3):
        desk.wait(timedelta(hours=2))
        await desk.tick()
    assert (await desk.row(row)).state is State.SENT
    assert len(desk.messenger.posts) == 1


# --- the dispatcher of one machine --------------------------------------------------------------


async def test_the_embedded_dispatcher_runs_each_id_once_and_few_at_a_time() -> None:
    running: list[str] = []
    most = 0
    go = asyncio.Event()

    async def deliver(one: str) -> None:
        nonlocal most
        running.append(one)
        most = max(most, len(running))
        await go.wait()
        running.remove(one)

    dispatcher = EmbeddedDispatcher(deliver, lambda _: None, MovedClock(MONDAY))
    ids = {str(number): MONDAY for number in range(30)}
    await dispatcher.dispatch(ids)
    await dispatcher.dispatch(ids)
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(running) == len(set(running)) == WORKERS
    go.set()
    await dispatcher.settle()
    assert most == WORKERS
    assert running == []


async def test_the_embedded_dispatcher_survives_a_crash() -> None:
    crashes: list[Exception] = []
    done: list[str] = []

    async def deliver(one: str) -> None:
        if one == "bad":
            raise RuntimeError
        done.append(one)

    dispatcher = EmbeddedDispatcher(deliver, crashes.append, MovedClock(MONDAY))
    await dispatcher.dispatch({"bad": MONDAY, "good": MONDAY})
    await dispatcher.settle()
    assert done == ["good"]
    assert [type(one) for one in crashes] == [RuntimeError]
    await dispatcher.dispatch({"good": MONDAY})
    await dispatcher.settle()
    assert done == ["good", "good"], "an id that is done may come again"
