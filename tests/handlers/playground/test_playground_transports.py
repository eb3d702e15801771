"""The playground and a small Bolt application, over Socket Mode and over HTTP."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground

Json = dict[str, Any]
ME = "U0CLIN1"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(title: str, *blocks: Json, **rest: Any) -> Json:
    base = {"type": "modal", "title": plain(title), "submit": plain("Send"), "blocks": list(blocks)}
    return {**base, **rest}


def text_input(block_id: str, **rest: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": f"{block_id}_text", **rest}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


BUTTONS = [
    {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "Your check-in"}},
    {
        "type": "actions",
        "block_id": "a",
        "elements": [
            {"type": "button", "action_id": "reflect", "text": plain("Reflect now"), "value": "7"},
            {"type": "button", "action_id": "skip", "text": plain("Skip")},
        ],
    },
]


@dataclass
class Seen:
    """What the Bolt application was handed."""

    bodies: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


def build_app(client: AsyncWebClient, secret: str, seen: Seen) -> AsyncApp:
    app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)

    @app.command("/attune")
    async def command(ack: Any, body: Json, client: Any) -> None:
        seen.bodies.append(body)
        if body["text"] == "modal":
            await ack()
            view = modal(
                "Reflect", text_input("moment"), callback_id="reflect", private_metadata="x"
            )
            await client.views_open(trigger_id=body["trigger_id"], view=view)
        elif body["text"] == "buttons":
            await ack(text="Your check-in", blocks=BUTTONS)
        elif body["text"] == "quiet":
            await ack()
        else:
            await ack(f"You said {body['text']}")

    @app.action("reflect")
    async def reflect(ack: Any, body: Json, respond: Any) -> None:
        seen.bodies.append(body)
        await ack()
        await respond(text="Thank you", replace_original=True)

    @app.action("skip")
    async def skip(ack: Any, body: Json, respond: Any) -> None:
        seen.bodies.append(body)
        await ack()
        await respond(delete_original=True)

    @app.view("reflect")
    async def submitted(ack: Any, body: Json, view: Json) -> None:
        seen.bodies.append(body)
        text = view["state"]["values"]["moment"]["moment_text"]["value"]
        answers: dict[str, Json] = {
            "errors": {"response_action": "errors", "errors": {"moment": "A little more, please."}},
            "update": {"response_action": "update", "view": modal("Preview", callback_id="p")},
            "push": {"response_action": "push", "view": modal("More", callback_id="p")},
            "clear": {"response_action": "clear"},
            "bad": {"response_action": "update", "view": modal("x" * 25)},
        }
        await ack(**answers.get(text, {}))

    @app.view_closed("reflect")
    async def closed(ack: Any, body: Json) -> None:
        seen.bodies.append(body)
        await ack()

    @app.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        seen.events.append(event)
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BUTTONS})

    @app.event("message")
    async def message(event: Json, say: Any) -> None:
        seen.events.append(event)
        await say(f"Heard: {event['text']}")
        seen.arrived.set()

    @app.shortcut("phrase_message")
    async def shortcut(ack: Any, body: Json, respond: Any) -> None:
        seen.bodies.append(body)
        await ack()
        await respond(text="About that message")

    @app.shortcut("phrase_ask")
    async def ask(ack: Any, body: Json) -> None:
        seen.bodies.append(body)
        await ack()

    return app


@contextlib.asynccontextmanager
async def http_app(playground: Playground, app: AsyncApp) -> AsyncIterator[None]:
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    starlette = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(starlette, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve(sockets=[listening]))  # noqa: SLF001 - no signals
    playground.http.configure(f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events")
    try:
        assert await playground.http.verify()
        yield
    finally:
        server.should_exit = True
        await serving
        listening.close()


@contextlib.asynccontextmanager
async def socket_app(base_url: str, app: AsyncApp) -> AsyncIterator[None]:
    client = AsyncWebClient(token="xapp-playground", base_url=f"{base_url}/api/")
    handler = AsyncSocketModeHandler(app, "xapp-playground", web_client=client)
    await handler.connect_async()
    try:
        yield
    finally:
        await handler.close_async()


@dataclass
class Town:
    playground: Playground
    seen: Seen
    client: AsyncWebClient


@pytest.fixture(params=["http", "socket"])
async def town(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    playground = Playground(sample_workspace(), retries=(0, 0, 0))
    async with running_playground(playground) as base_url:
        client = AsyncWebClient(token="xoxb-playground", base_url=f"{base_url}/api/")
        seen = Seen()
        app = build_app(client, playground.slack.app.signing_secret, seen)
        over = http_app(playground, app) if request.param == "http" else socket_app(base_url, app)
        async with over:
            yield Town(playground, seen, client)
        await playground.delivery.settled()


async def test_a_command_is_answered_for_the_person_alone(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    message = await act.command(ME, "/attune am I <a> bad patient?")
    assert message is not None
    assert message.only_for == ME
    assert message.text == "You said am I &lt;a&gt; bad patient?"
    body = town.seen.bodies[0]
    assert body["channel_name"] == "directmessage"
    assert body["user_id"] == ME
    assert slack.visible(slack.im(ME), "U0ADMIN") == []
    assert await act.command(ME, "/attune quiet") is None


async def test_a_modal_goes_through_errors_push_update_and_close(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    await act.command(ME, "/attune modal")
    view = slack.top_view(ME)
    assert view is not None
    assert await act.submit(ME, view.id) == (
        "errors",
        {"moment": "Please complete this required field."},
    )
    assert len(town.seen.bodies) == 1, "the window itself refuses an empty required input"
    outcome = await act.submit(ME, view.id, {"moment_text": "errors"})
    assert outcome == ("errors", {"moment": "A little more, please."})
    body = town.seen.bodies[-1]
    assert body["view"]["private_metadata"] == "x"
    assert body["view"]["state"]["values"]["moment"]["moment_text"] == {
        "type": "plain_text_input",
        "value": "errors",
    }
    assert await act.submit(ME, view.id, {"moment_text": "push"}) == ("pushed", {})
    top = slack.top_view(ME)
    assert top is not None
    assert top.previous == view.id
    await act.close(ME, top.id)
    assert slack.top_view(ME) is view
    old_hash = view.hash
    assert await act.submit(ME, view.id, {"moment_text": "update"}) == ("updated", {})
    assert view.hash != old_hash
    assert view.body["title"]["text"] == "Preview"


async def test_a_submission_closes_or_clears(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    for said, outcome in (("done", "closed"), ("clear", "cleared")):
        await act.command(ME, "/attune modal")
        view = slack.top_view(ME)
        assert view is not None
        assert await act.submit(ME, view.id, {"moment": {"moment_text": {"value": said}}}) == (
            outcome,
            {},
        )
        assert slack.top_view(ME) is None


async def test_buttons_carry_their_message_and_may_replace_or_delete_it(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    posted = await town.client.chat_postMessage(channel=ME, text="Check-in", blocks=BUTTONS)
    message = slack.message(posted["channel"], posted["ts"])
    await act.press(ME, message, "reflect")
    body = town.seen.bodies[-1]
    assert body["actions"][0]["value"] == "7"
    assert body["actions"][0]["block_id"] == "a"
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == message.ts
    assert message.text == "Thank you"
    ephemeral = await act.command(ME, "/attune buttons")
    assert ephemeral is not None
    await act.press(ME, ephemeral, "skip")
    assert "message" not in town.seen.bodies[-1]
    assert ephemeral not in slack.im(ME).messages


async def test_the_home_tab_is_published_and_its_buttons_work(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    await act.open_home(ME)
    await town.playground.delivery.settled()
    home = slack.home(ME)
    assert home is not None
    await act.open_home(ME, "messages")
    assert [event["tab"] for event in town.seen.events] == ["home", "messages"]
    await act.open_home(ME)
    assert town.seen.events[-1]["view"]["id"] == home.id


async def test_a_direct_message_is_heard_and_answered(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    im = slack.im(ME)
    await act.say(ME, im.id, "is 'just relax' <colluding>?")
    await town.seen.arrived.wait()
    await town.playground.delivery.settled()
    event = town.seen.events[0]
    assert event["channel_type"] == "im"
    assert event["text"] == "is 'just relax' &lt;colluding&gt;?"
    assert [m.by_bot for m in im.messages] == [False, True]
    assert len(town.seen.events) == 1, "Bolt leaves out what the bot itself said"


async def test_shortcuts_carry_the_message_or_nothing(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    message = slack.post("C0GENERAL", "U0CLIN2", "What would you say?")
    await act.message_shortcut(ME, "phrase_message", "C0GENERAL", message.ts)
    assert town.seen.bodies[-1]["message"]["text"] == "What would you say?"
    assert slack.conversation("C0GENERAL").messages[-1].only_for == ME
    await act.global_shortcut(ME, "phrase_ask")
    assert town.seen.bodies[-1]["type"] == "shortcut"
