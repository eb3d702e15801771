"""The deliveries' and the inbox's stores in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.deliveries.model import Delivery, Kind, Schedule, State
from bot.messages import Posted

_OPEN = (State.PLANNED, State.ATTEMPTING)


class MemoryDeliveryStore:
    """``bot.deliveries.port.DeliveryStore`` without a database."""

    def __init__(self) -> None:
        self._schedules: dict[str, Schedule] = {}
        self._ledger: dict[str, Delivery] = {}
        self._pauses: dict[str, datetime] = {}

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

    async def plan(self, deliveries: Sequence[Delivery]) -> int:
        """Insert those whose key is new; return how many were."""
        before = len(self._ledger)
        for one in deliveries:
            self._ledger.setdefault(one.id, one)
        return len(self._ledger) - before

    async def delivery(self, delivery: str) -> Delivery | None:
        """Return one row by id."""
        return self._ledger.get(delivery)

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return planned rows that are due and whose workspace is not paused, by due time."""
        return self._earliest(
            one
            for one in self._ledger.values()
            if one.state is State.PLANNED
            and one.due_at <= now
            and self._pauses.get(one.workspace, now) <= now
        )[:limit]

    async def begin(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Move planned → attempting, once for each number of tries."""
        return self._try(delivery, State.PLANNED, attempt, now)

    async def resume(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Count another try on a row left in attempting, once for each number of tries."""
        return self._try(delivery, State.ATTEMPTING, attempt, now)

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

    async def postpone(self, delivery: str, due_at: datetime) -> None:
        """Move an open row back to planned, due later."""
        if (row := self._open(delivery)) is not None:
            self._ledger[delivery] = replace(row, state=State.PLANNED, due_at=due_at)

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

    async def paused_until(self, workspace: str) -> datetime | None:
        """Return until when the workspace is held back, or None."""
        return self._pauses.get(workspace)

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
