"""What Slack's refusals and silences mean, in Attune's own exceptions.

Codes and their meaning are those of Slack's method reference. Nothing of Slack's text is carried
on, only the code: a message may quote what was posted.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

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
from handlers.metrics import LIMITED

TROUBLE: Final = (
    SlackClientError,
    aiohttp.ClientError,
    TimeoutError,
    ConnectionError,
    AttributeError,  # the SDK's own stumble over an answer of 200 that is no JSON object
)
"""Everything that a call of the Web API raises."""

PATIENCE: Final = 30
"""Seconds to wait where Slack asks to wait and does not say how long."""

_SERVER: Final = HTTPStatus.INTERNAL_SERVER_ERROR
_GATEWAY: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_KINDS: Final[Mapping[type[ChatError], frozenset[str]]] = {
    TokenRevoked: frozenset(
        {
            "account_inactive",
            "app_uninstalled",
            "invalid_auth",
            "not_authed",
            "team_access_not_granted",
            "token_expired",
            "token_revoked",
        }
    ),
    MemberUnreachable: frozenset(
        {
            "cannot_dm_bot",
            "channel_not_found",
            "is_archived",
            "is_inactive",
            "messages_tab_disabled",
            "not_in_channel",
            "user_disabled",
            "user_not_found",
            "user_not_visible",
            "users_not_found",
        }
    ),
    ChatFailed: frozenset({"request_timeout", "service_unavailable", "team_added_to_org"}),
    # Slack's reference says of both: some of the operation may have succeeded before the error.
    ChatUncertain: frozenset({"fatal_error", "internal_error"}),
}


def translated(error: Exception, method: str) -> ChatError:
    """Return the exception of ours that says what ``error`` means for a call of ``method``.

    ``error`` is one of ``TROUBLE``; anything else is taken for a silence (``ChatUncertain``),
    because it cannot be told whether Slack did what was asked.
    """
    if isinstance(error, ChatError):
        return error
    if not isinstance(error, SlackApiError):
        return _unanswered(error, method)
    status, headers, data = _parts(error.response)
    code = str(data.get("error") or f"http_{status}")
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _LIMITED:
        LIMITED.labels(method).inc()
        return ChatLimited(method=method, seconds=_seconds(headers))
    if code == "missing_scope":
        return MissingScope(method=method, code=code, scope=str(data.get("needed") or "it needs"))
    kind = _kind(code) if "error" in data and status < _SERVER else _kind_of_page(status)
    return kind(method=method, code=code)


def _kind_of_page(status: int) -> type[ChatError]:
    """Return what a status means where Slack says nothing itself: it has trouble, or a proxy's or
    a maintenance page stands in its place. That is no refusal for good. A gateway that got no
    answer from behind it (502, 504) does not know either whether Slack did what was asked.
    """
    is_known = status >= HTTPStatus.BAD_REQUEST and status not in _GATEWAY
    return ChatFailed if is_known else ChatUncertain


def _kind(code: str) -> type[ChatError]:
    return next((kind for kind, codes in _KINDS.items() if code in codes), ChatRefused)


@contextmanager
def translating(method: str) -> Iterator[None]:
    """Raise our own exception for whatever a call of ``method`` inside raises."""
    try:
        yield
    except TROUBLE as error:
        raise translated(error, method) from error


def _unanswered(error: Exception, method: str) -> ChatError:
    """Where no connection came about, nothing can have been posted; otherwise nobody knows."""
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return ChatFailed(method=method, code="no_connection")
    if isinstance(error, SlackClientError):
        return ChatFailed(method=method, code="request_error")
    if isinstance(error, AttributeError):
        return ChatUncertain(method=method, code="no JSON")
    return ChatUncertain(method=method)


def _parts(response: Any) -> tuple[int, Mapping[str, Any], Mapping[str, Any]]:
    """Return status, headers and data of whatever the SDK attached to its exception.

    That is its own response, a dictionary, or aiohttp's response where the body was no JSON.
    """
    if isinstance(response, Mapping):
        return HTTPStatus.OK, {}, response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", HTTPStatus.OK)
    data = getattr(response, "data", None)
    headers = getattr(response, "headers", None) or {}
    return status, headers, data if isinstance(data, Mapping) else {}


def _seconds(headers: Mapping[str, Any]) -> int:
    named = {str(name).lower(): value for name, value in headers.items()}
    asked = str(named.get("retry-after", "")).strip()
    return int(asked) if asked.isdecimal() else PATIENCE
