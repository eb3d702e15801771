"""The deliveries' store: schedules, the ledger, pauses."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.deliveries.model import Delivery, Kind, Schedule, State
from bot.messages import Posted
from storage import mapping
from storage.statements import add_new, batches, change, find, put
from storage.tables import DeliveryRow, PauseRow, ScheduleRow

_OPEN = (State.PLANNED, State.ATTEMPTING)


class SqlDeliveryStore:
    """``bot.deliveries.port.DeliveryStore`` in a database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return due schedules, earliest first, skipping those that another process holds."""
        rows = await self._session.scalars(
            select(ScheduleRow)
            .where(col(ScheduleRow.next_at) <= now)
            .order_by(col(ScheduleRow.next_at), col(ScheduleRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer and leaves this out
        )
        return [mapping.to_schedule(row) for row in rows]

    async def schedules(
        self, workspace: str, *, subject: str | None = None, recipient: str | None = None
    ) -> Sequence[Schedule]:
        """Return a workspace's schedules, of one subject or recipient where given."""
        query = select(ScheduleRow).where(col(ScheduleRow.workspace) == workspace)
        if subject is not None:
            query = query.where(col(ScheduleRow.subject) == subject)
        if recipient is not None:
            query = query.where(col(ScheduleRow.recipient) == recipient)
        rows = await self._session.scalars(query.order_by(col(ScheduleRow.id)))
        return [mapping.to_schedule(row) for row in rows]

    async def save_schedules(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace by id."""
        await put(self._session, [mapping.from_schedule(one) for one in schedules])

    async def remove_schedules(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids change nothing."""
        for some in batches(ids):
            await change(self._session, delete(ScheduleRow).where(col(ScheduleRow.id).in_(some)))

    async def plan(self, deliveries: Sequence[Delivery]) -> int:
        """Insert those whose key is new; return how many were."""
        return await add_new(self._session, [mapping.from_delivery(one) for one in deliveries])

    async def delivery(self, delivery: str) -> Delivery | None:
        """Return one row by id."""
        row = await find(self._session, DeliveryRow, delivery)
        return None if row is None else mapping.to_delivery(row)

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return planned rows that are due and whose workspace is not paused, by due time."""
        paused = exists().where(
            col(PauseRow.workspace) == col(DeliveryRow.workspace), col(PauseRow.until) > now
        )
        return await self._deliveries(
            select(DeliveryRow)
            .where(col(DeliveryRow.state) == State.PLANNED, col(DeliveryRow.due_at) <= now, ~paused)
            .order_by(col(DeliveryRow.due_at), col(DeliveryRow.id))
            .limit(limit)
        )

    async def begin(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Move planned → attempting, once for each number of tries."""
        return await self._try(delivery, State.PLANNED, attempt, now)

    async def resume(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Count another try on a row left in attempting, once for each number of tries."""
        return await self._try(delivery, State.ATTEMPTING, attempt, now)

    async def sent(self, delivery: str, posted: Posted) -> None:
        """Move to sent, with where it stands: a post that exists is the truth in any state."""
        await self._set(
            col(DeliveryRow.id) == delivery,
            state=State.SENT,
            channel=posted.channel,
            ts=posted.ts,
            reason=None,
        )

    async def close(self, delivery: str, state: State, reason: str) -> None:
        """Move an open row to failed or dropped, with the reason."""
        await self._set(_is_open(delivery), state=state, reason=reason)

    async def postpone(self, delivery: str, due_at: datetime) -> None:
        """Move an open row back to planned, due later."""
        await self._set(_is_open(delivery), state=State.PLANNED, due_at=due_at)

    async def unfinished(self, started_before: datetime, limit: int) -> Sequence[Delivery]:
        """Return rows in attempting whose try began before that instant, oldest first."""
        return await self._deliveries(
            select(DeliveryRow)
            .where(
                col(DeliveryRow.state) == State.ATTEMPTING,
                col(DeliveryRow.started_at) < started_before,
            )
            .order_by(col(DeliveryRow.started_at), col(DeliveryRow.id))
            .limit(limit)
        )

    async def cancel(self, keys: Sequence[str], reason: str) -> None:
        """Drop those that are still planned."""
        for some in batches(keys):
            await self._set(
                col(DeliveryRow.key).in_(some) & (col(DeliveryRow.state) == State.PLANNED),
                state=State.DROPPED,
                reason=reason,
            )

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
        wanted = {"workspace": workspace, "kind": kind, "state": state, "recipient": recipient}
        given = {name: value for name, value in wanted.items() if value is not None}
        return await self._deliveries(
            select(DeliveryRow)
            .filter_by(**given)
            .order_by(col(DeliveryRow.due_at).desc(), col(DeliveryRow.id))
            .limit(limit)
        )

    async def pause(self, workspace: str, until: datetime) -> None:
        """Hold the workspace's deliveries back until then (never earlier than already held)."""
        added = await add_new(self._session, [PauseRow(workspace=workspace, until=until)])
        if not added:
            held = col(PauseRow.until)
            await change(
                self._session,
                update(PauseRow)
                .where(col(PauseRow.workspace) == workspace)
                .values(until=case((held > until, held), else_=until)),
            )

    async def paused_until(self, workspace: str) -> datetime | None:
        """Return until when the workspace is held back, or None."""
        row = await find(self._session, PauseRow, workspace)
        return None if row is None else row.until

    async def forget(self, workspace: str, recipient: str) -> None:
        """Remove the person's schedules and rows, those sent to them and those about them."""
        here, theirs = col(DeliveryRow.workspace) == workspace, col(DeliveryRow.recipient)
        about = col(DeliveryRow.about) == recipient
        mine = col(ScheduleRow.workspace) == workspace, col(ScheduleRow.recipient) == recipient
        await change(self._session, delete(ScheduleRow).where(*mine))
        await change(
            self._session, delete(DeliveryRow).where(here, or_(theirs == recipient, about))
        )

    async def remove_before(self, due_before: datetime) -> int:
        """Remove closed rows due before then; return how many."""
        return await change(
            self._session,
            delete(DeliveryRow).where(
                col(DeliveryRow.state).not_in(_OPEN), col(DeliveryRow.due_at) < due_before
            ),
        )

    async def _try(self, delivery: str, state: State, attempt: int, now: datetime) -> bool:
        # One compare-and-set: of two processes exactly one meets the row.
        met = await change(
            self._session,
            update(DeliveryRow)
            .where(
                col(DeliveryRow.id) == delivery,
                col(DeliveryRow.state) == state,
                col(DeliveryRow.attempt) == attempt,
            )
            .values(state=State.ATTEMPTING, attempt=attempt + 1, started_at=now),
        )
        return met == 1

    async def _set(self, where: ColumnElement[bool], **values: str | datetime | None) -> None:
        await change(self._session, update(DeliveryRow).where(where).values(**values))

    async def _deliveries(self, query: Select[DeliveryRow]) -> list[Delivery]:
        return [mapping.to_delivery(row) for row in await self._session.scalars(query)]


def _is_open(delivery: str) -> ColumnElement[bool]:
    return (col(DeliveryRow.id) == delivery) & col(DeliveryRow.state).in_(_OPEN)
