"""Waiting in tests: for other tasks by giving way to them, for other processes by looking again."""

import asyncio
from collections.abc import Callable

PATIENCE = 10.0
TURNS = 50


async def others_had_their_turns() -> None:
    """Give way until every other task has come as far as it can without the world outside."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another process or library does; fail after ``PATIENCE`` seconds."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  nothing tells us when it gets there
            await asyncio.sleep(0.01)
