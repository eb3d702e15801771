"""A small Bolt application to try the playground with, and blocks to send."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

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
from handlers.playground.server import free_port

Json = dict[str, Any]
ME = "U0CLIN1"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "Hello", **rest: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **rest}


def button(action_id: str, text: str = "Press", **rest: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **rest}


def actions(*elements: Json, **rest: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **rest}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def modal(title: str, *blocks: Json, **rest: Any) -> Json:
    base = {"type": "modal", "title": plain(title), "submit": plain("Send"), "blocks": list(blocks)}
    return {**base, **rest}


def text_input(block_id: str, **rest: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": f"{block_id}_text", **rest}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


CHECKIN = [
    section("Your check-in", block_id="s"),
    actions(button("reflect", "Reflect now", value="7"), button("skip", "Skip"), block_id="a"),
]
ANSWERS: dict[str, Json] = {
    "errors": {"response_action": "errors", "errors": {"moment": "A little more, please."}},
    "update": {"response_action": "update", "view": modal("Preview", callback_id="p")},
    "push": {"response_action": "push", "view": modal("More", callback_id="p")},
    "clear": {"response_action": "clear"},
    "bad": {"response_action": "update", "view": modal("x" * 25)},
}


class Bot:
    """Answers everything, and remembers what it was handed."""

    def __init__(self, client: AsyncWebClient, secret: str) -> None:
        self.bodies: list[Json] = []
        self.events: list[Json] = []
        self.heard = asyncio.Event()
        app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)
        app.command("/attune")(self.command)
        app.action("reflect")(self.reflect)
        app.action("skip")(self.skip)
        app.action("theme")(self.theme)
        app.view("reflect")(self.submitted)
        app.view_closed("reflect")(self.closed)
        app.event("app_home_opened")(self.home)
        app.event("message")(self.message)
        for event in ("user_change", "tokens_revoked", "app_uninstalled"):
            app.event(event)(self.changed)
        app.shortcut("phrasing.message")(self.shortcut)
        app.shortcut("phrasing.global")(self.shortcut)
        self.app = app

    async def command(self, ack: Any, body: Json, client: Any) -> None:
        self.bodies.append(body)
        said = body["text"]
        answer: Json = {"text": f"You said {said}"} if said else {}
        if said == "buttons":
            answer = {"text": "Your check-in", "blocks": CHECKIN}
        if said == "too long":
            answer = {"text": "x", "blocks": [section("x" * 3001)]}
        await (ack() if said in ("modal", "quiet") else ack(**answer))
        if said == "modal":
            view = modal("Reflect", text_input("moment"), callback_id="reflect")
            view |= {"private_metadata": "x", "notify_on_close": True}
            await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def reflect(self, ack: Any, body: Json, respond: Any) -> None:
        self.bodies.append(body)
        await ack()
        await respond(text="Thank you", replace_original=True)

    async def skip(self, ack: Any, body: Json, respond: Any) -> None:
        self.bodies.append(body)
        await ack()
        await respond(delete_original=True)

    async def theme(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()

    async def submitted(self, ack: Any, body: Json, view: Json) -> None:
        self.bodies.append(body)
        await ack(**ANSWERS.get(view["state"]["values"]["moment"]["moment_text"]["value"], {}))

    async def closed(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()

    async def home(self, event: Json, client: Any) -> None:
        self.events.append(event)
        blocks = [section("Your week"), actions(button("theme", "Settings"), block_id="h")]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    async def message(self, event: Json, say: Any) -> None:
        self.events.append(event)
        if "subtype" not in event:
            await say(f"Heard: {event['text']}")
            self.heard.set()

    async def changed(self, event: Json) -> None:
        self.events.append(event)

    async def shortcut(self, ack: Any, body: Json, respond: Any) -> None:
        self.bodies.append(body)
        await ack()
        if body["type"] == "message_action":
            await respond(text="About that message")


@dataclass
class Town:
    """A running playground with a bot in it."""

    playground: Playground
    bot: Bot
    client: AsyncWebClient
    base_url: str


@contextlib.asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Serve an application of the tests' own on a free loopback port."""
    listening = free_port()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server._serve(sockets=[listening]))  # noqa: SLF001 - no signals
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()


@contextlib.asynccontextmanager
async def over_http(playground: Playground, bot: Bot) -> AsyncIterator[None]:
    """Reach the bot by signed HTTP requests."""
    handler = AsyncSlackRequestHandler(bot.app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    app = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    async with serving(app) as url:
        playground.http.configure(f"{url}/slack/events")
        yield


@contextlib.asynccontextmanager
async def over_socket(base_url: str, bot: Bot) -> AsyncIterator[AsyncSocketModeHandler]:
    """Reach the bot by Socket Mode."""
    client = AsyncWebClient(token="xapp-playground", base_url=f"{base_url}/api/")
    handler = AsyncSocketModeHandler(bot.app, "xapp-playground", web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
