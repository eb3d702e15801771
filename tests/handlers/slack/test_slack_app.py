"""The Bolt application: tokens, the environment, logs, and the table of all handlers."""

import asyncio
import json
import os
from datetime import timedelta
from typing import Any, cast

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.errors import ChatUncertain
from bot.services import Services
from handlers.slack.app import KEPT_FOR, Authorisation, Bot, create_app, create_client, quiet
from handlers.slack.call import Payload
from handlers.slack.features import register_all
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router
from tests.handlers.slack.phrasing_samples import FakeServices
from tests.handlers.slack.slack_stub import BOT, MEMBER, WORKSPACE, Clock, command, desk, found


def table(services: Any = None) -> Router:
    router = Router(cast(Services, services or FakeServices()))
    clients: Any = None
    register_all(router, SlackPeople(clients, Clock()))
    return router


async def ask(authorise: Authorisation, workspace: str | None = WORKSPACE) -> str | None:
    result = await authorise(
        context=AsyncBoltContext(), enterprise_id=None, team_id=workspace, user_id=MEMBER
    )
    return result.bot_token if result else None


async def test_a_token_is_looked_up_once_a_minute() -> None:
    looked_up: list[str] = []

    async def find(workspace: str) -> Bot | None:
        looked_up.append(workspace)
        return Bot(f"xoxb-{len(looked_up)}", BOT)

    clock = Clock()
    authorise = Authorisation(find, clock)
    assert [await ask(authorise) for _ in range(5)] == ["xoxb-1"] * 5
    assert await ask(authorise, "T0OTHER") == "xoxb-2"
    clock.time += KEPT_FOR + timedelta(seconds=1)
    assert await ask(authorise) == "xoxb-3"
    authorise.forget(WORKSPACE)
    assert await ask(authorise) == "xoxb-4"


async def test_a_workspace_without_attune_is_asked_about_again() -> None:
    answers = iter([None, Bot("xoxb-later", BOT)])

    async def find(_workspace: str) -> Bot | None:
        return next(answers)

    authorise = Authorisation(find, Clock())
    assert await ask(authorise) is None
    assert await ask(authorise) == "xoxb-later"


async def test_a_token_that_takes_long_holds_up_nobody_and_is_looked_up_to_the_end() -> None:
    answer, brought = asyncio.Event(), asyncio.Event()

    async def find(_workspace: str) -> Bot | None:
        await answer.wait()
        brought.set()
        return Bot("xoxb-slow", BOT)

    with pytest.raises(ChatUncertain):
        await ask(Authorisation(find, Clock(), patience=0))
    answer.set()
    await asyncio.wait_for(brought.wait(), 5)


async def test_without_a_token_a_command_and_a_form_get_a_sentence_and_the_rest_comes_again() -> (
    None
):
    async def find(_workspace: str) -> Bot | None:
        raise ChatUncertain(method="auth.test")

    fields = [{"type": "section"}, {"type": "input", "block_id": "client"}]
    view = {"type": "modal", "callback_id": "phrasing.ask", "blocks": fields}
    press = {"type": "button", "action_id": "phrasing.open"}
    person = {"team": {"id": WORKSPACE}, "user": {"id": MEMBER}}
    async with desk(FakeServices(), find=find) as made:

        async def sent(body: dict[str, Any]) -> Any:
            return await made.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))

        typed = await sent(command("help"))
        form = await sent(person | {"type": "view_submission", "view": view})
        button = await sent(person | {"type": "block_actions", "actions": [press]})
    assert (typed.status, form.status, button.status) == (200, 200, 503)
    assert "Nothing was changed; please try again" in typed.body
    assert json.loads(form.body)["errors"] == {"client": typed.body}


async def test_requests_carry_the_workspaces_own_token() -> None:
    async with desk(FakeServices()) as made:
        tokens: list[str | None] = []

        @made.router.on(Payload.COMMAND, "/attune")
        async def note(call: Any) -> None:
            tokens.append(call.client.token)

        await made.send(command("x"))
        assert tokens == ["xoxb-made-up"]
        assert made.slack.calls == []


def test_a_token_is_not_printed() -> None:
    assert "xoxb" not in repr(Bot("xoxb-made-up", BOT)) + str(Bot("xoxb-made-up", BOT))


async def test_the_environment_does_not_reach_bolt(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-env",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "s",
        "SLACK_SIGNING_SECRET": "s",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    client = create_client("http://127.0.0.1:9/api/", None)
    app = create_app(table(), Authorisation(found, Clock()), client)
    assert app.oauth_flow is None
    assert app.client.token is None
    assert {name: os.environ[name] for name in given} == given


async def test_own_events_are_ignored() -> None:
    async with desk(FakeServices()) as made:
        seen: list[str] = []

        @made.router.on(Payload.EVENT, "message")
        async def note(call: Any) -> None:
            seen.append(call.event["user"])

        await made.event(type="message", user=BOT, channel="D1")
        await made.event(type="message", user=MEMBER, channel="D1")
        assert seen == [MEMBER]


def test_a_quiet_logger_tells_where_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    logger = quiet("tests.quiet")
    error = RuntimeError("typed")
    logger.error("Failed over %s", "typed", exc_info=error)
    logger.info("typed")
    assert "typed" not in caplog.text
    assert "test_a_quiet_logger" in caplog.text
    assert "RuntimeError" in caplog.text
    assert len(quiet("tests.quiet").filters) == 1


def test_every_handler_has_one_name_and_all_features_are_there() -> None:
    names = table().names
    assert (Payload.COMMAND, "/attune") in names
    for feature in ("checkin", "home", "phrasing", "reflection", "safety", "settings"):
        assert any(name.startswith(f"{feature}.") for _, name in names), feature


@pytest.mark.parametrize("kind", ["app_rate_limited", "view_closed"])
async def test_what_slack_only_tells_is_acknowledged(kind: str) -> None:
    async with desk(FakeServices()) as made:
        body = {"type": kind, "team": {"id": WORKSPACE}, "user": {"id": MEMBER}}
        assert await made.send(body | {"view": {"callback_id": "phrasing.ask"}}) == ""


async def test_what_nobody_handles_is_not_found() -> None:
    async with desk(FakeServices()) as made:
        body = {"type": "unheard_of", "team": {"id": WORKSPACE}, "user": {"id": MEMBER}}
        request = AsyncBoltRequest(mode="socket_mode", body=body)
        assert (await made.app.async_dispatch(request)).status == 404
