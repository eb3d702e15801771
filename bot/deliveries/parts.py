"""What deliveries ask of others: to plan, to render, to run a row, to hear of a failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.deliveries.model import Delivery, Schedule
from bot.errors import ChatRefused
from bot.messages import Message


@dataclass(frozen=True, slots=True)
class Drop:
    """A renderer's answer that this is not to be sent any more, with the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """A renderer's answer that this is to be sent at another time."""

    due_at: datetime


class Planner(Protocol):
    """Turns due schedules of one kind into ledger rows. Repeating it must change nothing."""

    async def plan(self, schedules: Sequence[Schedule]) -> Sequence[Delivery]:
        """Return the rows; their keys carry the occurrence's local date."""
        ...


class Renderer(Protocol):
    """Says what a row says, at the moment of delivery."""

    async def render(self, delivery: Delivery, now: datetime) -> Message | Drop | Later:
        """Return the message, or why not."""
        ...


class Dispatcher(Protocol):
    """Runs ``deliver`` for ids at their time, at least once each."""

    async def dispatch(self, deliveries: Mapping[str, datetime]) -> None:
        """Take the ids over, each with when it is to run (past: at once). An id that waits
        already is not run twice for that.
        """
        ...


class Workers(Dispatcher, Protocol):
    """A dispatcher with the workers that this process lends it."""

    async def start(self) -> None:
        """Begin to run what is handed over, by this process or another."""
        ...

    async def settle(self) -> None:
        """Wait until nothing runs here; what waits for its time, waits on."""
        ...

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, give what runs so many seconds to finish, then break it off."""
        ...


class FailureListener(Protocol):
    """Whoever must know of a delivery that failed for good."""

    async def delivery_failed(self, delivery: Delivery, error: ChatRefused) -> None:
        """Tell an admin."""
        ...
