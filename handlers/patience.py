"""An HTTP connection that does not wait for ever: slow or endless request heads are hung up on.

uvicorn keeps a connection open however slowly its head comes in, and httptools reads a head of any
length. A few hundred of either would hold the process.
"""

from asyncio import BaseTransport, TimerHandle
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""How long the head of a request may take, from the connection or its first byte on."""

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of a head; Slack's own stay far below."""


class ImpatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits on what comes before a request's body."""

    head_seconds: float = HEAD_SECONDS

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._timer: TimerHandle | None = None
        self._waiting_for_head = True
        self._heard = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for a head."""
        super().connection_made(cast("Any", transport))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes, as long as a head is not too long."""
        was_waiting = self._waiting_for_head
        super().data_received(data)
        if was_waiting and self._waiting_for_head:
            self._heard += len(data)
            if self._heard > LARGEST_HEAD:
                self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to wait anew: this may be a later request of the same connection."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Wait no more: whoever reads the body minds the time itself."""
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self.transport.close)
        self._waiting_for_head = True

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._waiting_for_head, self._heard = None, False, 0
