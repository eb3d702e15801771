"""What an operator can do: serve in one of four ways, migrate, examine, read digests.

Beside ``bootstrap`` this is the only module that knows everyone; ``python -m bot`` hands it to
the command line.
"""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.bootstrap import Attune, assemble
from bot.digests.compose import message
from bot.doctor import Check, Finding, examine
from bot.errors import AttuneError, BadSetting, MissingKey, NotFound
from bot.settings import PLAYGROUND_DATABASE, Mode, Settings, incomplete, read_settings
from handlers.clock import SystemClock, create_scheduler
from handlers.logs import configure_logs
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import server_for
from handlers.playground.state import APP_TOKEN, BOT_TOKEN
from handlers.playground.week import Clinic, Week
from handlers.slack.health import check_token
from handlers.socket import SocketMode
from handlers.web import Check as HealthCheck
from handlers.web import create_web
from storage import current, head, new_key, open_storage, upgrade

SHUTDOWN_SECONDS: Final = 10
"""How long what is in flight may take after SIGTERM."""


class Operations:
    """Commands over settings that are read when a command runs, not before."""

    def __init__(self, read: Callable[[], Settings] = read_settings) -> None:
        self._read = read

    async def run(self) -> None:
        """Serve as the settings say, clock included; migrate first."""
        settings = self._read()
        if wrong := incomplete(settings):
            raise wrong
        if settings.mode is Mode.PLAYGROUND:
            await self.playground()
            return
        configure_logs(settings.log_level)
        _need_keys(settings)
        await upgrade(settings.database_url)
        async with _alone(settings) as attune, _ticking(attune):
            await _serve(attune)

    async def web(self) -> None:
        """Serve Slack over HTTP, without a clock."""
        settings = self._read()
        configure_logs(settings.log_level)
        if settings.mode is not Mode.HTTP:
            raise BadSetting(name="SLACK_SIGNING_SECRET", why="`web` serves the Events API")
        _need_keys(settings)
        async with _alone(settings) as attune:
            await _serve(attune)

    async def worker(self) -> None:
        """Run the clock and the deliveries until told to stop."""
        settings = self._read()
        configure_logs(settings.log_level)
        _need_keys(settings)
        async with _alone(settings) as attune, _ticking(attune):
            await _until_stopped()

    async def playground(self) -> None:
        """Serve the local stand-in for Slack with a fresh sample clinic."""
        settings = _playground_settings(self._read())
        configure_logs(settings.log_level, pretty=True)
        await _fresh_database(settings)
        week = Week(SystemClock())
        playground = Playground(sample_workspace(), week)
        playground.slack.base_url = f"http://{settings.host}:{settings.port}"
        server = server_for(playground, host=settings.host, port=settings.port)
        serving = asyncio.create_task(server.serve())
        try:
            await _started(server, serving)
            async with assemble(settings, clock=week) as attune, _ticking(attune):
                week.attach(
                    Clinic(
                        attune.services,
                        attune.tick,
                        attune.settle,
                        playground.act,
                        playground.slack,
                    )
                )
                async with _connected(attune):
                    print(f"Attune's playground is open at http://{settings.host}:{settings.port}")  # noqa: T201  the address is this command's output
                    await serving
        finally:
            server.should_exit = True
            await asyncio.wait({serving})

    async def migrate(self) -> str:
        """Bring the database to the newest schema."""
        settings = self._read()
        before = await current(settings.database_url)
        await upgrade(settings.database_url)
        wanted = head()
        return f"The database is at {wanted}" + (" already." if before == wanted else " now.")

    async def doctor(self) -> Sequence[Finding]:
        """Check everything that has to be right before Attune can work."""
        try:
            settings = self._read()
        except AttuneError as error:
            return [Finding("settings", ok=False, sentence=str(error))]
        return await examine(_checks(settings))

    async def digests(self, digest: str | None) -> str:
        """List the released digests, or show one in words."""
        settings = self._read()
        _need_keys(settings)
        storage = await open_storage(settings.database_url, settings.key_values)
        try:
            async with storage.digests() as store:
                if digest is None:
                    rows = [f"{one.id}  {one.team_name}, {one.day}" for one in await store.all()]
                    return "\n".join(rows) or "No digest has been released yet."
                found = await store.digest(digest)
        finally:
            await storage.close()
        if found is None:
            raise NotFound(what="digest")
        said = message(found, None)
        lines = [said.title, "", said.summary]
        for section in said.sections:
            lines += ["", section.heading, *(f"  {line}" for line in section.lines)]
        return "\n".join([*lines, "", "Agenda", *(f"  {line}" for line in said.agenda)])

    def new_key(self) -> str:
        """Return a new encryption key."""
        return new_key()


# --- serving -----------------------------------------------------------------------------------


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[Attune]:
    """Put Attune together; on a SQLite file no other process may have done so."""
    async with assemble(settings) as attune:
        attune.storage.lock()
        yield attune


@asynccontextmanager
async def _ticking(attune: Attune) -> AsyncIterator[None]:
    scheduler = create_scheduler(attune.tick, attune.services, attune.settings.tick_seconds)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def _connected(attune: Attune) -> AsyncIterator[None]:
    token = attune.settings.slack_app_token
    socket = SocketMode(
        attune.app,
        token.get_secret_value() if token else "",
        attune.settings.slack_api_url,
        attune.session,
    )
    await socket.start()
    try:
        yield
    finally:
        await socket.stop()


def web_application(attune: Attune) -> Starlette:
    """Return what is served over HTTP: Slack's address, installation, health and figures."""
    secret = attune.settings.slack_signing_secret
    return create_web(
        attune.app,
        signing_secret=secret.get_secret_value() if secret else None,
        clock=SystemClock(),
        alive=_alive,
        ready=_ready(attune),
        install=attune.install.routes if attune.install else (),
    )


async def _serve(attune: Attune) -> None:
    """Serve health and figures, and Slack by whichever way the settings name."""
    settings = attune.settings
    server = uvicorn.Server(
        uvicorn.Config(
            web_application(attune),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )
    if settings.mode is Mode.SOCKET:
        async with _connected(attune):
            await server.serve()
    else:
        await server.serve()


async def _alive() -> str | None:
    return None


def _ready(attune: Attune) -> HealthCheck:
    async def ready() -> str | None:
        try:
            await attune.storage.ping()
        except AttuneError as error:
            return str(error)
        return None

    return ready


async def _until_stopped() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def _started(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    """Wait until the server listens, or raise what kept it from doing so."""
    while not server.started:
        if serving.done():
            raise BadSetting(name="ATTUNE_PORT", why="something else listens there already")
        await asyncio.sleep(0.01)


# --- the playground ----------------------------------------------------------------------------


def _playground_settings(settings: Settings) -> Settings:
    """Return settings that reach nothing but this machine, whatever else is set."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": SecretStr(APP_TOKEN),
            "slack_api_url": f"http://{settings.host}:{settings.port}/api/",
            "database_url": PLAYGROUND_DATABASE,
            "keys": (SecretStr(new_key()),),
            "admins": frozenset(),
            "host": "127.0.0.1",
        }
    )


async def _fresh_database(settings: Settings) -> None:
    """Begin each playground with an empty database: its Slack begins empty as well."""
    if settings.database_file is not None:
        await asyncio.to_thread(_remove, settings.database_file)
    await upgrade(settings.database_url)


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm", ".lock"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


# --- the doctor --------------------------------------------------------------------------------


def _need_keys(settings: Settings) -> None:
    if not settings.keys:
        raise MissingKey


def _checks(settings: Settings) -> dict[str, Check]:
    return {
        "settings": _settings_check(settings),
        "key and database": _database_check(settings),
        "disk": _disk_check(settings),
        "Slack": _slack_check(settings),
    }


def _settings_check(settings: Settings) -> Check:
    async def check() -> str:
        if wrong := incomplete(settings):
            raise wrong
        return f"mode {settings.mode}, database {settings.database_url.partition(':')[0]}"

    return check


def _database_check(settings: Settings) -> Check:
    async def check() -> str:
        if settings.mode is Mode.PLAYGROUND:
            return "the playground makes its own"
        _need_keys(settings)
        storage = await open_storage(settings.database_url, settings.key_values)
        await storage.close()
        return f"at {head()}, and the key opens it"

    return check


def _disk_check(settings: Settings) -> Check:
    async def check() -> str:
        place = settings.database_file
        folder = place.parent if place and place.parent.exists() else Path()
        free = shutil.disk_usage(folder).free // 2**20
        if free < 100:  # noqa: PLR2004  a hundred megabytes, the sentence says it
            raise BadSetting(name="The disk", why=f"only {free} MB are free; Attune wants 100")
        return f"{free} MB free"

    return check


def _slack_check(settings: Settings) -> Check:
    async def check() -> str:
        if settings.mode is Mode.PLAYGROUND:
            return "no credentials: `run` opens the playground"
        if settings.slack_bot_token is None:
            return "each workspace has a token of its own, from /slack/install"
        async with assemble(settings) as attune:
            workspace, _ = await attune.tokens.identify()
            client = await attune.tokens.client(workspace)
            return await check_token(client, SystemClock().now())

    return check
