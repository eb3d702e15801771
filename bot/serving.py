"""How a process serves: alone on a SQLite file, with the clock or without, over HTTP or a socket.

One process of ``run`` does all of it. On PostgreSQL ``web`` holds no clock and any number of
``worker`` processes tick and deliver.
"""

import asyncio
import errno
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

import structlog
import uvicorn
from starlette.applications import Starlette

from bot.bootstrap import Attune, assemble
from bot.errors import AttuneError, BadSetting
from bot.settings import Mode, Settings
from handlers.clock import SystemClock, create_scheduler
from handlers.metrics import show
from handlers.patience import ImpatientProtocol
from handlers.socket import SocketMode
from handlers.stopping import Server, Stop
from handlers.web import Check as HealthCheck
from handlers.web import create_web

log = structlog.get_logger(__name__)

ANSWER_SECONDS: Final = 3
"""How long answers may take after SIGTERM; Slack waits no longer."""


@asynccontextmanager
async def alone(settings: Settings) -> AsyncIterator[Attune]:
    """Put Attune together; on a SQLite file no other process may have done so."""
    async with assemble(settings) as attune:
        attune.storage.lock()
        keep_for_good()
        yield attune


@asynccontextmanager
async def ticking(attune: Attune) -> AsyncIterator[None]:
    """Run the clock, and what it hands over."""
    await attune.dispatcher.start()
    scheduler = create_scheduler(attune.tick, attune.services, attune.settings.tick_seconds)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def connected(attune: Attune) -> AsyncIterator[None]:
    """Take what Slack sends over Socket Mode."""
    token = attune.settings.slack_app_token
    link = SocketMode(
        attune.app,
        token.get_secret_value() if token else "",
        attune.settings.slack_api_url,
        attune.session,
    )
    await link.start()
    try:
        yield
    finally:
        await link.stop()


def keep_for_good() -> None:
    """Keep what is loaded by now out of garbage collection: it stays for the process's whole life,
    and to look through it takes a quarter of a second, in which the process answers nobody.
    """
    gc.collect()
    gc.freeze()


def web_application(attune: Attune) -> Starlette:
    """Return what is served over HTTP: Slack's address, installation, health and figures."""
    secret = attune.settings.slack_signing_secret
    return create_web(
        attune.app,
        signing_secret=secret.get_secret_value() if secret else None,
        install=attune.install.routes if attune.install else (),
        **watched(attune),
    )


def watched(attune: Attune) -> dict[str, Any]:
    """Return what the web application needs to show how Attune is."""

    async def figures() -> None:
        with suppress(AttuneError):  # without a database there are still this process's figures
            show(await attune.services.deliveries.standing(), attune.services.clock.now())

    return {
        "clock": SystemClock(),
        "alive": _alive,
        "ready": _ready(attune),
        "figures": figures,
    }


@asynccontextmanager
async def introduced(attune: Attune) -> AsyncIterator[None]:
    """Ask Slack meanwhile whose the token from the settings is: no request waits for that then,
    and a token that Slack does not take is told in the log at once.
    """

    async def ask() -> None:
        try:
            await attune.tokens.identify()
        except AttuneError as error:
            log.warning("slack.token_not_taken", error=type(error).__name__, why=str(error))

    own = attune.settings.slack_bot_token is not None
    asking = [asyncio.create_task(ask())] if own else []
    try:
        yield
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def serve(attune: Attune, stop: Stop) -> None:
    """Serve health and figures, and Slack by whichever way the settings name."""
    settings = attune.settings
    web = web_application(attune)
    async with AsyncExitStack() as around:
        await around.enter_async_context(introduced(attune))
        if settings.mode is Mode.SOCKET:
            await around.enter_async_context(connected(attune))
        await listen(web, settings.host, settings.port, stop)


async def listen(web: Starlette, host: str, port: int, stop: Stop) -> None:
    """Serve until told to stop; raise ``BadSetting`` where the port is taken."""
    listening = bound(host, port)
    server = Server(
        uvicorn.Config(
            web,
            log_level="warning",
            access_log=False,
            http=ImpatientProtocol,
            server_header=False,
            timeout_graceful_shutdown=ANSWER_SECONDS,
        )
    )
    await server.serve_until(stop, listening)


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; raise ``BadSetting`` where that cannot be.

    uvicorn would end the whole process, with a traceback instead of a sentence.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "something else listens there already" if taken else "nothing can listen there"
        raise BadSetting(name="ATTUNE_PORT", why=why) from None


async def _alive() -> str | None:
    return None


def _ready(attune: Attune) -> HealthCheck:
    async def ready() -> str | None:
        try:
            await attune.storage.ping()
            standing = await attune.services.deliveries.standing()
        except AttuneError as error:
            return str(error)
        return attune.tokens.trouble or standing.trouble(attune.services.clock.now())

    return ready
