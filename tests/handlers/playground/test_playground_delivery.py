"""Socket Mode and the Events API at their edges: acknowledgements, retries, reconnects."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.playground.delivery import Unanswered
from handlers.playground.events_api import signed
from tests.handlers.playground.conftest import Plain
from tests.handlers.playground.playground_bot import ME, Town, over_socket, serving

Json = dict[str, Any]


async def address(plain: Plain) -> str:
    client = AsyncWebClient(token="xapp-playground", base_url=f"{plain.base_url}/api/")
    url: str = (await client.apps_connections_open(app_token="xapp-playground"))["url"]
    return url


class Link:
    """A bare Socket Mode connection that acknowledges only when told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def frame(self) -> Json:
        frame: Json = await asyncio.wait_for(self.socket.receive_json(), 2)
        return frame

    async def acknowledge(self, envelope: Json, **payload: Any) -> None:
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(answer | ({"payload": payload} if payload else {}))


@pytest.fixture
async def link(plain: Plain) -> AsyncIterator[Link]:
    async with plain.session.ws_connect(await address(plain)) as socket:
        link = Link(socket)
        hello = await link.frame()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        yield link


async def test_a_ticket_opens_one_connection(plain: Plain) -> None:
    url = await address(plain)
    async with plain.session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await plain.session.ws_connect(url)


async def test_an_acknowledgement_may_carry_the_answer(plain: Plain, link: Link) -> None:
    doing = asyncio.create_task(plain.playground.act.command(ME, "/attune help"))
    envelope = await link.frame()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    await link.socket.send_str("not json")
    await link.socket.send_str("[1]")
    await link.acknowledge(envelope, text="Here is help")
    message = await doing
    assert message is not None
    assert message.text == "Here is help"


async def test_without_acknowledgement_the_person_hears_of_it(plain: Plain, link: Link) -> None:
    with pytest.raises(Unanswered, match="did not answer within 3 seconds"):
        await plain.playground.act.command(ME, "/attune help")
    assert (await link.frame())["payload"]["text"] == "help"


async def test_an_unacknowledged_event_comes_again(plain: Plain, link: Link) -> None:
    asking = asyncio.create_task(plain.playground.act.open_home(ME))
    first = await link.frame()
    assert (first["retry_attempt"], first["accepts_response_payload"]) == (0, False)
    second = await link.frame()
    await asking
    assert second["payload"]["event_id"] == first["payload"]["event_id"]
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    await link.acknowledge(second)
    await plain.playground.delivery.settled()


async def test_a_lost_connection_hands_its_envelope_to_the_next(plain: Plain, link: Link) -> None:
    doing = asyncio.create_task(plain.playground.act.command(ME, "/attune help"))
    first = await link.frame()
    await link.socket.close()
    async with plain.session.ws_connect(await address(plain)) as socket:
        other = Link(socket)
        assert (await other.frame())["type"] == "hello"
        again = await other.frame()
        assert again["envelope_id"] == first["envelope_id"]
        await other.acknowledge(again)
        assert await doing is None


async def test_envelopes_are_spread_over_connections(plain: Plain, link: Link) -> None:
    async with plain.session.ws_connect(await address(plain)) as socket:
        other = Link(socket)
        assert (await other.frame())["num_connections"] == 2
        for _ in range(2):
            plain.playground.delivery.tell_later(_home(plain))
        for one in (link, other):
            await one.acknowledge(await one.frame())
        await plain.playground.delivery.settled()


def _home(plain: Plain) -> Json:
    payloads = plain.playground.payloads
    return payloads.event(payloads.home_opened(ME, "home"))


async def test_an_app_asked_to_reconnect_does(socket_town: Town) -> None:
    socket = socket_town.playground.socket
    before = list(socket.connections)
    await socket.disconnect("warning")
    await socket_town.playground.act.open_home(ME)
    assert [event["tab"] for event in socket_town.bot.events] == ["home"]
    assert not set(before) & {c for c in socket.connections if not c.leaving}


async def test_several_clients_may_connect(socket_town: Town) -> None:
    async with over_socket(socket_town.base_url, socket_town.bot):
        assert len(socket_town.playground.socket.connections) == 2
        for _ in range(4):
            await socket_town.playground.act.open_home(ME)
    assert len(socket_town.bot.events) == 4


async def test_nobody_connected(plain: Plain) -> None:
    with pytest.raises(Unanswered, match="not connected"):
        await plain.playground.act.command(ME, "/attune help")
    await plain.playground.act.open_home(ME)


class Receiver:
    """A request address that answers from a script and remembers what came."""

    def __init__(self, *statuses: int, **headers: str) -> None:
        self.statuses = list(statuses)
        self.headers = headers
        self.requests: list[tuple[dict[str, str], str]] = []
        self.app = Starlette(routes=[Route("/slack", self.receive, methods=["POST"])])

    async def receive(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.requests.append((dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 200
        return PlainTextResponse("", status, self.headers)


async def test_requests_are_signed(plain: Plain) -> None:
    receiver = Receiver()
    async with serving(receiver.app) as url:
        plain.playground.http.configure(f"{url}/slack")
        await plain.playground.act.command(ME, "/attune am I a bad patient?")
        await plain.playground.act.global_shortcut(ME, "phrasing.global")
        await plain.playground.act.open_home(ME)
    verifier = SignatureVerifier(plain.playground.slack.app.signing_secret)
    for headers, body in receiver.requests:
        assert verifier.is_valid_request(body, headers)
    (_, command), (_, shortcut), (headers, event) = receiver.requests
    assert parse_qs(command)["text"] == ["am I a bad patient?"]
    assert json.loads(parse_qs(shortcut)["payload"][0])["type"] == "shortcut"
    assert json.loads(event)["type"] == "event_callback"
    assert headers["content-type"] == "application/json"


def test_the_signature_is_slacks() -> None:
    headers = signed("secret", b"body", 1_700_000_000)
    verifier = SignatureVerifier("secret")
    expected = verifier.generate_signature(timestamp="1700000000", body="body")
    assert headers["X-Slack-Signature"] == expected


async def test_a_failed_event_is_retried_with_its_reason(plain: Plain) -> None:
    receiver = Receiver(500, 500, 500, 500)
    async with serving(receiver.app) as url:
        plain.playground.http.configure(f"{url}/slack")
        await plain.playground.act.open_home(ME)
        await plain.playground.delivery.settled()
    tries = [headers.get("x-slack-retry-num") for headers, _ in receiver.requests]
    assert tries == [None, "1", "2", "3"]
    assert receiver.requests[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({json.loads(body)["event_id"] for _, body in receiver.requests}) == 1


async def test_an_app_may_ask_for_no_retry(plain: Plain) -> None:
    receiver = Receiver(500, **{"X-Slack-No-Retry": "1"})
    async with serving(receiver.app) as url:
        plain.playground.http.configure(f"{url}/slack")
        await plain.playground.act.open_home(ME)
        await plain.playground.delivery.settled()
    assert len(receiver.requests) == 1


async def test_an_unreachable_address_fails_the_command(plain: Plain) -> None:
    plain.playground.http.configure("http://127.0.0.1:9/slack")
    with pytest.raises(Unanswered):
        await plain.playground.act.command(ME, "/attune help")


async def test_events_nobody_subscribed_to_are_not_sent(plain: Plain) -> None:
    receiver = Receiver()
    async with serving(receiver.app) as url:
        plain.playground.http.configure(f"{url}/slack")
        await plain.playground.act.say(ME, "C0GENERAL", "Hello everyone")
        await plain.client.chat_postMessage(channel="C0GENERAL", text="Hello")
        await plain.playground.delivery.settled()
        assert receiver.requests == []
        plain.playground.delivery.events |= {"message.channels"}
        message = await plain.playground.act.say(ME, "C0GENERAL", "Hello again", thread_ts="1.0")
    event = json.loads(receiver.requests[0][1])["event"]
    assert (event["channel_type"], event["ts"]) == ("channel", message.ts)
    assert event["thread_ts"] == "1.0"


async def test_the_bots_own_doings_are_events_too(plain: Plain) -> None:
    receiver = Receiver()
    async with serving(receiver.app) as url:
        plain.playground.http.configure(f"{url}/slack")
        posted = await plain.client.chat_postMessage(channel=ME, text="One")
        await plain.playground.delivery.settled()
        place = {"channel": posted["channel"], "ts": posted["ts"]}
        await plain.client.chat_update(**place, text="Two")
        await plain.playground.delivery.settled()
        await plain.client.chat_delete(**place)
        await plain.playground.delivery.settled()
    events = [json.loads(body)["event"] for _, body in receiver.requests]
    assert events[0]["bot_id"] == plain.playground.slack.app.bot_id
    assert [event.get("subtype") for event in events] == [
        None,
        "message_changed",
        "message_deleted",
    ]
    assert events[1]["previous_message"]["text"] == "One"


async def test_a_response_address_serves_five_times_for_thirty_minutes(plain: Plain) -> None:
    slack = plain.playground.slack
    now = 0.0
    slack.seconds = lambda: now

    async def answer(url: str, **body: Any) -> tuple[int, str]:
        async with plain.session.post(url, json=body) as response:
            return response.status, await response.text()

    url = slack.new_response_url(ME, slack.im(ME).id)
    assert await answer(url, text="x" * 10, response_type="in_channel") == (200, "ok")
    assert not slack.im(ME).messages[-1].only_for
    assert await answer(url) == (400, "no_text")
    assert await answer(url, blocks=[{"type": "marquee"}]) == (400, "invalid_blocks")
    assert await answer(url, delete_original=True) == (400, "message_not_found")
    assert await answer(url, text="Last") == (200, "ok")
    status, text = await answer(url, text="Too much")
    assert (status, json.loads(text)["error"]) == (404, "used_url")
    old = slack.new_response_url(ME, slack.im(ME).id)
    now += 30 * 60 + 1
    status, text = await answer(old, text="Late")
    assert (status, json.loads(text)["error"]) == (404, "expired_url")
