"""A running playground for every test that asks for one."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground
from tests.handlers.playground.playground_bot import Bot, Town, over_http, over_socket


@dataclass
class Plain:
    """A running playground without a bot."""

    playground: Playground
    client: AsyncWebClient
    session: aiohttp.ClientSession
    base_url: str

    async def refusal(self, method: str, **arguments: Any) -> AsyncSlackResponse:
        """The answer to a call that is to be refused."""
        with pytest.raises(SlackApiError) as caught:
            await self.client.api_call(method, json=arguments)
        response: AsyncSlackResponse = caught.value.response
        return response


@pytest.fixture
async def plain() -> AsyncIterator[Plain]:
    playground = Playground(sample_workspace(), ack_seconds=0.5, retries=(0, 0, 0))
    async with running_playground(playground) as url, aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-playground", base_url=f"{url}/api/", session=session)
        yield Plain(playground, client, session, url)


@contextlib.asynccontextmanager
async def _town(*, http: bool) -> AsyncIterator[Town]:
    playground = Playground(sample_workspace(), retries=(0, 0, 0))
    async with running_playground(playground) as url:
        client = AsyncWebClient(token="xoxb-playground", base_url=f"{url}/api/")
        bot = Bot(client, playground.slack.app.signing_secret)
        async with over_http(playground, bot) if http else over_socket(url, bot):
            yield Town(playground, bot, client, url)
            await playground.delivery.settled()


@pytest.fixture(params=["http", "socket"])
async def town(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    async with _town(http=request.param == "http") as town:
        yield town


@pytest.fixture
async def socket_town() -> AsyncIterator[Town]:
    async with _town(http=False) as town:
        yield town
