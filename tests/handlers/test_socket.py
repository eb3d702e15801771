"""Socket Mode, with the playground as its Slack."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import pytest

from bot.errors import BadSetting
from bot.services import Services
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground
from handlers.slack import commands, phrasing
from handlers.slack.app import Authorisation, Bot, create_app, create_client
from handlers.slack.router import Router
from handlers.socket import SocketMode
from tests.handlers.slack.phrasing_samples import FakeServices
from tests.handlers.slack.slack_stub import Clock

ME = "U0CLIN1"


async def found(_workspace: str) -> Bot | None:
    return Bot("xoxb-playground", "U0BOT")


@dataclass
class Joined:
    playground: Playground
    socket: SocketMode


@asynccontextmanager
async def joined(token: str = "xapp-playground") -> AsyncIterator[Joined]:
    playground = Playground(sample_workspace(), retries=(0, 0, 0))
    async with running_playground(playground) as url, aiohttp.ClientSession() as session:
        router = Router(cast(Services, FakeServices()))
        phrasing.register(router)
        commands.register(router)
        client = create_client(f"{url}/api/", session)
        app = create_app(router, Authorisation(found, Clock()), client)
        socket = SocketMode(app, token, f"{url}/api/", session)
        try:
            yield Joined(playground, socket)
        finally:
            await socket.stop()
            await router.finish()


@pytest.fixture
async def slack() -> AsyncIterator[Joined]:
    async with joined() as made:
        await made.socket.start()
        yield made


async def ask(slack: Joined) -> Any:
    return await slack.playground.act.command(ME, "/attune C: Am I bad? T: No, no")


async def test_a_command_is_answered_over_the_socket(slack: Joined) -> None:
    answer = await ask(slack)
    assert "lean towards confrontation" in answer.text
    assert answer.only_for == ME


async def test_it_comes_back_when_slack_asks_for_a_new_connection(slack: Joined) -> None:
    await slack.playground.socket.disconnect()
    assert (await ask(slack)).text
    assert await slack.socket.is_connected()


async def test_stopping_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    async with joined() as made:
        own = asyncio.all_tasks()
        assert not await made.socket.is_connected()
        await made.socket.start()
        assert await made.socket.is_connected()
        await made.socket.stop()
        await made.socket.stop()
        assert not await made.socket.is_connected()
        names = {str(task.get_coro()) for task in asyncio.all_tasks() - own}
        assert not [name for name in names if "SocketModeClient" in name]
    assert before <= asyncio.all_tasks()


async def test_a_token_that_slack_does_not_take_is_named() -> None:
    async with joined("xapp-another") as made:
        with pytest.raises(BadSetting, match="SLACK_APP_TOKEN cannot be used: Slack answered"):
            await made.socket.start()
        assert not await made.socket.is_connected()
