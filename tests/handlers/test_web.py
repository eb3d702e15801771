"""The web application: what is let in, what is refused, and with what answer."""

import copy
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from bot.clinic import Viewer
from bot.errors import StorageUnavailable
from handlers.slack import commands, phrasing, safety
from handlers.slack.app import Bot, FindBot
from handlers.slack.blocks.kit import section
from handlers.slack.blocks.phrasing import ask_modal
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.router import Router
from handlers.web import FORGED, LARGEST, SlackEndpoint, create_web, parsed
from tests.handlers.slack.phrasing_samples import FakeServices, words_of
from tests.handlers.slack.slack_stub import (
    MEMBER,
    WORKSPACE,
    Clock,
    Desk,
    command,
    desk,
    found,
    returned,
)

SECRET = "made-up-secret"
OLDEST = 5 * 60
MARK = "MARKED-7f3a"
EVENT = json.dumps(
    {
        "type": "event_callback",
        "team_id": WORKSPACE,
        "event_id": "E1",
        "event": {"type": "app_home_opened", "user": MEMBER},
    }
)


class Browserless:
    """Posts to the web application as Slack does, without a network."""

    def __init__(self, desk_: Desk, http: httpx.AsyncClient, clock: Clock) -> None:
        self.desk, self.http, self.clock = desk_, http, clock

    async def post(self, body: bytes | str, **headers: str) -> httpx.Response:
        raw = body.encode() if isinstance(body, str) else body
        return await self.http.post(
            "/slack/events", content=raw, headers=signed(raw, self.clock) | headers
        )


def signed(body: bytes, clock: Clock, *, age: int = 0, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()) - age)
    mac = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={mac}",
    }


async def well() -> str | None:
    return None


def explode(router: Router) -> None:
    """Handlers that go wrong, with what was typed in their exception."""

    @router.on(Payload.EVENT, "reaction_added")
    async def failing(call: Call) -> None:
        raise RuntimeError(str(call.event))

    @router.on(Payload.COMMAND, "/boom")
    async def boom(call: Call) -> Reply:
        raise RuntimeError(call.value)

    @router.on(Payload.COMMAND, "/echo")
    async def echo(call: Call) -> Reply:
        return Reply(text="Heard.", blocks=[section(str(len(call.value)))])


@asynccontextmanager
async def serving(services: Any, find: FindBot = found) -> AsyncIterator[Browserless]:
    registers = (phrasing.register, safety.register, commands.register, explode)
    async with desk(services, *registers, find=find) as made:
        clock = Clock()
        web = create_web(made.app, signing_secret=SECRET, clock=clock, alive=well, ready=well)
        transport = httpx.ASGITransport(app=web, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://attune") as http:
            yield Browserless(made, http, clock)


@pytest.fixture
async def slack() -> AsyncIterator[Browserless]:
    async with serving(FakeServices()) as served:
        yield served


def interactive(**payload: Any) -> str:
    return urlencode({"payload": json.dumps(payload)})


async def test_a_signed_command_is_answered_end_to_end(slack: Browserless) -> None:
    answer = await slack.post(urlencode(command("C: Am I bad? T: No, no")))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["response_type"] == "ephemeral"
    assert "confrontation" in words_of(answer.json()["blocks"])


async def test_a_command_may_speak_of_a_payload(slack: Browserless) -> None:
    typed = urlencode(command("payload=1 & the client's payload") | {"command": "/echo"})
    assert words_of((await slack.post(typed)).json()["blocks"]) == str(
        len("payload=1 & the client's payload")
    )


async def test_the_challenge_is_returned(slack: Browserless) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "t"})
    answer = await slack.post(body, **{"content-type": "application/json"})
    assert answer.json() == {"challenge": "c-1"}


async def test_an_event_is_acknowledged(slack: Browserless) -> None:
    answer = await slack.post(EVENT, **{"content-type": "application/json"})
    assert (answer.status_code, answer.text) == (200, "")


def refused() -> float:
    return float(FORGED._value.get())  # noqa: SLF001  prometheus_client offers no other reading


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=é"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "-1"},
        {"x-slack-request-timestamp": "9" * 400},
        {"x-slack-request-timestamp": "9" * 5000},
        {"x-slack-request-timestamp": "\u0661" * 10},
    ],
)
async def test_forged_requests_get_401_and_are_counted(
    slack: Browserless, headers: dict[str, str]
) -> None:
    before, body = refused(), urlencode(command("help")).encode()
    given = signed(body, slack.clock) | headers
    raw = {name.encode(): value.encode() for name, value in given.items()}
    answer = await slack.http.post("/slack/events", content=body, headers=raw)
    assert answer.status_code == 401
    assert refused() == before + 1


@pytest.mark.parametrize(("age", "status"), [(OLDEST, 200), (OLDEST + 1, 401), (-OLDEST - 1, 401)])
async def test_a_signature_is_good_for_five_minutes(
    slack: Browserless, age: int, status: int
) -> None:
    body = urlencode(command("x")).encode()
    headers = signed(body, slack.clock, age=age)
    assert (
        await slack.http.post("/slack/events", content=body, headers=headers)
    ).status_code == status


async def test_a_replay_of_another_body_is_refused(slack: Browserless) -> None:
    headers = signed(urlencode(command("help")).encode(), slack.clock)
    other = urlencode(command("delete my data")).encode()
    assert (
        await slack.http.post("/slack/events", content=other, headers=headers)
    ).status_code == 401


async def test_what_is_no_text_cannot_be_signed_by_slack(slack: Browserless) -> None:
    before = refused()
    assert (await slack.post(b"\xff\xfe\x00")).status_code == 401
    assert refused() == before + 1


async def test_another_secret_is_refused(slack: Browserless) -> None:
    body = urlencode(command("help")).encode()
    headers = signed(body, slack.clock, secret="another")
    assert (
        await slack.http.post("/slack/events", content=body, headers=headers)
    ).status_code == 401


async def test_what_is_forged_is_not_parsed(slack: Browserless) -> None:
    headers = signed(b"", slack.clock)
    answer = await slack.http.post("/slack/events", content=b'{"broken', headers=headers)
    assert answer.status_code == 401


def test_an_empty_secret_lets_nobody_in() -> None:
    with pytest.raises(ValueError, match="empty"):
        SlackEndpoint(None, "", Clock())  # type: ignore[arg-type]  # refused before it is looked at


@pytest.mark.parametrize("size", [LARGEST + 1, 3 * LARGEST])
async def test_more_than_a_megabyte_is_refused(slack: Browserless, size: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, size, 65536):
            yield b"x" * min(65536, size - start)

    assert (await slack.post(b"x" * size)).status_code == 413
    answer = await slack.http.post(
        "/slack/events", content=pieces(), headers=signed(b"", slack.clock)
    )
    assert answer.status_code == 413


async def test_a_megabyte_is_read(slack: Browserless) -> None:
    body = urlencode(command("") | {"command": "/echo"}) + "&pad="
    answer = await slack.post(body + "x" * (LARGEST - len(body)))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b'"text"',
        b"{}",
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload=7",
        b"payload=%7B%22a%22%3A",
        b'{"a":' * 5000,
        b"&".join(b"a%d=1" % number for number in range(500)),
        b"=&=&=",
    ],
)
async def test_malformed_bodies_get_400(slack: Browserless, body: bytes) -> None:
    before = refused()
    assert (await slack.post(body)).status_code == 400
    assert refused() == before


PERSON: dict[str, Any] = {"team": {"id": WORKSPACE}, "user": {"id": MEMBER}}
ASKED = returned(ask_modal(), client="Am I bad?", reply="No")
WHOLE: list[dict[str, Any]] = [
    command("C: Am I bad? T: No") | {"response_url": "http://127.0.0.1:9/r"},
    json.loads(EVENT),
    json.loads(EVENT)
    | {"event": {"type": "message", "channel_type": "im", "user": MEMBER, "text": "x"}},
    {"type": "view_submission", "trigger_id": "t", "view": ASKED, **PERSON},
    {
        "type": "block_actions",
        "trigger_id": "t",
        "view": ASKED,
        "actions": [{"type": "button", "action_id": "phrasing.helpful", "value": "1"}],
        **PERSON,
    },
    {"type": "shortcut", "callback_id": "phrasing.global", "trigger_id": "t", **PERSON},
    {
        "type": "message_action",
        "callback_id": "phrasing.message",
        "trigger_id": "t",
        "message": {"type": "message", "user": MEMBER, "text": "x", "ts": "1.1"},
        **PERSON,
    },
]


OTHER_SHAPES: tuple[Any, ...] = (None, "x", 7, [], {}, [None])


def spoilt(whole: Any, depth: int = 4) -> Iterator[Any]:
    """The same payload over and over, each time with one thing in it of another shape."""
    if not depth or not isinstance(whole, dict | list):
        return
    for key in whole if isinstance(whole, dict) else range(len(whole)):
        for other in OTHER_SHAPES:
            copied = copy.copy(whole)
            copied[key] = other
            yield copied
        for inner in spoilt(whole[key], depth - 1):
            copied = copy.copy(whole)
            copied[key] = inner
            yield copied


@pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: whole.get("type", "command"))
async def test_misshapen_payloads_never_break_it(slack: Browserless, whole: dict[str, Any]) -> None:
    json_ = {"content-type": "application/json"}
    assert (await slack.post(json.dumps(whole), **json_)).status_code == 200
    for body in spoilt(whole):
        answer = await slack.post(json.dumps(body), **json_)
        await slack.desk.router.finish()
        assert answer.status_code < 500, body


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_only_posts_are_taken(slack: Browserless, method: str) -> None:
    assert (await slack.http.request(method, "/slack/events")).status_code == 405


async def test_answers_carry_security_headers(slack: Browserless) -> None:
    for path in ("/slack/events", "/healthz", "/nowhere"):
        headers = (await slack.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


async def test_health_readiness_and_figures() -> None:
    async def ill() -> str | None:
        return "The database does not answer."

    async with desk(FakeServices()) as made:
        web = create_web(made.app, signing_secret=SECRET, clock=Clock(), alive=well, ready=ill)
        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport, base_url="http://attune") as http:
            alive, ready, figures = [await http.get(p) for p in ("/healthz", "/readyz", "/metrics")]
    assert (alive.status_code, alive.json()) == (200, {"ok": True})
    assert (ready.status_code, ready.json()["why"]) == (503, "The database does not answer.")
    assert "attune_forged_requests_total" in figures.text


async def test_without_a_secret_slack_is_not_served() -> None:
    async with desk(FakeServices()) as made:
        web = create_web(made.app, signing_secret=None, clock=Clock(), alive=well, ready=well)
        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport, base_url="http://attune") as http:
            assert (await http.post("/slack/events", content=b"x")).status_code == 404
            assert (await http.get("/healthz")).status_code == 200


class Unreachable:
    """A clinic whose database does not answer."""

    async def viewer(self, _workspace: str, _member: str) -> Viewer:
        raise StorageUnavailable


async def unreachable(_workspace: str) -> Bot | None:
    raise StorageUnavailable


async def test_an_unreachable_database_gets_a_sentence() -> None:
    services = FakeServices(clinic=Unreachable())  # type: ignore[arg-type]  # it only fails
    async with serving(services) as slack:
        answer = await slack.post(urlencode(command("help")))
    assert answer.json()["text"] == str(StorageUnavailable())


async def test_without_a_token_commands_get_a_sentence_and_events_come_again() -> None:
    async with serving(FakeServices(), find=unreachable) as slack:
        typed = await slack.post(urlencode(command("help")))
        event = await slack.post(EVENT, **{"content-type": "application/json"})
    assert (typed.status_code, typed.text) == (200, str(StorageUnavailable()))
    assert event.status_code == 503


async def test_a_workspace_without_attune_is_told_so() -> None:
    async def nobody(_workspace: str) -> Bot | None:
        return None

    async with serving(FakeServices(), find=nobody) as slack:
        answer = await slack.post(urlencode(command("help")))
    assert answer.status_code == 200
    assert "not installed" in answer.text


REACTION = {"type": "reaction_added", "user": MEMBER, "text": MARK}
CALLBACK = {"type": "event_callback", "team_id": WORKSPACE, "event_id": "E1"}
MARKED = [
    urlencode(command(MARK) | {"command": "/boom"}),
    urlencode(command(MARK) | {"command": "/unknown"}),
    json.dumps(CALLBACK | {"event": REACTION}),
    json.dumps(CALLBACK | {"event": {"user": MEMBER, "text": MARK}}),
    json.dumps(CALLBACK | {"event": MARK}),
    interactive(type="view_closed", view={"private_metadata": MARK}, **PERSON),
    interactive(type="block_suggestion", value=MARK, action_id="a", **PERSON),
    interactive(type="unheard_of", text=MARK, **PERSON),
    interactive(type="view_submission", view=[MARK], **PERSON),
    f"{{{MARK}",
    f"payload={MARK}",
]


@pytest.mark.parametrize("body", MARKED)
async def test_nothing_that_was_typed_reaches_the_logs(
    slack: Browserless,
    body: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert (await slack.post(body)).status_code < 500
        forged = await slack.http.post(
            "/slack/events", content=body.encode(), headers=signed(b"", slack.clock)
        )
        await slack.desk.router.finish()
    assert forged.status_code == 401
    printed = "".join(capfd.readouterr())
    assert MARK not in caplog.text + printed
    assert MARK not in "".join(str(vars(record)) for record in caplog.records)


def test_what_slack_posts_is_parsed() -> None:
    assert parsed(b'{"type":"x"}') == {"type": "x"}
    assert parsed(b"command=%2Fattune&text=") == {"command": "/attune", "text": ""}
    assert parsed(b"payload=%7B%22type%22%3A1%7D") == {"type": 1}
