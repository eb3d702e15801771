"""Socket Mode: the app connects to us, payloads travel in envelopes, the app acknowledges each.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode, read in November 2026.
"""

import asyncio
import itertools
import json
import secrets
import uuid
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from handlers.playground.delivery import Answer
from handlers.playground.model import Json
from handlers.playground.reading import read_json

__all__ = ["Connection", "SocketMode"]

MOST_CONNECTIONS = 10
_WITH_ANSWER = frozenset({"view_submission", "block_suggestion"})


class Connection:
    """One WebSocket of the app, and the envelopes it has not acknowledged."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.waiting: dict[str, asyncio.Future[Json | None]] = {}
        self.leaving = False

    async def send(self, frame: Json) -> None:
        """Send one frame."""
        await self.socket.send_text(json.dumps(frame))

    def acknowledged(self, text: str) -> None:
        """Take an acknowledgement; anything else the app sends is ignored."""
        try:
            frame = read_json(text)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        waiting = self.waiting.pop(str(frame.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            payload = frame.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else None)

    def gone(self) -> None:
        """Let those who wait on this connection try another."""
        self.leaving = True
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())
        self.waiting.clear()


class SocketMode:
    """All connections of one app.

    Args:
        app_id: named in the greeting.
        seconds: how long an envelope may stay unacknowledged.
    """

    def __init__(self, app_id: str, *, seconds: float = 3.0) -> None:
        self.app_id = app_id
        self.seconds = seconds
        self.connections: list[Connection] = []
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._arrived = asyncio.Event()
        self._used = False

    @property
    def ready(self) -> bool:
        """True from the first connection on: an app that is reconnecting is waited for."""
        return self._used

    def new_ticket(self) -> str:
        """A ticket for one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def link(self, socket: WebSocket) -> None:
        """Serve one connection until it ends; without a fresh ticket it is refused."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        connection = Connection(socket)
        self.connections.append(connection)
        try:
            await self._greet(connection)
            while True:
                connection.acknowledged(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError, KeyError):
            pass  # the app left, or sent bytes; either way this connection is over
        finally:
            self.connections.remove(connection)
            connection.gone()
            if not self._open():
                self._arrived.clear()

    async def _greet(self, connection: Connection) -> None:
        await connection.send(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self.app_id},
                "debug_info": {
                    "host": "playground",
                    "build_number": 1,
                    "approximate_connection_time": 18060,
                },
            }
        )
        self._used = True
        self._arrived.set()
        if len(self.connections) > MOST_CONNECTIONS:
            await self._dismiss(self.connections[0], "too_many_websockets")

    def _open(self) -> list[Connection]:
        return [c for c in self.connections if not c.leaving]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to reconnect, as Slack does now and then.

        Args:
            reason: ``refresh_requested``, ``warning`` or ``link_disabled``.
        """
        for connection in self._open():
            await self._dismiss(connection, reason)

    async def _dismiss(self, connection: Connection, reason: str) -> None:
        connection.leaving = True
        if not self._open():
            self._arrived.clear()
        await connection.send(
            {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
        )

    async def drop(self) -> None:
        """Close every connection without a word."""
        for connection in list(self.connections):
            connection.gone()
            await connection.socket.close(code=1001)

    async def send(self, kind: str, payload: Json, retry: int = 0, reason: str = "") -> Answer:
        """Send one envelope and wait for its acknowledgement.

        When the connection ends before that, the same envelope goes over the next one.
        """
        envelope = _envelope(kind, payload, retry, reason)
        try:
            async with asyncio.timeout(self.seconds):
                while True:
                    body = await self._over_one(envelope)
                    if body is not False:
                        return Answer(accepted=True, body=body)
        except TimeoutError:
            return Answer(accepted=False, reason="timeout")

    async def _over_one(self, envelope: Json) -> Any:
        """The payload of the acknowledgement, or False when the connection ended first."""
        await self._arrived.wait()
        open_now = self._open()
        connection = open_now[next(self._turn) % len(open_now)]
        waiting: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = waiting
        try:
            await connection.send(envelope)
            return await waiting
        except (ConnectionResetError, WebSocketDisconnect, RuntimeError):
            connection.leaving = True
            if not self._open():
                self._arrived.clear()
            return False
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)


def _envelope(kind: str, payload: Json, retry: int, reason: str) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "payload": payload,
        "type": kind,
        "accepts_response_payload": kind == "slash_commands" or payload.get("type") in _WITH_ANSWER,
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry, "retry_reason": reason}
    return envelope
