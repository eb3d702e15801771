"""Hand payloads to the app, over whichever way it can be reached.

An open Socket Mode connection comes first, then the request addresses of the Events API. Commands
and interactions have three seconds and no second try; events are tried again, as Slack does.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from handlers.playground.model import Json
from handlers.playground.traffic import Traffic

__all__ = ["Answer", "Delivery", "Transport", "Unanswered"]

EVENT_RETRIES = (0.0, 60.0, 300.0)
_PLACES = {"channel": "channels", "group": "groups"}  # as in message.channels, but message.im


class Unanswered(Exception):
    """Attune did not answer within 3 seconds (Slack would show operation_timeout)."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why or self.__doc__)


@dataclass(frozen=True, slots=True)
class Answer:
    """How the app answered.

    Attributes:
        accepted: whether it acknowledged in time.
        body: what the acknowledgement carried, or None.
        reason: why not, in the words of X-Slack-Retry-Reason.
        retry: False when the app asked not to be sent this again.
    """

    accepted: bool
    body: Json | None = None
    reason: str = ""
    retry: bool = True


class Transport(Protocol):
    """Socket Mode or the Events API."""

    @property
    def ready(self) -> bool:
        """Whether the app can be reached this way."""
        ...

    async def send(self, kind: str, payload: Json, retry: int = 0, reason: str = "") -> Answer:
        """One try.

        Args:
            kind: ``slash_commands``, ``interactive`` or ``events_api``.
            payload: what to hand over.
            retry: how many tries went before this one.
            reason: why the last one failed.
        """
        ...


class Delivery:
    """Chooses the transport, counts the time, tries events again.

    Args:
        transports: in order of preference.
        events: the event types the app subscribed to; others are not sent.
        traffic: where each exchange is noted.
        retries: seconds before each further try of an event.

    Attributes:
        sent: the last fifty payloads handed over, with their kind.
    """

    def __init__(
        self,
        transports: Sequence[Transport],
        events: frozenset[str],
        traffic: Traffic,
        retries: Sequence[float] = EVENT_RETRIES,
    ) -> None:
        self.transports = transports
        self.events = events
        self.traffic = traffic
        self.retries = retries
        self.sent: deque[tuple[str, Json]] = deque(maxlen=50)
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def connected(self) -> bool:
        """Whether the app can be reached at all."""
        return any(transport.ready for transport in self.transports)

    async def act(self, kind: str, payload: Json) -> Json | None:
        """Hand over a command or an interaction; returns what the acknowledgement carried.

        Raises:
            Unanswered: nobody is connected, or the acknowledgement came late or not at all.
        """
        if not self.connected:
            raise Unanswered("Attune is not connected, so there was nobody to answer.")
        answer = await self._try(kind, payload, 0, "")
        if not answer.accepted:
            raise Unanswered
        return answer.body

    async def tell(self, payload: Json) -> bool:
        """Hand over an event; further tries go on behind the scenes (see :meth:`settled`).

        Returns:
            Whether the first try was acknowledged.
        """
        if not self.subscribed(payload["event"]) or not self.connected:
            return False
        answer = await self._try("events_api", payload, 0, "")
        if not answer.accepted and answer.retry:
            self._spawn(self._again(payload, answer.reason))
        return answer.accepted

    def tell_later(self, payload: Json) -> None:
        """Hand over an event without waiting for the answer."""
        self._spawn(self.tell(payload))

    def subscribed(self, event: Json) -> bool:
        """Whether the app subscribed to such an event."""
        name, place = str(event["type"]), str(event.get("channel_type"))
        return name in self.events or f"{name}.{_PLACES.get(place, place)}" in self.events

    async def repeat(self, *, back: int = 1) -> Answer:
        """Hand over a payload once more, as Slack may: by default the last one."""
        kind, payload = self.sent[-back]
        return await self._try(kind, payload, 1, "http_timeout")

    async def settled(self) -> None:
        """Wait until everything under way has come to its end."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is still under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again(self, payload: Json, reason: str) -> None:
        for number, seconds in enumerate(self.retries, start=1):
            await asyncio.sleep(seconds)
            answer = await self._try("events_api", payload, number, reason)
            if answer.accepted or not answer.retry:
                return
            reason = answer.reason

    async def _try(self, kind: str, payload: Json, retry: int, reason: str) -> Answer:
        began = time.perf_counter()
        self.sent.append((kind, payload))
        transport = next((t for t in self.transports if t.ready), self.transports[0])
        answer = await transport.send(kind, payload, retry, reason)
        name = payload.get("type") or payload.get("command", kind)
        if name == "event_callback":
            name = f"event {payload['event']['type']}"
        status = "acknowledged" if answer.accepted else answer.reason
        body = {"payload": payload, "answer": answer.body}
        self.traffic.add("out", str(name), status, body, (time.perf_counter() - began) * 1000)
        return answer
