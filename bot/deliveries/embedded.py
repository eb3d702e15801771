"""The dispatcher of one machine: a few workers in this process, fed by the tick."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

WORKERS: Final = 8


class EmbeddedDispatcher:
    """Runs ``deliver`` for ids, a few at a time, never the same id twice at once.

    What is waiting when the process ends is not lost: it stands in the ledger, and the next tick
    hands it over again.
    """

    def __init__(
        self, deliver: Callable[[str], Awaitable[object]], failed: Callable[[Exception], None]
    ) -> None:
        self._deliver = deliver
        self._failed = failed
        self._slots = asyncio.Semaphore(WORKERS)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def dispatch(self, deliveries: Sequence[str]) -> None:
        """Start each id that is not on its way already."""
        for delivery in deliveries:
            if delivery not in self._running:
                task = asyncio.create_task(self._run(delivery))
                self._running[delivery] = task
                task.add_done_callback(partial(self._done, delivery))

    async def settle(self) -> None:
        """Wait until everything that was handed over is done."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    def _done(self, delivery: str, _: asyncio.Task[None]) -> None:
        self._running.pop(delivery, None)

    async def _run(self, delivery: str) -> None:
        async with self._slots:
            try:
                await self._deliver(delivery)
            except Exception as error:  # noqa: BLE001  one row's trouble must not stop the others; the ledger keeps it
                self._failed(error)
