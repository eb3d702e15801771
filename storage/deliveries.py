"""The deliveries' store: schedules, the ledger, pauses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.deliveries.model import Delivery, Kind, Place, Schedule, Standing, State, Try, Waiting
from bot.deliveries.port import NO_PLACES
from bot.messages import Posted
from storage import mapping, paces, turns
from storage.statements import (
    add_new,
    add_values,
    among,
    among_pairs,
    batches,
    change,
    change_each,
    find,
    put,
    table_of,
    values_of,
)
from storage.tables import DeliveryRow, PauseRow, ScheduleRow

_OPEN = (State.PLANNED, State.ATTEMPTING)
_LEDGER = table_of(DeliveryRow)
_SCHEDULES = table_of(ScheduleRow)
_SLOT = [column.key for column in _LEDGER.columns].index("slot_at")
_RHYTHM = ("id", "next_at", "weekday", "at", "zone")
"""What must be as it was read for a schedule to be moved on."""


class SqlDeliveryStore:
    """``bot.deliveries.port.DeliveryStore`` in a database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def waiting(self, now: datetime, until: datetime, started_before: datetime) -> Waiting:
        """Tell whether there is anything for a tick to do, by the first entries of indexes."""
        planned = col(DeliveryRow.state) == State.PLANNED
        without_place = col(DeliveryRow.slot_at).is_(None), col(DeliveryRow.due_at) <= until
        attempting = col(DeliveryRow.state) == State.ATTEMPTING
        found = await self._session.execute(
            select(
                exists().where(col(ScheduleRow.next_at) <= now),
                or_(
                    exists().where(planned, *without_place),
                    exists().where(planned, col(DeliveryRow.slot_at) <= until),
                    exists().where(attempting, col(DeliveryRow.started_at) < started_before),
                ),
            )
        )
        return Waiting(*found.one())

    async def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return due schedules, earliest first, skipping those that another process holds."""
        return await self._schedules(
            select(_SCHEDULES)
            .where(col(ScheduleRow.next_at) <= now)
            .order_by(col(ScheduleRow.next_at), col(ScheduleRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer and leaves this out
        )

    async def schedules(
        self, workspace: str, *, subject: str | None = None, recipient: str | None = None
    ) -> Sequence[Schedule]:
        """Return a workspace's schedules, of one subject or recipient where given."""
        query = select(_SCHEDULES).where(col(ScheduleRow.workspace) == workspace)
        if subject is not None:
            query = query.where(col(ScheduleRow.subject) == subject)
        if recipient is not None:
            query = query.where(col(ScheduleRow.recipient) == recipient)
        return await self._schedules(query.order_by(col(ScheduleRow.id)))

    async def save_schedules(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace by id."""
        await put(self._session, schedules, ScheduleRow)

    async def remove_schedules(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids change nothing."""
        for some in batches(ids):
            await change(self._session, delete(ScheduleRow).where(col(ScheduleRow.id).in_(some)))

    async def advance(self, moves: Sequence[tuple[Schedule, datetime]]) -> None:
        """Move each to its next instant, if it still is as it was read."""
        as_read = attrgetter(*_RHYTHM)
        rows = [(*as_read(one), next_at) for one, next_at in moves]
        await change_each(self._session, ScheduleRow, _RHYTHM, ["next_at"], rows)

    async def zones(self, kind: Kind, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the zones in which each subject's schedules of ``kind`` are kept."""
        found: dict[str, list[str]] = {}
        rows = await self._session.execute(
            select(col(ScheduleRow.subject), col(ScheduleRow.zone))
            .where(
                among(self._session, col(ScheduleRow.subject), subjects),
                col(ScheduleRow.kind) == kind,
            )
            .distinct()
        )
        for subject, zone in rows:
            found.setdefault(subject, []).append(zone)
        return found

    async def plan(
        self, deliveries: Sequence[Delivery], slots: Mapping[str, datetime] = NO_PLACES
    ) -> int:
        """Insert those whose key is new, with their places; return how many were."""
        rows = values_of(_LEDGER, deliveries)
        if slots:
            for at, one in enumerate(deliveries):
                if (slot := slots.get(one.id)) is not None:
                    rows[at] = (*rows[at][:_SLOT], slot, *rows[at][_SLOT + 1 :])
        return await add_values(self._session, _LEDGER, rows)

    async def delivery(self, delivery: str) -> Delivery | None:
        """Return one row by id."""
        found = await self._deliveries(select(_LEDGER).where(col(DeliveryRow.id) == delivery))
        return found[0] if found else None

    async def held(
        self, deliveries: Sequence[str]
    ) -> Mapping[str, tuple[Delivery, datetime | None]]:
        """Return rows by id, each with until when its workspace is held back, if ever."""
        same = col(PauseRow.workspace) == _LEDGER.c.workspace
        query = select(_LEDGER, col(PauseRow.until)).outerjoin(PauseRow, same)
        found = await self._session.execute(
            query.where(among(self._session, _LEDGER.c.id, deliveries))
        )
        return {row[0]: (mapping.to_delivery(row), until) for *row, until in found}

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return planned rows without a place that are due and not held back, by due time."""
        return await self._deliveries(
            select(_LEDGER)
            .where(
                col(DeliveryRow.state) == State.PLANNED,
                col(DeliveryRow.slot_at).is_(None),
                col(DeliveryRow.due_at) <= now,
                ~_paused(now),
            )
            .order_by(col(DeliveryRow.due_at), col(DeliveryRow.id))
            .limit(limit)
        )

    async def free_from(self, workspaces: Sequence[str]) -> Mapping[str, datetime]:
        """Return from when each workspace has a free place, where it is known; nobody changes it
        before the transaction ends.
        """
        return await paces.free_from(self._session, workspaces)

    async def last_places(
        self, recipients: Sequence[tuple[str, str]], since: datetime
    ) -> Mapping[tuple[str, str], datetime]:
        """Return the latest place after ``since`` of each recipient that has one."""
        chats = col(DeliveryRow.workspace), col(DeliveryRow.recipient)
        rows = await self._session.execute(
            select(*chats, func.max(col(DeliveryRow.slot_at)))
            .where(among_pairs(self._session, chats, recipients), col(DeliveryRow.slot_at) > since)
            .group_by(*chats)
        )
        return {(workspace, one): slot for workspace, one, slot in rows if slot}

    async def take_places(self, free_from: Mapping[str, datetime]) -> None:
        """Note from when workspaces have free places."""
        await paces.take(self._session, free_from)

    async def place(self, slots: Mapping[str, datetime]) -> None:
        """Give planned rows their places."""
        rows = [(one, State.PLANNED, slot) for one, slot in slots.items()]
        await change_each(self._session, DeliveryRow, ["id", "state"], ["slot_at"], rows)

    async def placed(
        self, until: datetime, limit: int, after: Place | None = None
    ) -> Sequence[Place]:
        """Return planned rows whose place is not later than ``until``, by place."""
        place = col(DeliveryRow.slot_at), col(DeliveryRow.id)
        query = select(*place).where(
            col(DeliveryRow.state) == State.PLANNED, col(DeliveryRow.slot_at) <= until
        )
        if after is not None:
            query = query.where(tuple_(*place) > tuple_(*after))
        rows = await self._session.execute(query.order_by(*place).limit(limit))
        return [(slot_at, one) for slot_at, one in rows if slot_at is not None]

    async def begin(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Move planned → attempting, once for each number of tries."""
        return (await self.claim([(delivery, State.PLANNED, attempt)], now))[0]

    async def resume(self, delivery: str, attempt: int, now: datetime) -> bool:
        """Count another try on a row left in attempting, once for each number of tries."""
        return (await self.claim([(delivery, State.ATTEMPTING, attempt)], now))[0]

    async def claim(self, tries: Sequence[Try], now: datetime) -> Sequence[bool]:
        """Begin several tries; tell of each whether it is the caller's."""
        first = {one[0]: one for one in reversed(tries)}
        rows = [(*one, State.ATTEMPTING, one[2] + 1, now) for one in first.values()]
        # One compare-and-set: of two processes exactly one meets a row.
        known, new = ("id", "state", "attempt"), ("state", "attempt", "started_at")
        met = set(await change_each(self._session, DeliveryRow, known, new, rows))
        mine = []
        for one in tries:
            if one == first[one[0]]:
                mine.append(one[0] in met)
                met.discard(one[0])  # asked twice, it is the first's
            else:
                mine += await self.claim([one], now)
        return mine

    async def sent(self, delivery: str, posted: Posted) -> None:
        """Move to sent, with where it stands: a post that exists is the truth in any state."""
        await self.all_sent({delivery: posted})

    async def all_sent(self, posts: Mapping[str, Posted]) -> None:
        """Move several to sent."""
        rows = [(one, State.SENT, at.channel, at.ts, None) for one, at in posts.items()]
        new = ("state", "channel", "ts", "reason")
        await change_each(self._session, DeliveryRow, ["id"], new, rows)

    async def close(self, delivery: str, state: State, reason: str) -> None:
        """Move an open row to failed or dropped, with the reason."""
        await self._set(_is_open(delivery), state=state, reason=reason)

    async def postpone(self, delivery: str, due_at: datetime, *, is_counted: bool = True) -> None:
        """Move an open row back to planned, due later, without a place."""
        begun = case((col(DeliveryRow.state) == State.ATTEMPTING, 1), else_=0)
        await self._set(
            _is_open(delivery),
            state=State.PLANNED,
            due_at=due_at,
            slot_at=None,
            uncounted=col(DeliveryRow.uncounted) + (0 if is_counted else begun),
        )

    async def unfinished(self, started_before: datetime, limit: int) -> Sequence[Delivery]:
        """Return rows in attempting whose try began before that instant, oldest first."""
        return await self._deliveries(
            select(_LEDGER)
            .where(
                col(DeliveryRow.state) == State.ATTEMPTING,
                col(DeliveryRow.started_at) < started_before,
            )
            .order_by(col(DeliveryRow.started_at), col(DeliveryRow.id))
            .limit(limit)
        )

    async def reopen(self, delivery: str, due_at: datetime) -> bool:
        """Move a failed or dropped row back to planned; False where it is neither."""
        closed = col(DeliveryRow.state).in_((State.FAILED, State.DROPPED))
        anew = update(DeliveryRow).where(col(DeliveryRow.id) == delivery, closed)
        anew = anew.values(state=State.PLANNED, due_at=due_at, slot_at=None, reason=None)
        met = await change(self._session, anew.values(uncounted=col(DeliveryRow.attempt)))
        return met == 1

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
            select(_LEDGER)
            .where(*(_LEDGER.c[name] == value for name, value in given.items()))
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
        held_until = await self.paused_until(workspace) or until
        # Before the rows: as whoever gives places takes them.
        await paces.take(self._session, {workspace: held_until})
        waiting = col(DeliveryRow.workspace) == workspace, col(DeliveryRow.slot_at).is_not(None)
        await change(
            self._session,
            update(DeliveryRow)
            .where(col(DeliveryRow.state) == State.PLANNED, *waiting)
            .values(slot_at=None),
        )

    async def paused_until(self, workspace: str) -> datetime | None:
        """Return until when the workspace is held back, or None."""
        row = await find(self._session, PauseRow, workspace)
        return None if row is None else row.until

    async def take_turn(self, holder: str, now: datetime, until: datetime) -> bool:
        """Let ``holder`` tick until then, if nobody else's turn is still running."""
        return await turns.take(self._session, holder, now, until)

    async def leave_turn(self, holder: str) -> None:
        """End the holder's turn."""
        await turns.leave(self._session, holder)

    async def standing(self, now: datetime) -> Standing:
        """Return how the ledger stands."""
        waiting_since = func.coalesce(col(DeliveryRow.slot_at), col(DeliveryRow.due_at))
        counted = await self._session.execute(
            select(col(DeliveryRow.state), func.count()).group_by(col(DeliveryRow.state))
        )
        oldest = await self._session.scalar(
            select(func.min(waiting_since)).where(
                col(DeliveryRow.state) == State.PLANNED, ~_paused(now)
            )
        )
        return Standing(
            states={State(state): count for state, count in counted},
            oldest_due=oldest,
            ticked_at=await turns.last(self._session),
        )

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

    async def _set(self, where: ColumnElement[bool], **values: Any) -> None:
        await change(self._session, update(DeliveryRow).where(where).values(**values))

    async def _deliveries(self, query: Select[Any]) -> list[Delivery]:
        return [mapping.to_delivery(row) for row in await self._session.execute(query)]

    async def _schedules(self, query: Select[Any]) -> list[Schedule]:
        return [mapping.to_schedule(row) for row in await self._session.execute(query)]


def _paused(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        col(PauseRow.workspace) == col(DeliveryRow.workspace), col(PauseRow.until) > now
    )


def _is_open(delivery: str) -> ColumnElement[bool]:
    return (col(DeliveryRow.id) == delivery) & col(DeliveryRow.state).in_(_OPEN)
