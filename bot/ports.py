"""What all features need from outside, as Protocols: time, chat, people, a transaction.

What a single feature needs stored stands in that feature's own ``port.py``.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from bot.messages import Message, Person, Posted

StoreT = TypeVar("StoreT")

Transaction = Callable[[], AbstractAsyncContextManager[StoreT]]
"""``async with transaction() as store:`` is one database transaction on one feature's store:
committed on leaving, rolled back when an exception leaves it."""


class Clock(Protocol):
    """The time, as an argument."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class Messenger(Protocol):
    """Posts to one person in private chat. Rendering is the platform's business."""

    async def post(self, workspace: str, member: str, message: Message, delivery_id: str) -> Posted:
        """Post ``message`` once, marked with ``delivery_id``; raise a ``ChatError``."""
        ...

    async def find(self, workspace: str, member: str, delivery_id: str) -> Posted | None:
        """Return the post marked with ``delivery_id`` among the latest of this private chat."""
        ...


class Counts(Protocol):
    """Counts what happens, for figures that name nobody."""

    def count(self, what: str, which: str) -> None:
        """Count one of ``what``, of the sort ``which``."""
        ...


class Uncounted:
    """``Counts`` where nobody looks at figures."""

    def count(self, what: str, which: str) -> None:
        """Count nothing."""


class People(Protocol):
    """Who is who, as the chat service reports it."""

    async def person(self, workspace: str, member: str) -> Person:
        """Return one person; raise ``NotFound`` or a ``ChatError``."""
        ...
