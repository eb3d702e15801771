"""Posting over HTTP to a small stand-in for Slack: one post a delivery, found again by its id."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import (
    ChatLimited,
    ChatRefused,
    ChatUncertain,
    MemberUnreachable,
    MissingScope,
    TokenRevoked,
)
from bot.messages import CallRequest, DigestMessage, Posted
from handlers.slack.messenger import EVENT, PAUSES, SlackMessenger

Answer = dict[str, Any] | int

HELLO = CallRequest("U2", datetime(2026, 11, 23, tzinfo=UTC))
DIGEST = DigestMessage("d1", "River", "Most answered.", b"\x89PNG picture", "Lines.", (), ())


@dataclass
class Slack:
    """Answers as told, once each, and otherwise well; keeps what was posted and uploaded."""

    script: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    uploaded: list[bytes] = field(default_factory=list)

    def of(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _given(request)
        self.calls.append((method, given))
        told = self.script.get(method, [])
        answer = told.pop(0) if told else self._well(method, given, request)
        if isinstance(answer, int):
            return web.json_response({"ok": False}, status=answer, headers={"Retry-After": "7"})
        return web.json_response(answer)

    def _well(self, method: str, given: dict[str, Any], request: web.Request) -> dict[str, Any]:
        if method == "conversations.open":
            return {"ok": True, "channel": {"id": f"D-{given['users']}"}}
        if method == "chat.postMessage":
            ts = f"1763888400.{len(self.posted):06}"
            self.posted.append({**given, "ts": ts})
            return {"ok": True, "channel": given["channel"], "ts": ts}
        if method == "files.getUploadURLExternal":
            return {"ok": True, "upload_url": f"{request.url.origin()}/upload", "file_id": "F0PIC"}
        if method == "files.completeUploadExternal":
            return {"ok": True, "files": given["files"]}
        if method == "conversations.history":
            return {"ok": True, "messages": list(reversed(self.posted))}
        return {"ok": False, "error": "unknown_method"}

    async def upload(self, request: web.Request) -> web.Response:
        self.uploaded.append(await request.read())
        return web.Response(text="OK")


async def _given(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        data: dict[str, Any] = await request.json()
        return data
    form = {**request.query, **await request.post()}
    return {name: _structure(str(value)) for name, value in form.items()}


def _structure(value: str) -> Any:
    return json.loads(value) if value[:1] in "[{" else value


@dataclass
class Stage:
    slack: Slack
    messenger: SlackMessenger
    pauses: list[float]


@asynccontextmanager
async def on_stage(slack: Slack) -> AsyncIterator[Stage]:
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.api)
    app.router.add_post("/upload", slack.upload)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async with ClientSession() as session:

        async def clients(_workspace: str) -> AsyncWebClient:
            return AsyncWebClient(
                token="xoxb-1", base_url=f"http://127.0.0.1:{port}/api/", session=session
            )

        yield Stage(slack, SlackMessenger(clients, pause), pauses)
    await runner.cleanup()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage(Slack()) as here:
        yield here


async def test_a_message_is_posted_once_and_marked(stage: Stage) -> None:
    posted = await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
    assert posted == Posted("D-U1", "1763888400.000000")
    (one,) = stage.slack.posted
    assert one["metadata"] == {"event_type": EVENT, "event_payload": {"delivery_id": "delivery-1"}}
    assert "<@U2>" in one["text"]


async def test_a_conversation_is_opened_once(stage: Stage) -> None:
    for _ in range(3):
        await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
    assert len(stage.slack.of("conversations.open")) == 1


async def test_a_post_is_found_by_its_delivery(stage: Stage) -> None:
    await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
    posted = await stage.messenger.post("T1", "U1", HELLO, "delivery-2")
    assert await stage.messenger.find("T1", "U1", "delivery-2") == posted
    assert await stage.messenger.find("T1", "U1", "delivery-3") is None
    asked = stage.slack.of("conversations.history")[0]
    assert asked["limit"] == "15"
    assert str(asked["include_all_metadata"]).lower() in ("1", "true")


async def test_another_apps_metadata_is_not_taken_for_ours(stage: Stage) -> None:
    stage.slack.posted.append(
        {"ts": "1", "metadata": {"event_type": "x", "event_payload": {"delivery_id": "d"}}}
    )
    stage.slack.posted.append({"ts": "2"})
    assert await stage.messenger.find("T1", "U1", "d") is None


async def test_the_picture_is_in_the_one_post_that_carries_the_delivery(stage: Stage) -> None:
    await stage.messenger.post("T1", "U1", DIGEST, "delivery-1")
    (one,) = stage.slack.posted
    image = next(block for block in one["blocks"] if block["type"] == "image")
    assert image["slack_file"] == {"id": "F0PIC"}
    assert one["metadata"]["event_payload"] == {"delivery_id": "delivery-1"}
    assert stage.slack.uploaded == [b"\x89PNG picture"]
    (completed,) = stage.slack.of("files.completeUploadExternal")
    assert "channel_id" not in completed


async def test_a_picture_that_slack_still_works_on_is_waited_for(stage: Stage) -> None:
    refused: Answer = {"ok": False, "error": "invalid_blocks"}
    stage.slack.script["chat.postMessage"] = [refused, refused]
    await stage.messenger.post("T1", "U1", DIGEST, "delivery-1")
    (one,) = stage.slack.posted
    assert any(block["type"] == "image" for block in one["blocks"])
    assert stage.pauses == list(PAUSES[:2])


async def test_a_picture_that_slack_never_takes_is_left_out(stage: Stage) -> None:
    refused: Answer = {"ok": False, "error": "invalid_blocks"}
    stage.slack.script["chat.postMessage"] = [refused] * (len(PAUSES) + 1)
    await stage.messenger.post("T1", "U1", DIGEST, "delivery-1")
    (one,) = stage.slack.posted
    assert not any(block["type"] == "image" for block in one["blocks"])
    assert "Slack did not take it" in json.dumps(one["blocks"])


async def test_without_the_scope_the_digest_comes_in_words_and_says_so(stage: Stage) -> None:
    stage.slack.script["files.getUploadURLExternal"] = [
        {"ok": False, "error": "missing_scope", "needed": "files:write", "provided": "chat:write"}
    ]
    await stage.messenger.post("T1", "U1", DIGEST, "delivery-1")
    (one,) = stage.slack.posted
    assert not any(block["type"] == "image" for block in one["blocks"])
    assert "files:write" in json.dumps(one["blocks"])


async def test_a_digest_without_numbers_uploads_nothing(stage: Stage) -> None:
    plain = DigestMessage("d1", "River", "Too few answered.", None, "", (), ())
    await stage.messenger.post("T1", "U1", plain, "delivery-1")
    assert stage.slack.of("files.getUploadURLExternal") == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (429, ChatLimited),
        ({"ok": False, "error": "token_revoked"}, TokenRevoked),
        ({"ok": False, "error": "missing_scope", "needed": "chat:write"}, MissingScope),
        ({"ok": False, "error": "msg_too_long"}, ChatRefused),
    ],
)
async def test_what_slack_refuses_is_raised_in_our_words_and_not_repeated(
    stage: Stage, answer: Answer, kind: type[Exception]
) -> None:
    stage.slack.script["chat.postMessage"] = [answer]
    with pytest.raises(kind):
        await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
    assert len(stage.slack.of("chat.postMessage")) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "chat.postMessage"])
async def test_passing_trouble_with_a_picture_leaves_the_delivery_for_later(
    stage: Stage, method: str
) -> None:
    stage.slack.script[method] = [429]
    with pytest.raises(ChatLimited):
        await stage.messenger.post("T1", "U1", DIGEST, "delivery-1")
    assert stage.slack.posted == []


async def test_a_revoked_token_is_not_taken_for_a_missing_picture(stage: Stage) -> None:
    stage.slack.script["files.getUploadURLExternal"] = [{"ok": False, "error": "token_revoked"}]
    with pytest.raises(TokenRevoked):
        await stage.messenger.post("T1", "U1", DIGEST, "delivery-1")
    assert stage.slack.of("chat.postMessage") == []


async def test_a_conversation_that_is_gone_is_opened_anew_next_time(stage: Stage) -> None:
    stage.slack.script["chat.postMessage"] = [{"ok": False, "error": "channel_not_found"}]
    with pytest.raises(MemberUnreachable):
        await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
    await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
    assert len(stage.slack.of("conversations.open")) == 2


async def test_a_connection_that_drops_after_the_post_is_uncertain_and_not_repeated() -> None:
    class Dropping(Slack):
        async def api(self, request: web.Request) -> web.StreamResponse:
            answer = await super().api(request)
            if request.match_info["method"] == "chat.postMessage" and len(self.posted) == 1:
                assert request.transport is not None
                request.transport.close()
            return answer

    async with on_stage(Dropping()) as stage:
        with pytest.raises(ChatUncertain):
            await stage.messenger.post("T1", "U1", HELLO, "delivery-1")
        assert len(stage.slack.posted) == 1
        assert await stage.messenger.find("T1", "U1", "delivery-1") is not None
