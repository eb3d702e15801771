"""From schedules to posts: the tick, the ledger, and delivering one row exactly once.

    schedule → tick → ledger row (planned) → place → deliver → sent | failed | dropped

A tick plans what is due, gives rows their places (``pacing``) and hands those of the next seconds
to the dispatcher. Of several processes one ticks; when it falls silent another takes its turn.

``deliver`` moves a row to *attempting* before it posts and to *sent* afterwards. When it finds a
row whose try was begun by somebody who never came back, it asks the chat whether the post is
there before it posts again.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from bot.deliveries.grouped import Grouped
from bot.deliveries.model import Delivery, Kind, Schedule, Standing, State, Try
from bot.deliveries.pacing import Pace
from bot.deliveries.parts import Dispatcher, Drop, FailureListener, Later, Planner, Renderer
from bot.deliveries.port import DeliveryStore
from bot.deliveries.tick import Tick
from bot.errors import (
    ChatError,
    ChatFailed,
    ChatLimited,
    ChatRefused,
    ChatUncertain,
)
from bot.messages import Message, Posted
from bot.ports import Clock, Messenger, Transaction

UNKNOWN_FOR: Final = timedelta(seconds=60)
"""How long after a try began its outcome may still show up in the chat's history."""

EARLY: Final = timedelta(seconds=2)
"""How far machines' clocks may differ: a row with a place is taken this much before it."""

MOST_TRIES: Final = 8
FIRST_WAIT: Final = timedelta(seconds=30)
"""Before a second try; each further one waits twice as long."""

RETENTION: Final = timedelta(weeks=12)


@dataclass(slots=True)
class Deliveries:
    """The ledger's service. ``planners`` and ``renderers`` are filled by the features.

    ``horizon`` is how far ahead a tick hands rows over, ``turn`` how long one process's turn to
    tick lasts without another; ``single`` opens a store for one statement.
    """

    transaction: Transaction[DeliveryStore]
    messenger: Messenger
    clock: Clock
    planners: dict[Kind, Planner] = field(default_factory=dict)
    renderers: dict[Kind, Renderer] = field(default_factory=dict)
    on_failure: list[FailureListener] = field(default_factory=list)
    pace: Pace = field(default_factory=lambda: Pace(0))
    horizon: timedelta = timedelta()
    turn: timedelta = timedelta(minutes=1)
    unknown_for: timedelta = UNKNOWN_FOR
    single: Transaction[DeliveryStore] | None = None
    _name: str = field(default_factory=lambda: uuid4().hex)
    _single: Transaction[DeliveryStore] = field(init=False)
    _found: Grouped[DeliveryStore, str, tuple[Delivery, datetime | None] | None] = field(init=False)
    _tries: Grouped[DeliveryStore, Try, datetime | None] = field(init=False)
    _posts: Grouped[DeliveryStore, tuple[str, Posted], None] = field(init=False)

    def __post_init__(self) -> None:
        """Group what many deliveries ask of the ledger at once."""
        single = self._single = self.single or self.transaction
        self._found = Grouped(single, _held)
        # A try that nobody waits for would end in no post, and in a look-up for nothing.
        self._tries = Grouped(single, self._begun, is_dropped=True)
        self._posts = Grouped(single, _sent)

    async def tick(self, dispatcher: Dispatcher) -> int:
        """Plan what is due, hand due rows to ``dispatcher``; return how many rows (0 while it is
        another process's turn).

        What could not be planned (the chat refused to say who is who, say) is left for the next
        tick and keeps nobody else waiting; the first such error is raised when all else is done.
        """
        now = self.clock.now()
        tick = Tick(self.transaction, self.planners, self.pace, self.horizon, self.unknown_for, now)
        async with self._single() as store:  # neither needs the other undone
            if not await store.take_turn(self._name, now, now + self.turn):
                return 0
            waiting = await store.waiting(now, now + self.horizon, now - self.unknown_for)
        stuck: list[Exception] = []
        if waiting.schedules:
            try:
                stuck += (await tick.plan()).values()
            except Exception as error:  # noqa: BLE001  raised below: what is planned goes out first
                stuck.append(error)
        handed = await tick.hand_over(dispatcher) if waiting.schedules or waiting.rows else 0
        for first in stuck:
            raise first
        return handed

    async def leave(self) -> None:
        """End this process's turn to tick, so that another takes it at once. What deliveries that
        were broken off had begun to note is noted first.
        """
        for group in (self._found, self._tries, self._posts):
            await group.settle()
        async with self.transaction() as store:
            await store.leave_turn(self._name)

    async def deliver(self, delivery: str) -> State | None:
        """Send one row if it is due and still open; return its state, None for an unknown id.

        Safe to call at any time, by several workers, any number of times.
        """
        now = self.clock.now()
        found = await self._found.ask(delivery)
        if found is None:
            return None
        row, held = found
        if row.state is State.ATTEMPTING:
            return await self._recover(row, now)
        early = row.due_at > now if row.slot_at is None else row.slot_at > now + EARLY
        if row.state is not State.PLANNED or early or (held and held > now):
            return row.state
        return await self._attempt(row, now)

    async def _attempt(self, row: Delivery, now: datetime) -> State:
        said = await self._rendered(row, now)
        if isinstance(said, State):
            return said
        began = await self._tries.ask((row.id, row.state, row.attempt))
        return await self._post(row, said, now, began) if began else State.ATTEMPTING

    async def _begun(self, store: DeliveryStore, tries: Sequence[Try]) -> Sequence[datetime | None]:
        """Begin tries; return of each that is ours when it began."""
        # Rendering took its time: a try begins now, not when the row was read.
        began = self.clock.now()
        return [began if mine else None for mine in await store.claim(tries, began)]

    async def _rendered(self, row: Delivery, now: datetime) -> Message | State:
        """Return what the row says, or where it stands if it is not to be said now."""
        try:
            said = await self.renderers[row.kind].render(row, now)
        except ChatUncertain:  # of a question that was asked for rendering: nothing was posted
            return await self._postpone(row, now + FIRST_WAIT)
        except ChatError as error:
            return await self._not_posted(row, error, now)
        if isinstance(said, Drop):
            return await self._close(row, State.DROPPED, said.reason)
        if isinstance(said, Later):
            return await self._postpone(row, said.due_at)
        return said

    async def _recover(self, row: Delivery, now: datetime) -> State:
        """Settle a row whose last try ended nobody knows how."""
        if row.started_at is None or now < row.started_at + self.unknown_for:
            return State.ATTEMPTING
        async with self.transaction() as store:
            mine = await store.resume(row.id, row.attempt, now)
        if not mine:
            return State.ATTEMPTING
        try:
            posted = await self.messenger.find(row.workspace, row.recipient, row.id)
        except (ChatLimited, ChatFailed, ChatUncertain):
            return State.ATTEMPTING  # still unknown; the next sweep asks again
        except ChatRefused as error:
            return await self._failed(row, error)
        if posted is not None:
            return await self._sent(row, posted)
        return await self._attempt(replace(row, attempt=row.attempt + 1), now)

    async def _post(self, row: Delivery, said: Message, now: datetime, began: datetime) -> State:
        # A post is several calls. All of them end well before anybody asks whether it is there; to
        # note that the try began may have had to wait for the database.
        most = self.unknown_for / 2
        left = min(most, began + most - self.clock.now())
        if left <= timedelta():
            return State.ATTEMPTING  # nothing was posted; the look-up will tell
        try:
            async with asyncio.timeout(left.total_seconds()):
                posted = await self.messenger.post(row.workspace, row.recipient, said, row.id)
        except (ChatUncertain, TimeoutError):
            return State.ATTEMPTING
        except ChatError as error:
            return await self._not_posted(row, error, now)
        return await self._sent(row, posted)

    async def _not_posted(self, row: Delivery, error: ChatError, now: datetime) -> State:
        """Settle a row of which the chat said that nothing was posted."""
        if isinstance(error, ChatLimited):
            return await self._hold(row, now + timedelta(seconds=float(error.facts["seconds"])))
        if isinstance(error, ChatRefused):
            return await self._failed(row, error)
        if row.tries + 1 >= MOST_TRIES:
            return await self._failed(row, ChatRefused(**error.facts))
        return await self._postpone(row, now + FIRST_WAIT * 2**row.tries)

    async def _hold(self, row: Delivery, until: datetime) -> State:
        async with self.transaction() as store:
            await store.pause(row.workspace, until)
            await store.postpone(row.id, until, is_counted=False)
        return State.PLANNED

    async def _postpone(self, row: Delivery, due_at: datetime) -> State:
        async with self.transaction() as store:
            await store.postpone(row.id, due_at)
        return State.PLANNED

    async def _sent(self, row: Delivery, posted: Posted) -> State:
        await self._posts.ask((row.id, posted))
        return State.SENT

    async def _close(self, row: Delivery, state: State, reason: str) -> State:
        async with self.transaction() as store:
            await store.close(row.id, state, reason)
        return state

    async def _failed(self, row: Delivery, error: ChatRefused) -> State:
        await self._close(row, State.FAILED, str(error))
        for listener in self.on_failure:
            await listener.delivery_failed(row, error)
        return State.FAILED

    async def plan(self, *rows: Delivery) -> int:
        """Write rows to the ledger, outside any schedule; return how many were new."""
        async with self.transaction() as store:
            return await store.plan(rows)

    async def cancel(self, keys: Sequence[str], reason: str) -> None:
        """Drop rows that are still planned."""
        async with self.transaction() as store:
            await store.cancel(keys, reason)

    async def reschedule(self, subject: str, workspace: str, wanted: Sequence[Schedule]) -> None:
        """Make ``wanted`` the schedules of ``subject`` for the kinds and people they name.

        A schedule whose day, time and zone did not change keeps its next instant, so that saving
        a team twice moves nothing.
        """
        async with self.transaction() as store:
            there = {one.id: one for one in await store.schedules(workspace, subject=subject)}
            ids = {one.id for one in wanted}
            await store.remove_schedules([one for one in there if one not in ids])
            await store.save_schedules(
                [one for one in wanted if _rhythm(there.get(one.id)) != _rhythm(one)]
            )

    async def upcoming(self, workspace: str, recipient: str) -> Sequence[Schedule]:
        """Return the person's schedules, soonest first."""
        async with self.transaction() as store:
            found = await store.schedules(workspace, recipient=recipient)
        return sorted(found, key=lambda one: one.next_at)

    async def schedules(self, workspace: str) -> Sequence[Schedule]:
        """Return all schedules of a workspace."""
        async with self.transaction() as store:
            return await store.schedules(workspace)

    async def zones(self, kind: Kind, subjects: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the zones in which each subject's schedules of ``kind`` are kept: looked up when
        a team or a person changed, so that planning asks the chat nothing.
        """
        async with self.transaction() as store:
            return await store.zones(kind, sorted(subjects))

    async def planned(self, workspace: str) -> Sequence[Delivery]:
        """Return the rows that wait to be sent."""
        async with self.transaction() as store:
            return await store.ledger(workspace, state=State.PLANNED)

    async def standing(self) -> Standing:
        """Return how the ledger stands."""
        async with self.transaction() as store:
            return await store.standing(self.clock.now())

    async def retry(self, delivery: str) -> bool:
        """Plan a failed or dropped row anew, due now; False where it is neither."""
        async with self.transaction() as store:
            return await store.reopen(delivery, self.clock.now())

    async def forget(self, workspace: str, recipient: str) -> None:
        """Remove a person's schedules and rows."""
        async with self.transaction() as store:
            await store.forget(workspace, recipient)

    async def retire(self) -> int:
        """Remove closed rows that are older than twelve weeks."""
        async with self.transaction() as store:
            return await store.remove_before(self.clock.now() - RETENTION)


def _rhythm(schedule: Schedule | None) -> tuple[object, ...]:
    return (schedule.weekday, schedule.at, schedule.zone) if schedule else ()


async def _held(
    store: DeliveryStore, ids: Sequence[str]
) -> Sequence[tuple[Delivery, datetime | None] | None]:
    found = await store.held(ids)
    return [found.get(one) for one in ids]


async def _sent(store: DeliveryStore, posts: Sequence[tuple[str, Posted]]) -> Sequence[None]:
    await store.all_sent(dict(posts))
    return [None] * len(posts)
