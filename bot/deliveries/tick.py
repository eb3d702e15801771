"""One tick: plan what is due, give rows their places, hand over those of the next seconds."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, TypeVar

from bot.calendar import next_weekly
from bot.deliveries.model import Delivery, Kind, Schedule, State
from bot.deliveries.pacing import CHANNEL_GAP, Pace
from bot.deliveries.parts import Dispatcher, Planner
from bot.deliveries.port import DeliveryStore
from bot.errors import AttuneError, Unavailable
from bot.ports import Transaction

KeyT = TypeVar("KeyT")

BATCH: Final = 4096
"""Schedules and rows taken in one transaction."""

PART: Final = 1024
"""So many of them are planned at once. While the database writes one part, another is worked out;
and what else runs in the process waits no longer than a step of one part takes.
"""

MOST_HANDED: Final = 10_000
"""Rows handed over by one tick; the rest waits for the next."""

WEEK: Final = timedelta(days=7)
MOST_MISSED: Final = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick at one instant, ``now``. ``horizon`` is how far ahead rows are handed over, and
    ``unknown_for`` how long a try's outcome may stay unknown before it is looked up.
    """

    transaction: Transaction[DeliveryStore]
    planners: Mapping[Kind, Planner]
    pace: Pace
    horizon: timedelta
    unknown_for: timedelta
    now: datetime
    _placing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Places follow each other, so they are given by one part after the other."""

    async def plan(self) -> Mapping[str, AttuneError]:
        """Plan all due schedules; return those that could not be, by id, with the reason."""
        stuck: dict[str, AttuneError] = {}
        while True:
            limit = BATCH + len(stuck)
            async with self.transaction() as store:
                due = await store.due_schedules(self.now, limit)
            fresh = [one for one in due if one.id not in stuck]
            stuck |= await self._plan_at_once(_parts(fresh))
            if len(due) < limit or not fresh:  # these were all
                return stuck

    async def hand_over(self, dispatcher: Dispatcher) -> int:
        """Give places to rows without one, hand over those that are near; return how many."""
        until = self.now + self.horizon
        while True:
            async with self.transaction() as store:
                if not await self._give_places(store):
                    lost = await store.unfinished(self.now - self.unknown_for, BATCH)
                    places = await store.placed(until, BATCH)
                    break
        handed = len(lost)
        await dispatcher.dispatch({row.id: self.now for row in lost})
        while places:
            await dispatcher.dispatch({one: slot_at for slot_at, one in places})
            handed += len(places)
            if len(places) < BATCH or handed >= MOST_HANDED:
                break
            async with self.transaction() as store:
                places = await store.placed(until, BATCH, places[-1])
        return handed

    async def _plan_at_once(
        self, parts: Sequence[tuple[Kind, Sequence[Schedule]]]
    ) -> Mapping[str, AttuneError]:
        """Plan several parts; what one of them raises is raised when none runs any more."""
        plans = (self._plan_parts(kind, group) for kind, group in parts)
        stuck: dict[str, AttuneError] = {}
        failed: list[BaseException] = []
        for one in await asyncio.gather(*plans, return_exceptions=True):
            if isinstance(one, BaseException):
                failed.append(one)
            else:
                stuck |= one
        for error in failed:
            raise error
        return stuck

    async def _plan_parts(self, kind: Kind, group: Sequence[Schedule]) -> Mapping[str, AttuneError]:
        """Plan a group at once; where that fails, each of its subjects apart."""
        subjects = _grouped(group, lambda one: one.subject)
        try:
            await self._plan_group(kind, group)
        except Unavailable:  # it is not a subject's fault, and would only fail again for each
            raise
        except AttuneError as error:
            if len(subjects) == 1:
                return {one.id: error for one in group}
        else:
            return {}
        stuck: dict[str, AttuneError] = {}
        for part in subjects.values():
            stuck |= await self._plan_parts(kind, part)
        return stuck

    async def _plan_group(self, kind: Kind, group: Sequence[Schedule]) -> None:
        weekly = _Weekly(self.now)
        rows = [row for one in group for row in weekly.missed(one)]
        rows += await self.planners[kind].plan([weekly.latest(one) for one in group])
        moves = [(one, weekly.following(one)) for one in group]
        # Planners write in transactions of their own, so this one comes last: after a crash in
        # between, the same schedules are planned again into the same keys.
        async with self._placing, self.transaction() as store:
            await store.plan(rows, await self._near_places(store, rows))
            await store.advance(moves)

    async def _near_places(
        self, store: DeliveryStore, rows: Sequence[Delivery]
    ) -> Mapping[str, datetime]:
        """Return places for those rows that are due already: to give them with the row saves
        reading and writing each a second time.
        """
        until = self.now + self.horizon
        near = [row for row in rows if row.state is State.PLANNED and row.due_at <= until]
        return await self._places(store, sorted(near, key=lambda row: row.due_at))

    async def _give_places(self, store: DeliveryStore) -> bool:
        """Give the next rows their places; tell whether there may be more."""
        rows = await store.due(self.now + self.horizon, BATCH)
        await store.place(await self._places(store, rows))
        return len(rows) == BATCH

    async def _places(
        self, store: DeliveryStore, rows: Sequence[Delivery]
    ) -> Mapping[str, datetime]:
        if not rows:
            return {}
        free = await store.free_from(sorted({row.workspace for row in rows}))
        chats = sorted({(row.workspace, row.recipient) for row in rows})
        last = await store.last_places(chats, self.now - CHANNEL_GAP)
        places = self.pace.spread(rows, self.now, free, last)
        await store.take_places(places.free_from)
        return places.slots


class _Weekly:
    """Weekly appointments at one instant. Most of those that are due share their time and zone,
    so each answer is worked out once.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._next = lru_cache(maxsize=None)(next_weekly)

    def latest(self, schedule: Schedule) -> Schedule:
        """Return the schedule at its last occurrence that is not later than now."""
        last = self._next(self._now - WEEK, schedule.weekday, schedule.at, schedule.zone)
        if schedule.next_at < last <= self._now:
            return schedule.moved_to(last)
        return schedule

    def following(self, schedule: Schedule) -> datetime:
        """Return the first occurrence after now: after downtime only the latest week is asked."""
        after = max(self._now, schedule.next_at)
        return self._next(after, schedule.weekday, schedule.at, schedule.zone)

    def missed(self, schedule: Schedule) -> list[Delivery]:
        """Return a dropped row for each week that passed while Attune did not run."""
        rows: list[Delivery] = []
        last = self.latest(schedule).next_at
        moment = schedule.next_at
        while moment < last and len(rows) < MOST_MISSED:
            rows.append(
                Delivery(
                    key=schedule.occurrence_key(moment),
                    workspace=schedule.workspace,
                    kind=schedule.kind,
                    recipient=schedule.recipient,
                    about=schedule.subject,
                    due_at=moment,
                    state=State.DROPPED,
                    reason="missed while Attune was not running; a later week was due",
                )
            )
            moment = self._next(moment, schedule.weekday, schedule.at, schedule.zone)
        return rows


def _grouped(
    schedules: Sequence[Schedule], by: Callable[[Schedule], KeyT]
) -> Mapping[KeyT, list[Schedule]]:
    groups: dict[KeyT, list[Schedule]] = defaultdict(list)
    for one in schedules:
        groups[by(one)].append(one)
    return groups


def _parts(schedules: Sequence[Schedule]) -> list[tuple[Kind, list[Schedule]]]:
    """Return the schedules of each kind in parts; those of one subject stay together, so that two
    parts never work on the same.
    """
    parts: list[tuple[Kind, list[Schedule]]] = []
    for kind, group in _grouped(schedules, lambda one: one.kind).items():
        some: list[Schedule] = []
        for subject in _grouped(group, lambda one: one.subject).values():
            some += subject
            if len(some) >= PART:
                parts.append((kind, some))
                some = []
        if some:
            parts.append((kind, some))
    return parts
