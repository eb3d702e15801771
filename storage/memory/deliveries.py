"""The deliveries' and the inbox's stores in memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.deliveries.model import Delivery, Kind, Place, Schedule, Standing, State, Try, Waiting
from bot.deliveries.port import NO_PLACES
from bot.messages import Posted

_OPEN = (State.PLANNED, State.ATTEMPTING)


class MemoryDeliveryStore:
    """``bot.deliveries.port.DeliveryStore`` without a database."""

    def __init__(self) -> None:
        self._schedules: dict[str, Schedule] = {}
        self._ledger: dict[str, Delivery] = {}
        self._pauses: dict[str, datetime] = {}
        self._free: dict[str, datetime] = {}
        self._turn: tuple[str, datetime, datetime] | None = None

    async def waiting(self, now: datetime, until: datetime, started_before: datetime) -> Waiting:
        """Tell whether there is anything for a tick to do."""
        places = (
            one.slot_at or one.due_at for one in self._ledger.values() if one.state is State.PLANNED
        )
        return Waiting(
            schedules=any(one.next_at <= now for one in self._schedules.values()),
            rows=any(place <= until for place in places)
            or bool(await self.unfinished(started_before, 1)),
        )

    async def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return due schedules, earliest first."""
        due = (one for one in self._schedules.values() if one.next_at <= now)
        return sorted(due, key=lambda one: (one.next_at, one.id))[:limit]

    async def schedules(
        self, workspace: str, *, subject: str | None = None, recipient: str | None = None
    ) -> Sequence[Schedule]:
        """Return a workspace's schedules, of one subject or recipient where given."""
        wanted = (
            one
            for one in self._schedules.values()
            if one.workspace == workspace
            and subject in {None, one.subject}
            and recipient in {None, one.recipient}
        )
        return sorted(wanted, key=lambda one: one.id)

    async def save_schedules(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace by id."""
        self._schedules.update({one.id: one for one in schedules})

    async def remove_schedules(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids change nothing."""
        for one in ids:
            self._schedules.pop(one, None)

    async def advance(self, moves: Sequence[tuple[Schedule, datetime]]) -> None:
        """Move each to its next instant, if it still is as it was read."""
        for one, next_at in moves:
            if self._schedules.get(one.id) == one:
                self._schedules[one.id] = one.moved_to(next_at)

    async def zones(self, kind: Kind, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the zones in which each subject's schedules of ``kind`` are kept."""
        found: dict[str, list[str]] = {}
        for one in self._schedules.values():
            zones = found.setdefault(one.subject, [])
            if one.kind is kind and one.zone not in zones:
                zones.append(one.zone)
        return {subject: found[subject] for subject in subjects if found.get(subject)}

    async def plan(
        self, deliveries: Sequence[Delivery], slots: Mapping[str, datetime] = NO_PLACES
    ) -> int:
        """Insert those whose key is new, with their places; return how many were."""
        before = len(self._ledger)
        for one in deliveries:
            self._ledger.setdefault(one.id, replace(one, slot_at=slots.get(one.id, one.slot_at)))
        return len(self._ledger) - before

    async def delivery(self, delivery: str) -> Delivery | None:
        """Return one row by id."""
        return self._ledger.get(delivery)

    async def held(
        self, deliveries: Sequence[str]
    ) -> Mapping[str, tuple[Delivery, datetime | None]]:
        """Return rows by id, each with until when its workspace is held back, if ever."""
        rows = (self._ledger[one] for one in deliveries if one in self._ledger)
        return {row.id: (row, self._pauses.get(row.workspace)) for row in rows}

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return planned rows without a place that are due and not held back, by due time."""
        return self._earliest(
            one
            for one in self._ledger.values()
            if one.state is State.PLANNED
            and one.slot_at is None
            and one.due_at <= now
            and not self._is_paused(one, now)
        )[:limit]

    async def free_from(self, workspaces: Sequence[str]) -> Mapping[str, datetime]:
        """Return from when each workspace has a free place, where it is known."""
        return {name: self._free[name] for name in workspaces if name in self._free}

    async def last_places(
        self, recipients: Sequence[tuple[str, str]], since: datetime
    ) -> Mapping[tuple[str, str], datetime]:
        """Return the latest place after ``since`` of each recipient that has one."""
        wanted = set(recipients)
        found: dict[tuple[str, str], datetime] = {}
        for one in self._ledger.values():
            chat = (one.workspace, one.recipient)
            if chat in wanted and one.slot_at is not None and one.slot_at > since:
                found[chat] = max(one.slot_at, found.get(chat, one.slot_at))
        return found

    async def take_places(self, free_from: Mapping[str, datetime]) -> None:
        """Note from when workspaces have free places."""
        self._free.update(free_from)

    async def place(self, slots: Mapping[str, datetime]) -> None:
        """Give planned rows their places."""
        for one, slot_at in slots.items():
            row = self._ledger.get(one)
            if row is not None and row.state is State.PLANNED:
                self._ledger[one] = replace(row, slot_at=slot_at)

    async def placed(
        self, until: datetime, limit: int, after: Place | None = None
    ) -> Sequence[Place]:
        """Return planned rows whose place is not later than ``until``, by place."""
        places = sorted(
            (one.slot_at, one.id)
            for one in self._ledger.values()
            if one.state is State.PLANNED and one.slot_at is not None and one.slot_at <= until
        )
        return [place for place in places if after is None or place > after][:limit]

    async def begin(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Move planned → attempting, once for each number of tries."""
        return self._try(delivery, State.PLANNED, attempt, now)

    async def resume(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Count another try on a row left in attempting, once for each number of tries."""
        return self._try(delivery, State.ATTEMPTING, attempt, now)

    async def claim(self, tries: Sequence[Try], now: datetime) -> Sequence[bool]:
        """Begin several tries; tell of each whether it is the caller's."""
        return [self._try(one, state, attempt, now) for one, state, attempt in tries]

    async def all_sent(self, posts: Mapping[str, Posted]) -> None:
        """Move several to sent."""
        for delivery, posted in posts.items():
            await self.sent(delivery, posted)

    async def sent(self, delivery: str, posted: Posted) -> None:
        """Move to sent, with where it stands: a post that exists is the truth in any state."""
        if (row := self._ledger.get(delivery)) is not None:
            self._ledger[delivery] = replace(
                row, state=State.SENT, channel=posted.channel, ts=posted.ts, reason=None
            )

    async def close(self, delivery: str, state: State, reason: str) -> None:
        """Move an open row to failed or dropped, with the reason."""
        if (row := self._open(delivery)) is not None:
            self._ledger[delivery] = replace(row, state=state, reason=reason)

    async def postpone(self, delivery: str, due_at: datetime, *, is_counted: bool = True) -> None:
        """Move an open row back to planned, due later, without a place."""
        if (row := self._open(delivery)) is not None:
            more = 0 if is_counted or row.state is State.PLANNED else 1
            self._ledger[delivery] = replace(
                row,
                state=State.PLANNED,
                due_at=due_at,
                slot_at=None,
                uncounted=row.uncounted + more,
            )

    async def unfinished(self, started_before: datetime, limit: int) -> Sequence[Delivery]:
        """Return rows in attempting whose try began before that instant, oldest first."""
        started = [
            (one.started_at, one.id, one)
            for one in self._ledger.values()
            if one.state is State.ATTEMPTING
            and one.started_at is not None
            and one.started_at < started_before
        ]
        return [one for _, _, one in sorted(started, key=lambda entry: entry[:2])][:limit]

    async def reopen(self, delivery: str, due_at: datetime) -> bool:
        """Move a failed or dropped row back to planned; False where it is neither."""
        row = self._ledger.get(delivery)
        if row is None or row.state not in {State.FAILED, State.DROPPED}:
            return False
        self._ledger[delivery] = replace(
            row,
            state=State.PLANNED,
            due_at=due_at,
            slot_at=None,
            uncounted=row.attempt,
            reason=None,
        )
        return True

    async def cancel(self, keys: Sequence[str], reason: str) -> None:
        """Drop those that are still planned."""
        wanted = set(keys)
        for one in list(self._ledger.values()):
            if one.key in wanted and one.state is State.PLANNED:
                self._ledger[one.id] = replace(one, state=State.DROPPED, reason=reason)

    async def ledger(
        self,
        workspace: str | None = None,
        *,
        kind: Kind | None = None,
        state: State | None = None,
        recipient: str | None = None,
        limit: int = 100,
    ) -> Sequence[Delivery]:
        """Return rows, latest due first."""
        wanted = [
            one
            for one in self._ledger.values()
            if workspace in {None, one.workspace}
            and kind in {None, one.kind}
            and state in {None, one.state}
            and recipient in {None, one.recipient}
        ]
        by_id = sorted(wanted, key=lambda one: one.id)
        return sorted(by_id, key=lambda one: one.due_at, reverse=True)[:limit]

    async def pause(self, workspace: str, until: datetime) -> None:
        """Hold the workspace's deliveries back until then (never earlier than already held)."""
        self._pauses[workspace] = max(until, self._pauses.get(workspace, until))
        for one in list(self._ledger.values()):
            if one.workspace == workspace and one.state is State.PLANNED:
                self._ledger[one.id] = replace(one, slot_at=None)
        self._free[workspace] = self._pauses[workspace]

    async def paused_until(self, workspace: str) -> datetime | None:
        """Return until when the workspace is held back, or None."""
        return self._pauses.get(workspace)

    async def take_turn(self, holder: str, now: datetime, until: datetime) -> bool:
        """Let ``holder`` tick until then, if nobody else's turn is still running."""
        if self._turn is not None and self._turn[0] != holder and now < self._turn[1] <= until:
            return False
        self._turn = (holder, until, now)
        return True

    async def leave_turn(self, holder: str) -> None:
        """End the holder's turn."""
        if self._turn is not None and self._turn[0] == holder:
            self._turn = (holder, self._turn[2], self._turn[2])

    async def standing(self, now: datetime) -> Standing:
        """Return how the ledger stands."""
        waiting = [
            one.slot_at or one.due_at
            for one in self._ledger.values()
            if one.state is State.PLANNED and not self._is_paused(one, now)
        ]
        return Standing(
            states=Counter(one.state for one in self._ledger.values()),
            oldest_due=min(waiting, default=None),
            ticked_at=self._turn[2] if self._turn else None,
        )

    async def forget(self, workspace: str, recipient: str) -> None:
        """Remove the person's schedules and rows, those sent to them and those about them."""
        theirs = (workspace, recipient)
        self._schedules = {
            key: one
            for key, one in self._schedules.items()
            if (one.workspace, one.recipient) != theirs
        }
        self._ledger = {
            key: one
            for key, one in self._ledger.items()
            if theirs not in {(one.workspace, one.recipient), (one.workspace, one.about)}
        }

    async def remove_before(self, due_before: datetime) -> int:
        """Remove closed rows due before then; return how many."""
        old = [
            one.id
            for one in self._ledger.values()
            if one.state not in _OPEN and one.due_at < due_before
        ]
        for one in old:
            del self._ledger[one]
        return len(old)

    def _is_paused(self, row: Delivery, now: datetime) -> bool:
        return self._pauses.get(row.workspace, now) > now

    def _open(self, delivery: str) -> Delivery | None:
        row = self._ledger.get(delivery)
        return row if row is not None and row.state in _OPEN else None

    def _try(self, delivery: str, state: State, attempt: int, now: datetime) -> bool:
        row = self._ledger.get(delivery)
        if row is None or row.state is not state or row.attempt != attempt:
            return False
        self._ledger[delivery] = replace(
            row, state=State.ATTEMPTING, attempt=attempt + 1, started_at=now
        )
        return True

    def drop(
        self, is_off: Callable[[Schedule], bool], is_doomed: Callable[[Delivery], bool]
    ) -> None:
        """Remove the schedules and the rows of which these say so."""
        self._schedules = {key: one for key, one in self._schedules.items() if not is_off(one)}
        self._ledger = {key: one for key, one in self._ledger.items() if not is_doomed(one)}

    @staticmethod
    def _earliest(rows: Iterable[Delivery]) -> list[Delivery]:
        return sorted(rows, key=lambda one: (one.due_at, one.id))


class MemoryInboxStore:
    """``bot.deliveries.port.InboxStore`` without a database."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    async def first_time(self, key: str, now: datetime) -> bool:
        """Note ``key``; True the first time, False ever after."""
        if key in self._seen:
            return False
        self._seen[key] = now
        return True

    async def release(self, key: str) -> None:
        """Take the note back."""
        self._seen.pop(key, None)

    async def remove_before(self, seen_before: datetime) -> int:
        """Remove notes older than that; return how many."""
        old = [key for key, seen_at in self._seen.items() if seen_at < seen_before]
        for key in old:
            del self._seen[key]
        return len(old)
