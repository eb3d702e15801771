"""Attune's token in each workspace: which one is used, and when it is let go of."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.clinic import Installation
from bot.errors import TokenRevoked
from handlers.slack.app import Bot
from handlers.slack.tokens import Tokens

HERE = Installation("T0HERE", "Clinic", "U0BOT", frozenset(), "xoxb-installed")


class Slack:
    """Answers auth.test, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.url = ""
        self.refuses = False

    async def auth_test(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.refuses:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return web.json_response({"ok": True, "team_id": "T0OWN", "user_id": "U0OWNBOT"})


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    stub, application = Slack(), web.Application()
    application.router.add_post("/api/auth.test", stub.auth_test)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield stub
    await runner.cleanup()


async def test_what_was_installed_goes_before_the_settings(slack: Slack) -> None:
    there: dict[str, Installation] = {"T0HERE": HERE}

    async def installed(workspace: str) -> Installation | None:
        return there.get(workspace)

    async with aiohttp.ClientSession() as session:
        tokens = Tokens(slack.url, session, installed, "xoxb-own")
        assert await tokens.find("T0HERE") == Bot("xoxb-installed", "U0BOT")
        assert slack.asked == 0
        assert await tokens.find("T0OWN") == Bot("xoxb-own", "U0OWNBOT")
        assert await tokens.find("T0ELSE") is None
        assert slack.asked == 1
        tokens.forget("T0ELSE")
        tokens.forget("T0OWN")
        assert await tokens.find("T0OWN") == Bot("xoxb-own", "U0OWNBOT")
        assert slack.asked == 2


async def test_a_client_lives_as_long_as_its_token(slack: Slack) -> None:
    there: dict[str, Installation] = {"T0HERE": HERE}

    async def installed(workspace: str) -> Installation | None:
        return there.get(workspace)

    async with aiohttp.ClientSession() as session:
        tokens = Tokens(slack.url, session, installed)
        first = await tokens.client("T0HERE")
        assert first.token == "xoxb-installed"
        assert await tokens.client("T0HERE") is first
        tokens.forget("T0HERE")
        assert await tokens.client("T0HERE") is not first
        del there["T0HERE"]
        with pytest.raises(TokenRevoked):
            await tokens.client("T0HERE")
        assert slack.asked == 0


async def test_a_refused_token_is_told_until_slack_takes_it(slack: Slack) -> None:
    async def installed(_workspace: str) -> Installation | None:
        return None

    async with aiohttp.ClientSession() as session:
        tokens = Tokens(slack.url, session, installed, "xoxb-own")
        told = [tokens.trouble]
        slack.refuses = True
        with pytest.raises(TokenRevoked):
            await tokens.identify()
        told.append(tokens.trouble)
        slack.refuses = False
        await tokens.identify()
        told.append(tokens.trouble)
    before, refused, after = told
    assert (before, after) == (None, None)
    assert refused is not None
    assert "invalid_auth" in refused
