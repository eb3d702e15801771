"""What deliveries need stored: schedules, the ledger, pauses of workspaces, what came in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from bot.deliveries.model import Delivery, Kind, Place, Schedule, Standing, State, Try, Waiting
from bot.messages import Posted

NO_PLACES: Final[Mapping[str, datetime]] = {}


class DeliveryStore(Protocol):
    """Schedules and the ledger, inside one transaction."""

    async def waiting(self, now: datetime, until: datetime, started_before: datetime) -> Waiting:
        """Tell in one question whether a tick has anything to do: schedules due ``now``, open rows
        due or placed by ``until``, tries begun before ``started_before``. It may say yes for rows
        that turn out to be held back.
        """
        ...

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

    async def advance(self, moves: Sequence[tuple[Schedule, datetime]]) -> None:
        """Move each to its next instant, if it still is as it was read: one that was moved,
        changed or removed meanwhile stays so.
        """
        ...

    async def zones(self, kind: Kind, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the zones in which each subject's schedules of ``kind`` are kept."""
        ...

    async def plan(
        self, deliveries: Sequence[Delivery], slots: Mapping[str, datetime] = NO_PLACES
    ) -> int:
        """Insert those whose key is new, with their places where ``slots`` has them by id; return
        how many were. Existing rows stay as they are.
        """
        ...

    async def delivery(self, delivery: str) -> Delivery | None:
        """Return one row by id."""
        ...

    async def held(
        self, deliveries: Sequence[str]
    ) -> Mapping[str, tuple[Delivery, datetime | None]]:
        """Return rows by id, each with until when its workspace is held back (see ``pause``), if
        ever; those that are not there are left out.
        """
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return planned rows without a place whose ``due_at <= now`` and whose workspace is not
        paused, by due time.
        """
        ...

    async def free_from(self, workspaces: Sequence[str]) -> Mapping[str, datetime]:
        """Return from when each workspace has a free place; those that never had one are left
        out. Nobody else changes it before the transaction ends.
        """
        ...

    async def last_places(
        self, recipients: Sequence[tuple[str, str]], since: datetime
    ) -> Mapping[tuple[str, str], datetime]:
        """Return the latest place after ``since`` of each (workspace, recipient) that has one."""
        ...

    async def take_places(self, free_from: Mapping[str, datetime]) -> None:
        """Note from when workspaces have free places."""
        ...

    async def place(self, slots: Mapping[str, datetime]) -> None:
        """Give planned rows (by id) their places."""
        ...

    async def placed(
        self, until: datetime, limit: int, after: Place | None = None
    ) -> Sequence[Place]:
        """Return the places of planned rows that are not later than ``until``, in order; those
        behind ``after`` where given.
        """
        ...

    async def begin(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Move planned → attempting if it is planned and stands at ``attempt`` tries; count the
        try, set ``started_at``. False means that somebody else was first.
        """
        ...

    async def resume(self, delivery: str, attempt: int, now: datetime) -> bool:
        """As ``begin``, for a row left in attempting by a process that is gone."""
        ...

    async def claim(self, tries: Sequence[Try], now: datetime) -> Sequence[bool]:
        """As ``begin`` or ``resume``, for several: tell of each whether the try is the caller's."""
        ...

    async def sent(self, delivery: str, posted: Posted) -> None:
        """Move to sent, with where it stands."""
        ...

    async def all_sent(self, posts: Mapping[str, Posted]) -> None:
        """As ``sent``, for several."""
        ...

    async def close(self, delivery: str, state: State, reason: str) -> None:
        """Move to failed or dropped, with the reason."""
        ...

    async def postpone(self, delivery: str, due_at: datetime, *, is_counted: bool = True) -> None:
        """Move an open row back to planned, due later, without a place. A try that has begun may
        be one that is not counted.
        """
        ...

    async def unfinished(self, started_before: datetime, limit: int) -> Sequence[Delivery]:
        """Return rows in attempting whose try began before that instant."""
        ...

    async def reopen(self, delivery: str, due_at: datetime) -> bool:
        """Move a failed or dropped row back to planned; False where it is neither."""
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
        """Hold the workspace's deliveries back until then (never earlier than already held).
        Their places are given anew from then on.
        """
        ...

    async def paused_until(self, workspace: str) -> datetime | None:
        """Return until when the workspace is held back, or None."""
        ...

    async def take_turn(self, holder: str, now: datetime, until: datetime) -> bool:
        """Let ``holder`` tick until then, if nobody else's turn is still running. A turn that
        runs longer than ``until - now`` from now was noted by a clock that was set back since.
        """
        ...

    async def leave_turn(self, holder: str) -> None:
        """End the holder's turn, so that another need not wait for it to run out."""
        ...

    async def standing(self, now: datetime) -> Standing:
        """Return how the ledger stands."""
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
