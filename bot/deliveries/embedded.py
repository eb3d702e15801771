"""The dispatcher of one machine: a few workers in this process, fed by the tick."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from bot.ports import Clock

WORKERS: Final = 16
"""Deliveries at once in one process, whichever dispatcher runs them."""


class EmbeddedDispatcher:
    """Runs ``deliver`` for ids, a few at a time, never the same id twice at once.

    What is waiting when the process ends is not lost: it stands in the ledger, and the next tick
    hands it over again.
    """

    def __init__(
        self,
        deliver: Callable[[str], Awaitable[object]],
        failed: Callable[[Exception], None],
        clock: Clock,
    ) -> None:
        self._deliver = deliver
        self._failed = failed
        self._clock = clock
        self._slots = asyncio.Semaphore(WORKERS)
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    async def dispatch(self, deliveries: Mapping[str, datetime]) -> None:
        """Start each id at its time, unless it is on its way already."""
        now = self._clock.now()
        for delivery, when in deliveries.items():
            if (timer := self._waiting.pop(delivery, None)) is not None:
                timer.cancel()
            if delivery in self._running:
                continue
            if when <= now:
                self._start(delivery)
            else:
                self._waiting[delivery] = asyncio.get_running_loop().call_later(
                    (when - now).total_seconds(), self._start, delivery
                )

    async def start(self) -> None:
        """Everything is handed over in this process, and run at once."""
        self._stopping = False

    async def settle(self) -> None:
        """Wait until everything that was started is done; what waits for its time, waits on."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def stop(self, seconds: float) -> None:
        """Start nothing more, give what runs so many seconds to finish, then break it off.

        What was broken off stands in the ledger: planned, or to be looked up in the chat.
        """
        self._stopping = True  # what has no free worker yet begins nothing any more
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        running = list(self._running.values())
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(self, delivery: str) -> None:
        self._waiting.pop(delivery, None)
        task = asyncio.create_task(self._run(delivery))
        self._running[delivery] = task
        task.add_done_callback(partial(self._done, delivery))

    def _done(self, delivery: str, _: asyncio.Task[None]) -> None:
        self._running.pop(delivery, None)

    async def _run(self, delivery: str) -> None:
        async with self._slots:
            if self._stopping:
                return
            try:
                await self._deliver(delivery)
            except Exception as error:  # noqa: BLE001  one row's trouble must not stop the others; the ledger keeps it
                self._failed(error)
