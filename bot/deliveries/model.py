"""Schedules, occurrences and the ledger of deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha1
from typing import Final
from uuid import UUID

from bot.calendar import local

TICK_LATE: Final = timedelta(minutes=5)
QUEUE_LATE: Final = timedelta(minutes=15)

_NAMESPACE: Final = UUID("5d4d7a3e-7a0e-5c55-9b0a-a77a6e000001").bytes
_VARIANT: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


class Kind(StrEnum):
    """What is delivered."""

    CHECK_IN = "check_in"
    REMINDER = "reminder"
    DIGEST = "digest"
    WELCOME = "welcome"
    CALL_REQUEST = "call_request"
    NOTICE = "notice"


class State(StrEnum):
    """Where a delivery stands. Only the first two are open."""

    PLANNED = "planned"
    ATTEMPTING = "attempting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A weekly appointment with one person, in that person's zone.

    ``weekday`` counts from Monday = 0, ``at`` is local time in ``zone`` (IANA), ``next_at`` the
    next instant in UTC. ``subject`` is what it is about, today a team's id.
    """

    workspace: str
    kind: Kind
    subject: str
    recipient: str
    weekday: int
    at: time
    zone: str
    next_at: datetime

    @property
    def id(self) -> str:
        """Stable for the same kind, subject and recipient."""
        return f"{self.workspace}:{self.subject}:{self.recipient}:{self.kind}"

    def local_day(self) -> date:
        """Return the date of the next instant on the recipient's clocks."""
        return local(self.next_at, self.zone).date()

    def occurrence_key(self, moment: datetime | None = None) -> str:
        """Return the key of the occurrence at ``moment`` (the next one where none is given)."""
        day = local(moment or self.next_at, self.zone).date()
        return occurrence_key(self.workspace, self.subject, self.recipient, self.kind, day)

    def moved_to(self, next_at: datetime) -> "Schedule":
        """Return the same appointment with its next instant at ``next_at``."""
        return replace(self, next_at=next_at)


def occurrence_key(
    workspace: str, subject: str, recipient: str, kind: Kind, day: date | str
) -> str:
    """Return the name of one occurrence: the local date, not the instant, makes it unique."""
    return f"{workspace}:{subject}:{recipient}:{kind}:{day}"


def delivery_id(key: str) -> str:
    """Return the delivery's id for an occurrence key: the same key gives the same id.

    It is ``uuid.uuid5`` (RFC 9562, section 5.5) as text, without the five times slower object.
    """
    name = sha1(_NAMESPACE + key.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[name[16]]
    return f"{name[:8]}-{name[8:12]}-5{name[13:16]}-{variant}{name[17:20]}-{name[20:32]}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger.

    ``key`` names the occurrence, ``about`` is an id for whoever renders it (a window, a digest,
    a notice's code), ``due_at`` and ``started_at`` are UTC. ``slot_at`` is its place among the
    workspace's posts, once a tick gave it one. ``attempt`` numbers the tries so far and never
    goes back: each number is one try of one worker. ``uncounted`` of them count for nothing.
    ``reason`` says in words why it failed or was dropped; it holds no content.
    """

    key: str
    workspace: str
    kind: Kind
    recipient: str
    about: str
    due_at: datetime
    slot_at: datetime | None = None
    state: State = State.PLANNED
    attempt: int = 0
    started_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    reason: str | None = None
    uncounted: int = 0
    id: str = field(default="")

    def __post_init__(self) -> None:
        """Derive the id from the key."""
        object.__setattr__(self, "id", delivery_id(self.key))

    @property
    def tries(self) -> int:
        """How many tries count against the row so far."""
        return self.attempt - self.uncounted


Place = tuple[datetime, str]
"""When a row may go out, and its id."""

Try = tuple[str, State, int]
"""A row's id, the state it must be in and the tries it must have had, for one more to begin."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether a tick has anything to do: schedules to plan, rows to hand over."""

    schedules: bool
    rows: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the ledger stands, for whoever watches over it.

    ``states`` counts rows; ``oldest_due`` is the place (or due time) of the row that has waited
    longest among those not held back; ``ticked_at`` the last tick of any process.
    """

    states: Mapping[State, int]
    oldest_due: datetime | None
    ticked_at: datetime | None

    def queue_age(self, now: datetime) -> timedelta:
        """Return how late the delivery is that waits longest."""
        return max(timedelta(), now - (self.oldest_due or now))

    def tick_age(self, now: datetime) -> timedelta | None:
        """Return how long ago the last tick was, or None where there was none yet."""
        return None if self.ticked_at is None else max(timedelta(), now - self.ticked_at)

    def trouble(self, now: datetime) -> str | None:
        """Return a sentence on what keeps deliveries from going out in time, or None."""
        tick_age = self.tick_age(now)
        if tick_age is None:
            return "No tick has been yet: no worker runs, or it has only just begun."
        if tick_age > TICK_LATE:
            return f"The last tick was {tick_age.total_seconds():.0f} s ago: does a worker run?"
        if self.queue_age(now) > QUEUE_LATE:
            return f"A delivery waits since {self.queue_age(now).total_seconds():.0f} s."
        return None
