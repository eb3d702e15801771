"""Transactions in memory: one at a time, undone when an exception leaves them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from typing import TypeVar

from bot.ports import Transaction
from storage.unit_of_work import Alone

StoreT = TypeVar("StoreT")


class Memory:
    """What the stores share: one transaction at a time, as with SQLite's one connection."""

    def __init__(self) -> None:
        self._alone = Alone()
        self._turn = asyncio.Lock()

    def transaction(self, store: StoreT) -> Transaction[StoreT]:
        """Return what opens a transaction on ``store``.

        A store keeps its state in attributes that are dicts, lists or sets of values that never
        change, so a shallow copy of each is a snapshot.
        """

        @asynccontextmanager
        async def begin() -> AsyncIterator[StoreT]:
            with self._alone.in_this_task():
                async with self._turn:
                    before = {name: copy(value) for name, value in vars(store).items()}
                    try:
                        yield store
                    except BaseException:
                        vars(store).update(before)
                        raise

        return begin

    async def ping(self) -> None:
        """Memory always answers."""

    def lock(self) -> None:
        """No other process can reach this memory."""

    async def close(self) -> None:
        """Nothing is open."""
