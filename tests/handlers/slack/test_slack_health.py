"""What the doctor learns from Slack: each trouble in a sentence of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import AttuneError, BadSetting, ChatSilent, MissingScope, TokenRevoked
from handlers.slack.app import create_client
from handlers.slack.health import SCOPES, check_app_token, check_token

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
GRANTED = {"x-oauth-scopes": ",".join(SCOPES), "Date": "Mon, 23 Nov 2026 10:00:20 GMT"}


@asynccontextmanager
async def slack(answer: Callable[[], web.Response]) -> AsyncIterator[AsyncWebClient]:
    """A server that gives one answer to everything, and a client of it."""

    async def give(_request: web.Request) -> web.Response:
        return answer()

    application = web.Application()
    application.router.add_post("/api/{method}", give)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
            yield create_client(url, session, "xoxb-made-up")
    finally:
        await runner.cleanup()


def well(**headers: str) -> Callable[[], web.Response]:
    body = {"ok": True, "team": "Riverbank", "url": "wss://made-up"}
    return lambda: web.json_response(body, headers=GRANTED | headers)


def refused(code: str, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.json_response({"ok": False, "error": code}, status=status)


async def test_all_is_well() -> None:
    async with slack(well()) as client:
        assert await check_token(client, NOW) == "installed in Riverbank; the clocks agree"
        assert await check_app_token(client, "xapp-made-up") == "Socket Mode may connect"


async def test_a_clock_that_is_off_is_told() -> None:
    async with slack(well(Date="Mon, 23 Nov 2026 10:05:00 GMT")) as client:
        assert "clock is 300 s off" in await check_token(client, NOW)


async def test_every_missing_scope_is_named() -> None:
    async with slack(well(**{"x-oauth-scopes": "commands,chat:write, im:write"})) as client:
        with pytest.raises(MissingScope, match="im:history, users:read, files:write"):
            await check_token(client, NOW)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refused("invalid_auth"), TokenRevoked, "not take Attune's token"),
        (refused("ratelimited", 429), ChatSilent, "try again in a minute"),
        (lambda: web.Response(status=500, text="no"), ChatSilent, "http_500"),
        (lambda: web.Response(text="hello"), ChatSilent, "no JSON"),
        (lambda: web.Response(text="<p>", content_type="text/html"), ChatSilent, "API_URL"),
    ],
)
async def test_trouble_with_the_bot_token(
    answer: Callable[[], Any], error: type[AttuneError], says: str
) -> None:
    async with slack(answer) as client:
        with pytest.raises(error, match=says) as told:
            await check_token(client, NOW)
    assert "delivery" not in str(told.value)


async def test_an_app_token_that_slack_does_not_take() -> None:
    async with slack(refused("invalid_auth")) as client:
        with pytest.raises(BadSetting, match=r"SLACK_APP_TOKEN.*invalid_auth"):
            await check_app_token(client, "xapp-made-up")
