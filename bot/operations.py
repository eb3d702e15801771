"""What an operator can do: serve in one of four ways, migrate, examine, read what is stored.

``python -m bot`` hands this to the command line.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import aiohttp
import uvicorn
from pydantic import SecretStr

from bot.bootstrap import assemble
from bot.deliveries import Delivery, Kind, State
from bot.digests.compose import message
from bot.doctor import Check, Finding, examine
from bot.errors import AttuneError, BadSetting, MissingKey, NotFound
from bot.serving import alone, bound, connected, listen, serve, ticking, watched
from bot.settings import PLAYGROUND_DATABASE, Mode, Settings, incomplete, read_settings
from handlers.clock import SystemClock
from handlers.logs import configure_logs
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import server_for
from handlers.playground.state import APP_TOKEN, BOT_TOKEN
from handlers.playground.week import Clinic, Week
from handlers.slack.app import TIMEOUT, create_client
from handlers.slack.health import check_app_token, check_token
from handlers.stopping import Stop
from handlers.web import create_web
from storage import Storage, current, head, new_key, open_storage, upgrade


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
        stop = Stop()
        async with alone(settings) as attune, ticking(attune):
            stop.listen()
            await serve(attune, stop)

    async def web(self) -> None:
        """Serve Slack over HTTP, without a clock."""
        settings = self._read()
        configure_logs(settings.log_level)
        if settings.mode is not Mode.HTTP:
            raise BadSetting(name="SLACK_SIGNING_SECRET", why="`web` serves the Events API")
        _need_keys(settings)
        stop = Stop()
        async with alone(settings) as attune:
            stop.listen()
            await serve(attune, stop)

    async def worker(self) -> None:
        """Run the clock and the deliveries until told to stop."""
        settings = self._read()
        configure_logs(settings.log_level)
        _need_keys(settings)
        stop = Stop()
        async with alone(settings) as attune, ticking(attune):
            stop.listen()
            if settings.worker_port is None:
                await stop.asked.wait()
            else:
                web = create_web(attune.app, signing_secret=None, **watched(attune))
                await listen(web, settings.host, settings.worker_port, stop)

    async def playground(self) -> None:
        """Serve the local stand-in for Slack with a fresh sample clinic."""
        settings = _playground_settings(self._read())
        configure_logs(settings.log_level, pretty=True)
        listening = bound(settings.host, settings.port)  # first: another playground may run here
        await _fresh_database(settings)
        week = Week(SystemClock())
        playground = Playground(sample_workspace(), week)
        playground.slack.base_url = f"http://{settings.host}:{settings.port}"
        server = server_for(playground, host=settings.host, port=settings.port)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await _started(server, serving)
            async with assemble(settings, clock=week) as attune, ticking(attune):
                week.attach(
                    Clinic(
                        attune.services,
                        attune.tick,
                        attune.settle,
                        playground.act,
                        playground.slack,
                    )
                )
                async with connected(attune):
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

    async def deliveries(self, state: str | None, kind: str | None, limit: int) -> str:
        """List rows of the ledger, latest due first."""
        wanted, sort = _member(State, state, "--state"), _member(Kind, kind, "--kind")
        async with self._stored() as storage, storage.deliveries() as store:
            rows = await store.ledger(state=wanted, kind=sort, limit=limit)
        return "\n".join(map(_line, rows)) or "No delivery is like that."

    async def retry(self, delivery: str) -> str:
        """Plan a failed or dropped delivery anew."""
        async with self._stored() as storage, storage.deliveries() as store:
            if not await store.reopen(delivery, SystemClock().now()):
                raise NotFound(what="failed or dropped delivery")
        return "It is planned again, and goes out with the next tick."

    async def cancel(self, delivery: str) -> str:
        """Drop a delivery that is still planned."""
        async with self._stored() as storage, storage.deliveries() as store:
            row = await store.delivery(delivery)
            if row is None or row.state is not State.PLANNED:
                raise NotFound(what="planned delivery")
            await store.cancel([row.key], "cancelled by an operator")
        return "It is dropped, and will not be sent."

    async def digests(self, digest: str | None) -> str:
        """List the released digests, or show one in words."""
        async with self._stored() as storage, storage.digests() as store:
            if digest is None:
                rows = [f"{one.id}  {one.team_name}, {one.day}" for one in await store.all()]
                return "\n".join(rows) or "No digest has been released yet."
            found = await store.digest(digest)
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

    @asynccontextmanager
    async def _stored(self) -> AsyncIterator[Storage]:
        settings = self._read()
        _need_keys(settings)
        storage = await open_storage(settings.database_url, settings.key_values)
        try:
            yield storage
        finally:
            await storage.close()


MemberT = TypeVar("MemberT", bound=StrEnum)


def _member(kind: type[MemberT], value: str | None, option: str) -> MemberT | None:
    """Return the member named by an option; raise ``BadSetting`` naming those there are."""
    try:
        return None if value is None else kind(value)
    except ValueError:
        raise BadSetting(name=option, why=f"it is one of {', '.join(kind)}") from None


def _line(row: Delivery) -> str:
    tail = f"  {row.reason}" if row.reason else ""
    due = row.slot_at or row.due_at
    return (
        f"{row.id}  {row.state:<10}  {row.kind:<12}  {due:%Y-%m-%d %H:%M:%S}  "
        f"{row.workspace} {row.recipient}  tries {row.tries}{tail}"
    )


# --- serving -----------------------------------------------------------------------------------


async def _started(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    """Wait until the server answers, or raise what kept it from doing so."""
    while not server.started:
        if serving.done():
            await serving
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
            "posts_per_second": 0.0,  # whoever moves the clock wants to see it all at once
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
        # Without the database: what is wrong with a token shows before there is one.
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(TIMEOUT)) as session:
            token = settings.slack_bot_token.get_secret_value()
            client = create_client(settings.slack_api_url, session, token)
            said = await check_token(client, SystemClock().now())
            if settings.slack_app_token is not None:
                app_token = settings.slack_app_token.get_secret_value()
                said += f"; {await check_app_token(client, app_token)}"
            return said

    return check
