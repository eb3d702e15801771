"""Before the first request: whose the token from the settings is."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from structlog.testing import capture_logs

from bot.bootstrap import Attune
from bot.errors import TokenRevoked
from bot.serving import introduced


def attune(asked: asyncio.Event, error: Exception | None = None, token: str | None = "x") -> Attune:
    async def identify() -> None:
        asked.set()
        if error is not None:
            raise error

    settings = SimpleNamespace(slack_bot_token=token)
    made: Any = SimpleNamespace(settings=settings, tokens=SimpleNamespace(identify=identify))
    return cast("Attune", made)


async def test_slack_is_asked_at_once() -> None:
    asked = asyncio.Event()
    async with introduced(attune(asked)):
        await asyncio.wait_for(asked.wait(), 5)


async def test_a_token_that_slack_does_not_take_is_told_and_stops_nothing() -> None:
    asked, refused = asyncio.Event(), TokenRevoked(method="auth.test", code="invalid_auth")
    with capture_logs() as logs:
        async with introduced(attune(asked, refused)):
            await asyncio.wait_for(asked.wait(), 5)
            await asyncio.sleep(0)
    assert [one["event"] for one in logs] == ["slack.token_not_taken"]
    assert "invalid_auth" in logs[0]["why"]


async def test_where_each_workspace_has_its_own_nobody_is_asked() -> None:
    asked = asyncio.Event()
    async with introduced(attune(asked, token=None)):
        await asyncio.sleep(0)
    assert not asked.is_set()


async def test_stopping_ends_even_if_the_database_says_nothing() -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    async def at_once(*_: object) -> None:
        return

    made: Any = SimpleNamespace(
        router=SimpleNamespace(finish=at_once),
        dispatcher=SimpleNamespace(stop=at_once),
        services=SimpleNamespace(deliveries=SimpleNamespace(leave=never)),
    )
    await asyncio.wait_for(Attune.stop(made, 0.01), 5)
