"""What Slack answers, and what it means."""

from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import (
    ChatError,
    ChatFailed,
    ChatLimited,
    ChatRefused,
    ChatUncertain,
    MemberUnreachable,
    MissingScope,
    TokenRevoked,
)
from handlers.slack.errors import PATIENCE, translated, translating
from tests.handlers.slack.desk import api_error, refusal

POST = "chat.postMessage"


def answered(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="/",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )
    return api_error(response)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("token_revoked", TokenRevoked),
        ("invalid_auth", TokenRevoked),
        ("account_inactive", TokenRevoked),
        ("not_authed", TokenRevoked),
        ("user_not_found", MemberUnreachable),
        ("channel_not_found", MemberUnreachable),
        ("user_disabled", MemberUnreachable),
        ("cannot_dm_bot", MemberUnreachable),
        ("is_archived", MemberUnreachable),
        ("service_unavailable", ChatFailed),
        ("internal_error", ChatUncertain),
        ("fatal_error", ChatUncertain),
        ("invalid_blocks", ChatRefused),
        ("a_code_of_tomorrow", ChatRefused),
    ],
)
def test_a_code_means(code: str, kind: type[ChatError]) -> None:
    error = translated(answered({"ok": False, "error": code}), POST)
    assert type(error) is kind
    assert POST in str(error)


@pytest.mark.parametrize("header", ["Retry-After", "retry-after"])
def test_a_limit_carries_the_seconds(header: str) -> None:
    error = translated(answered({"ok": False}, 429, {header: "7"}), POST)
    assert isinstance(error, ChatLimited)
    assert error.facts["seconds"] == 7


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}])
def test_a_limit_without_seconds_waits_a_while(headers: dict[str, str]) -> None:
    error = translated(answered({"ok": False, "error": "ratelimited"}, 200, headers), POST)
    assert isinstance(error, ChatLimited)
    assert error.facts["seconds"] == PATIENCE


def test_a_missing_scope_is_named() -> None:
    error = translated(
        answered({"ok": False, "error": "missing_scope", "needed": "files:write"}), POST
    )
    assert isinstance(error, MissingScope)
    assert "files:write" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"), [(200, ChatUncertain), (403, ChatFailed), (404, ChatFailed)]
)
def test_a_page_in_slacks_place_is_no_refusal_for_good(status: int, kind: type[ChatError]) -> None:
    unread = api_error(SimpleNamespace(status=status, headers={}))
    assert type(translated(unread, POST)) is kind


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_without_an_answer_does_not_know_what_happened(status: int) -> None:
    assert type(translated(answered({}, status), POST)) is ChatUncertain
    unread = api_error(SimpleNamespace(status=status, headers={}))
    assert type(translated(unread, POST)) is ChatUncertain


@pytest.mark.parametrize("status", [500, 501, 503])
def test_an_error_of_the_server_is_a_failure(status: int) -> None:
    assert type(translated(answered({}, status), POST)) is ChatFailed
    unread = api_error(SimpleNamespace(status=status, headers={}))
    assert type(translated(unread, POST)) is ChatFailed


def test_a_plain_dictionary_is_read_too() -> None:
    assert isinstance(translated(refusal("invalid_auth"), POST), TokenRevoked)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), ChatUncertain),
        (aiohttp.ServerDisconnectedError(), ChatUncertain),
        (aiohttp.ClientOSError(104, "reset"), ChatUncertain),
        (ConnectionResetError(), ChatUncertain),
        (ConnectionRefusedError(), ChatFailed),
        (
            aiohttp.ClientConnectorError(SimpleNamespace(host="h", port=1, ssl=False), OSError()),  # type: ignore[arg-type]  # only read when it is printed
            ChatFailed,
        ),
        (SlackRequestError("upload"), ChatFailed),
        (RuntimeError(), ChatUncertain),
    ],
)
def test_a_silence_means(error: Exception, kind: type[ChatError]) -> None:
    assert type(translated(error, POST)) is kind


def test_what_was_translated_already_stays() -> None:
    first = ChatLimited(method=POST, seconds=3)
    assert translated(first, "users.info") is first


def test_nothing_of_slacks_text_is_carried_on() -> None:
    told = {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": ["Ana said"]}}
    error = translated(answered(told), POST)
    assert "Ana" not in f"{error} {error.facts}"


def test_translating_leaves_our_own_exceptions_alone() -> None:
    with pytest.raises(ChatLimited), translating(POST):
        raise ChatLimited(method=POST, seconds=3)
    with pytest.raises(ChatUncertain), translating(POST):
        raise TimeoutError
