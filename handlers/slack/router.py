"""From Slack's payloads to our handlers, by name, in one look-up.

Bolt tries its listeners one after the other, which costs 10–19 µs each; Attune registers one
listener for each kind of payload and finds the handler in a table. The router also does, once
for all handlers, what none may forget: it acknowledges in time, drops repetitions, finds out
who is acting, and turns an exception into a sentence.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import AttuneError
from bot.services import Services
from handlers.slack import blame
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.errors import TROUBLE

log = structlog.get_logger(__name__)

PATIENCE: Final = 2.0
"""Seconds that a handler may take before Slack is answered without its reply. Slack waits 3 s."""

Handler = Callable[[Call], Awaitable[Reply | None]]


class Router:
    """A table of handlers, and the running of them.

    Register with the decorators; ``mount`` connects the table to a Bolt application. A handler
    takes a ``Call`` and returns a ``Reply`` or None; what it raises is explained to the person.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._table: dict[tuple[Payload, str], Handler] = {}
        self._running: set[asyncio.Task[Any]] = set()

    def on(self, payload: Payload, *names: str) -> Callable[[Handler], Handler]:
        """Register a handler for a payload's command, action id, callback id or event type."""

        def register(handler: Handler) -> Handler:
            for name in names:
                if (payload, name) in self._table:
                    message = f"{payload} {name} has a handler already"
                    raise ValueError(message)
                self._table[payload, name] = handler
            return handler

        return register

    @property
    def names(self) -> frozenset[tuple[Payload, str]]:
        """Everything that can be called from outside."""
        return frozenset(self._table)

    def mount(self, app: AsyncApp) -> None:
        """Register one listener for each kind of payload."""
        for payload, listen in _listeners(app).items():
            listen(self._listener(payload))

    async def finish(self) -> None:
        """Wait for the handlers that still run (on shutdown)."""
        while self._running:
            await asyncio.wait(self._running)

    def _listener(self, payload: Payload) -> Callable[..., Coroutine[Any, Any, None]]:
        async def listen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
            call = Call(payload, body, context, self._services)
            handler = self._table.get((payload, call.name))
            if handler is None:
                await ack()
                return
            task = asyncio.create_task(self._run(handler, call))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.wait({task}, timeout=PATIENCE if payload.may_reply else 0)
            if payload.may_reply and task.done():
                await ack(**(task.result() or Reply()).as_ack())
                return
            await ack(**(blame.wait_for(call).as_ack() if payload.may_reply else {}))
            if payload.may_reply:
                log.warning("slack.slow_reply", payload=payload, name=call.name)
                task.add_done_callback(lambda late: self._deliver_late(call, late))

        return listen

    async def _run(self, handler: Handler, call: Call) -> Reply | None:
        key = call.repetition_key
        try:
            if key and not await call.services.first_time(key):
                return None
            await call.identify()
            return await handler(call)
        except AttuneError as error:
            if key:
                await blame.quietly(call.services.release(key))
            return await blame.explain(call, error)
        except TROUBLE as error:
            return await blame.not_shown(call, error)
        except Exception as error:  # noqa: BLE001  the last line: whatever it was, the person gets a sentence and nothing of the exception's text is logged
            log.error(  # noqa: TRY400  a traceback may hold what somebody typed
                "slack.handler_failed",
                payload=call.payload,
                name=call.name,
                error=type(error).__name__,
                at=blame.where(error),
            )
            return await blame.explain(call, AttuneError())

    def _deliver_late(self, call: Call, task: "asyncio.Task[Reply | None]") -> None:
        reply = task.result() if not task.cancelled() else None
        if reply is not None:
            late = asyncio.create_task(blame.quietly(call.reply_late(reply)))
            self._running.add(late)
            late.add_done_callback(self._running.discard)


def _listeners(app: AsyncApp) -> Mapping[Payload, Callable[[Any], Any]]:
    anything = re.compile("")
    return {
        Payload.COMMAND: app.command(anything),
        Payload.ACTION: app.action(anything),
        Payload.VIEW: app.view_submission(anything),
        Payload.SHORTCUT: app.shortcut(anything),
        Payload.EVENT: app.event(anything),
    }
