"""Changing a message that Attune sent, after a modal: there is no response_url there."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Final

import structlog

from handlers.slack.call import Block, Call

log = structlog.get_logger(__name__)

PATIENCE: Final = 1.2
"""Seconds that courtesies may take, so that Slack gets its answer within 3 s."""


async def rewrite(call: Call, ts: str, text: str, blocks: Sequence[Block]) -> None:
    """Replace the message ``ts`` in the caller's own private conversation.

    ``ts`` is a claim. The conversation is not: it is looked up from who is acting, so that nobody
    can reach a message in somebody else's.
    """
    opened = await call.client.conversations_open(users=call.viewer.id)
    await call.client.chat_update(
        channel=opened["channel"]["id"], ts=ts, text=text, blocks=list(blocks)
    )


async def courteously(*work: Awaitable[object]) -> Sequence[bool]:
    """Do what must neither undo nor hold up what is stored already; tell what of it was done."""
    tasks = [asyncio.ensure_future(one) for one in work]
    _, late = await asyncio.wait(tasks, timeout=PATIENCE)
    for task in late:
        task.cancel()
    return [task not in late and _succeeded(task) for task in tasks]


def _succeeded(task: asyncio.Future[object]) -> bool:
    error = task.exception()
    if error is not None:
        log.warning("slack.courtesy_failed", error=type(error).__name__)
    return error is None
