"""What deliveries need stored: schedules, the ledger, pauses of workspaces, what came in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.deliveries.model import Delivery, Kind, Schedule, State
from bot.messages import Posted


class DeliveryStore(Protocol):
    """Schedules and the ledger, inside one transaction."""

    async def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return schedules with ``next_at <= now``, earliest first (locked where the database
        can, skipping those that another process holds).
        """
        ...

    async def schedules(
        self, workspace: str, *, subject: str | None = None, recipient: str | None = None
    ) -> Sequence[Schedule]:
        """Return a workspace's schedules, of one subject or recipient where given."""
        ...

    async def save_schedules(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace by id."""
        ...

    async def remove_schedules(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids change nothing."""
        ...

    async def plan(self, deliveries: Sequence[Delivery]) -> int:
        """Insert those whose key is new; return how many were. Existing rows stay as they are."""
        ...

    async def delivery(self, delivery: str) -> Delivery | None:
        """Return one row by id."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return planned rows with ``due_at <= now`` whose workspace is not paused, by due time."""
        ...

    async def begin(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Move planned → attempting if it is planned and stands at ``attempt`` tries; count the
        try, set ``started_at``. False means that somebody else was first.
        """
        ...

    async def resume(self, delivery: str, attempt: int, now: datetime) -> bool:
        """As ``begin``, for a row left in attempting by a process that is gone."""
        ...

    async def sent(self, delivery: str, posted: Posted) -> None:
        """Move to sent, with where it stands."""
        ...

    async def close(self, delivery: str, state: State, reason: str) -> None:
        """Move to failed or dropped, with the reason."""
        ...

    async def postpone(self, delivery: str, due_at: datetime) -> None:
        """Move back to planned, due later."""
        ...

    async def unfinished(self, started_before: datetime, limit: int) -> Sequence[Delivery]:
        """Return rows in attempting whose try began before that instant."""
        ...

    async def cancel(self, keys: Sequence[str], reason: str) -> None:
        """Drop those that are still planned."""
        ...

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
        ...

    async def pause(self, workspace: str, until: datetime) -> None:
        """Hold the workspace's deliveries back until then (never earlier than already held)."""
        ...

    async def paused_until(self, workspace: str) -> datetime | None:
        """Return until when the workspace is held back, or None."""
        ...

    async def forget(self, workspace: str, recipient: str) -> None:
        """Remove the person's schedules and rows, those sent to them and those about them."""
        ...

    async def remove_before(self, due_before: datetime) -> int:
        """Remove closed rows due before then (retention); return how many."""
        ...


class InboxStore(Protocol):
    """What came in and was handled already."""

    async def first_time(self, key: str, now: datetime) -> bool:
        """Note ``key``; True the first time, False ever after (until ``remove_before``)."""
        ...

    async def release(self, key: str) -> None:
        """Take the note back: handling failed, a repetition may try again."""
        ...

    async def remove_before(self, seen_before: datetime) -> int:
        """Remove notes older than that; return how many."""
        ...
