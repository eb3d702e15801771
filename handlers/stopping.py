"""Being told to stop: once to finish what is in flight, twice to end at once."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
import uvicorn

log = structlog.get_logger(__name__)

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
AT_ONCE: Final = 1
"""The exit code of whoever did not get to finish."""


class Stop:
    """Hears SIGINT and SIGTERM. Nothing that ends at once is lost: the ledger holds it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def listen(self) -> None:
        """Take the signals over, in the running loop."""
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._hear)

    def _hear(self) -> None:
        if self.asked.is_set():
            log.warning("process.stops_at_once")
            os._exit(AT_ONCE)
        log.info("process.stops")
        self.asked.set()


class Server(uvicorn.Server):
    """Serves until ``Stop`` is asked; uvicorn's own signals would end the process before the
    deliveries are finished.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to ``Stop``."""
        yield

    async def serve_until(self, stop: Stop, listening: socket.socket) -> None:
        """Serve on a socket that listens; return when all has been answered after the stop."""
        serving = asyncio.create_task(self.serve(sockets=[listening]))
        asked = asyncio.create_task(stop.asked.wait())
        await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        self.should_exit = True
        await serving
