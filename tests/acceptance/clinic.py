"""A clinic to live in: the whole of Attune against the playground's Slack, on a clock we move."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr

from bot.bootstrap import Attune, assemble
from bot.settings import Settings
from handlers.clock import SystemClock
from handlers.playground.hub import Playground
from handlers.playground.model import Message, View
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground
from handlers.playground.state import APP_TOKEN, BOT_TOKEN
from handlers.playground.week import Clinic as Parts
from handlers.playground.week import Week
from handlers.socket import SocketMode
from handlers.web import create_web
from storage import new_key, upgrade

ADMIN, SAM, ROSA = "U0ADMIN", "U0SUPER1", "U0SUPER2"
MINA, JONAS, GRACE, LEO = "U0CLIN1", "U0CLIN2", "U0CLIN3", "U0CLIN4"
INES, TOM, PRIYA, ERIK = "U0CLIN5", "U0CLIN6", "U0CLIN7", "U0CLIN8"
CLINICIANS = [MINA, JONAS, GRACE, LEO, INES, TOM, PRIYA, ERIK]


class StoppedClock:
    """Stands still on Friday 2 January 2026; the story begins on the Sunday evening after."""

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@dataclass
class Clinic:
    """What a story does and sees: people act in chat, messages and modals come back."""

    playground: Playground
    attune: Attune
    week: Week
    database: Path

    # --- doing -------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Deliver everything that is due, and wait until nothing runs any more."""
        await self.attune.tick()
        await self.attune.settle()

    async def until(self, to: str) -> str:
        said = await self.week.jump(to)
        await self.settle()
        return said

    async def say(self, who: str, text: str) -> None:
        await self.playground.act.say(who, self.playground.slack.im(who).id, text)
        await self._heard()

    async def command(self, who: str, text: str) -> Message | None:
        answer = await self.playground.act.command(who, f"/attune {text}".strip())
        await self._heard()
        return answer

    async def press(self, who: str, action: str, where: Message | View | None = None) -> None:
        place = where or self.showing(who, action)
        await self.playground.act.press(who, place, action)
        await self._heard()

    async def fill(self, who: str, **answers: Any) -> dict[str, str]:
        """Fill in and submit the modal in front; return its errors by field."""
        view = self.modal(who)
        state = {name: {name: value} for name, value in answers.items()}
        _, errors = await self.playground.act.submit(who, view.id, state)
        await self._heard()
        return errors

    async def close(self, who: str) -> None:
        await self.playground.act.close(who, self.modal(who).id, everything=True)

    async def open_home(self, who: str) -> str:
        await self.playground.act.open_home(who)
        await self._heard()
        view = self.playground.slack.home(who)
        return words(view.body["blocks"]) if view else ""

    async def _heard(self) -> None:
        """Wait until the bot has dealt with what was done, and all it caused."""
        await self.playground.delivery.settled()
        await self.attune.settle()
        await self.settle()

    # --- seeing ------------------------------------------------------------------------------

    def messages(self, who: str) -> list[Message]:
        slack = self.playground.slack
        return [m for m in slack.visible(slack.im(who), who) if m.user != who]

    def last(self, who: str) -> str:
        """What Attune said last to a person, in words."""
        message = self.messages(who)[-1]
        return f"{message.text}\n{words(message.blocks or [])}"

    def all_said(self, who: str) -> str:
        return "\n".join(f"{m.text}\n{words(m.blocks or [])}" for m in self.messages(who))

    def modal(self, who: str) -> View:
        view = self.playground.slack.top_view(who)
        assert view is not None, f"{who} has no modal open; last said: {self.last(who)}"
        return view

    def reads(self, who: str) -> str:
        """The words of the modal in front."""
        return words(self.modal(who).body["blocks"])

    def time_of(self, message: Message) -> datetime:
        return datetime.fromtimestamp(float(message.ts), UTC)

    def zone_of(self, who: str) -> str:
        return self.playground.slack.person(who).zone

    def showing(self, who: str, action: str) -> Message | View:
        """The place where a button is: the modal, the latest message, or Home."""
        slack = self.playground.slack
        places: list[Message | View | None] = [slack.top_view(who)]
        places += reversed(self.messages(who))
        places.append(slack.home(who))
        for place in places:
            if place is not None and f"'action_id': '{action}'" in str(_blocks(place)):
                return place
        raise AssertionError(f"{who} sees no {action}")


def _blocks(place: Message | View) -> list[dict[str, Any]]:
    return place.body["blocks"] if isinstance(place, View) else place.blocks or []


def words(part: Any) -> str:
    """All text in blocks, for reading."""
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        own += [str(part[key]) for key in ("initial_value", "alt_text") if key in part]
        inner = [words(value) for key, value in part.items() if key != "text" or not own]
        return "\n".join([*own, *filter(None, inner)])
    if isinstance(part, list):
        return "\n".join(filter(None, map(words, part)))
    return ""


@asynccontextmanager
async def living(transport: str, folder: Path) -> AsyncIterator[Clinic]:
    """Open the clinic over ``"http"`` or ``"socket"``, with a database in ``folder``."""
    week = Week(StoppedClock())
    playground = Playground(sample_workspace(), week, retries=())
    database = folder / "attune.db"
    async with running_playground(playground) as base_url:
        settings = Settings(
            _env_file=None,
            SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
            SLACK_APP_TOKEN=SecretStr(APP_TOKEN),
            SLACK_SIGNING_SECRET=SecretStr(playground.slack.app.signing_secret),
            ATTUNE_SLACK_API_URL=f"{base_url}/api/",
            ATTUNE_DATABASE_URL=f"sqlite+aiosqlite:///{database}",
            ATTUNE_KEYS=(SecretStr(new_key()),),
            ATTUNE_POSTS_PER_SECOND=0,
        )
        await upgrade(settings.database_url)
        async with assemble(settings, clock=week) as attune:
            week.attach(
                Parts(attune.services, attune.tick, attune.settle, playground.act, playground.slack)
            )
            serve = _over_http if transport == "http" else _over_socket
            async with serve(attune, playground):
                yield Clinic(playground, attune, week, database)


@asynccontextmanager
async def _over_socket(attune: Attune, _: Playground) -> AsyncIterator[None]:
    link = SocketMode(attune.app, APP_TOKEN, attune.settings.slack_api_url, attune.session)
    await link.start()
    try:
        yield
    finally:
        await link.stop()


class _Server(uvicorn.Server):
    """Starts on a socket that listens already, and leaves the signals to the test."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def _over_http(attune: Attune, playground: Playground) -> AsyncIterator[None]:
    async def well() -> str | None:
        return None

    secret = playground.slack.app.signing_secret
    web = create_web(attune.app, signing_secret=secret, clock=SystemClock(), alive=well, ready=well)
    listening = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn.Config(web, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server._serve([listening]))  # noqa: SLF001  serve() would take the test's signals
    await server.up.wait()
    playground.http.configure(f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events")
    assert await playground.http.verify()
    try:
        yield
    finally:
        server.should_exit = True
        await serving
