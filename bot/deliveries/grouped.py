"""What is asked of the ledger at the same time is answered in one transaction.

Sixteen deliveries at once would be sixteen small transactions for each of their steps, and most of
a small transaction is its way to the database and back. Here whoever asks while another
transaction is under way goes into the next one together. Each still waits until its own answer is
stored, so nothing else changes for them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.ports import Transaction

StoreT = TypeVar("StoreT")
AskedT = TypeVar("AskedT")
AnswerT = TypeVar("AnswerT")


class Grouped(Generic[StoreT, AskedT, AnswerT]):
    """Collects what is asked, and has ``answer`` answer all of it, in order, with one store.

    What somebody asked who was broken off since is answered all the same, unless it ``is_dropped``
    where it is not under way yet.
    """

    def __init__(
        self,
        transaction: Transaction[StoreT],
        answer: Callable[[StoreT, Sequence[AskedT]], Awaitable[Sequence[AnswerT]]],
        *,
        is_dropped: bool = False,
    ) -> None:
        self._transaction = transaction
        self._answer = answer
        self._is_dropped = is_dropped
        self._waiting: list[tuple[AskedT, asyncio.Future[AnswerT]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, asked: AskedT) -> AnswerT:
        """Return the answer once it is stored; raise what its transaction raised."""
        future: asyncio.Future[AnswerT] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def settle(self) -> None:
        """Wait until nothing is under way, also of those who do not wait for it any more."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._run_once()
        finally:
            self._running = None

    async def _run_once(self) -> None:
        group: list[tuple[AskedT, asyncio.Future[AnswerT]]] = []
        try:
            async with self._transaction() as store:
                group = self._left()
                answers = await self._answer(store, [asked for asked, _ in group])
            answered = list(zip(group, answers, strict=True))
        except Exception as error:  # noqa: BLE001  it is raised where it was asked
            for _, future in group or self._left():
                if not future.done():  # who asked may have been broken off
                    future.set_exception(error)
        else:
            for (_, future), answer in answered:
                if not future.done():
                    future.set_result(answer)

    def _left(self) -> list[tuple[AskedT, asyncio.Future[AnswerT]]]:
        """Return those who wait still, in no transaction yet."""
        left, self._waiting = self._waiting, []
        return [one for one in left if not (self._is_dropped and one[1].done())]
