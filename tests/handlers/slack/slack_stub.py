"""A Slack that takes every call and notes it, and a Bolt application that talks to it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.services import Services
from handlers.slack.app import Authorisation, Bot, FindBot, create_app, create_client
from handlers.slack.router import Router

WORKSPACE, MEMBER, BOT = "T0RIVER", "U0ROBIN", "U0BOT"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class SlackStub:
    """What was called, in order: the method's name and its arguments."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def only(self, method: str) -> dict[str, Any]:
        """The arguments of the one call that was made."""
        assert [name for name, _ in self.calls] == [method]
        return self.calls[0][1]

    async def take(self, request: web.Request) -> web.Response:
        form = request.content_type == "application/x-www-form-urlencoded"
        given = dict(await request.post()) if form else json.loads(await request.text() or "{}")
        loaded = {name: _loaded(value) for name, value in given.items()}
        self.calls.append((request.match_info["method"], loaded))
        return web.json_response({"ok": True, "view": {"id": "V9"}, "channel": "D1", "ts": "1.1"})


def _loaded(value: Any) -> Any:
    is_json = isinstance(value, str) and value[:1] in ("{", "[")
    return json.loads(value) if is_json else value


@asynccontextmanager
async def recording_slack() -> AsyncIterator[tuple[SlackStub, aiohttp.ClientSession]]:
    """Serve a stub on a free port of loopback; the session is for calling it."""
    stub, application = SlackStub(), web.Application()
    application.router.add_post("/api/{method}", stub.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        async with aiohttp.ClientSession() as session:
            yield stub, session
    finally:
        await runner.cleanup()


async def found(_workspace: str) -> Bot | None:
    return Bot("xoxb-made-up", BOT)


@dataclass
class Desk:
    """A Bolt application at work, and what it calls."""

    slack: SlackStub
    app: AsyncApp
    router: Router

    async def send(self, body: dict[str, Any]) -> Any:
        """Deliver a payload; return what Slack would get, parsed where it is JSON."""
        request = AsyncBoltRequest(mode="socket_mode", body=body)
        response = await self.app.async_dispatch(request)
        await self.router.finish()
        assert response.status == 200, response.body
        return json.loads(response.body) if response.body.startswith("{") else response.body

    async def press(self, action: dict[str, Any], **more: Any) -> None:
        """Press a button or choose from a menu, in a view or a message (``more``)."""
        where = more if "view" in more else {"response_url": f"{self.slack.url}respond"} | more
        pressed = {"actions": [action], "trigger_id": f"trigger.{len(self.slack.calls)}"}
        await self.send(_person("block_actions") | pressed | where)

    async def submit(self, view: dict[str, Any]) -> Any:
        """Submit a view as ``returned`` gives it."""
        return await self.send(_person("view_submission") | {"view": view, "trigger_id": "t"})

    async def event(self, **event: Any) -> None:
        """Deliver an event."""
        body = {"type": "event_callback", "team_id": WORKSPACE, "event_id": "Ev1", "event": event}
        await self.send(body)


def _person(kind: str) -> dict[str, Any]:
    return {"type": kind, "team": {"id": WORKSPACE}, "user": {"id": MEMBER}, "api_app_id": "A1"}


def shortcut(kind: str, callback: str, **more: Any) -> dict[str, Any]:
    """A global shortcut or one on a message."""
    return _person(kind) | {"callback_id": callback, "trigger_id": "trigger.s"} | more


def command(text: str, **more: str) -> dict[str, Any]:
    """A slash command's payload."""
    return {
        "command": "/attune",
        "text": text,
        "team_id": WORKSPACE,
        "user_id": MEMBER,
        "trigger_id": "trigger.c",
        **more,
    }


def returned(view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """A view as Slack returns it; ``typed`` replaces what a field held, by name."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["block_id"]
            if element["type"] == "radio_buttons":
                chosen = typed.get(name, element["initial_option"]["value"])
                state = {"type": element["type"], "selected_option": {"value": chosen}}
            else:
                kept = typed.get(name, element.get("initial_value"))
                state = {"type": element["type"], "value": kept}
            values[name] = {element["action_id"]: state}
    copied: dict[str, Any] = json.loads(json.dumps(view))
    for number, block in enumerate(copied["blocks"]):
        block.setdefault("block_id", f"b{number}")
    return copied | {"id": "V1", "hash": "1.x", "team_id": WORKSPACE, "state": {"values": values}}


@asynccontextmanager
async def desk(
    services: Any, *registers: Callable[[Router], None], find: FindBot = found
) -> AsyncIterator[Desk]:
    """Put a Bolt application together from fakes."""
    async with recording_slack() as (slack, session):
        router = Router(cast(Services, services))
        for register in registers:
            register(router)
        app = create_app(router, Authorisation(find, Clock()), create_client(slack.url, session))
        yield Desk(slack, app, router)
