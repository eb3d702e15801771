"""Whether Slack takes our tokens, grants every scope, and agrees with our clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BadSetting, ChatError, ChatRefused, ChatSilent, MissingScope
from handlers.slack.errors import translating

SCOPES: Final = {
    "chat:write": "to post check-ins and digests",
    "commands": "for /attune and the shortcuts",
    "im:write": "to open the private conversation with a member",
    "im:history": "to read what a member asks there, and to find a post after a crash",
    "users:read": "for names, time zones and who is an admin",
    "files:write": "for the digest's picture and the downloads",
}
"""Every scope that Attune asks for, and why."""

DRIFT: Final = 60
"""Seconds by which the clocks may differ; Slack refuses signatures older than five minutes."""


async def check_token(client: AsyncWebClient, now: datetime) -> str:
    """Return a sentence on the bot token.

    Raises:
        TokenRevoked: Slack does not take it.
        MissingScope: Scopes are missing; all of them are named.
        ChatSilent: Slack, or whatever is at its address, did not answer as Slack does.
    """
    with _asking("auth.test"):
        answer = await client.auth_test()
    granted = _granted(answer.headers)
    missing = [] if granted is None else [scope for scope in SCOPES if scope not in granted]
    if missing:
        raise MissingScope(scope=", ".join(missing), method="auth.test", code="missing_scope")
    return f"installed in {answer.get('team', 'the workspace')}{_drift(answer.headers, now)}"


async def check_app_token(client: AsyncWebClient, token: str) -> str:
    """Return a sentence on the app-level token, with which Socket Mode connects; raise
    ``BadSetting`` where Slack does not take it, ``ChatSilent`` as above. Nothing is connected.
    """
    try:
        with _asking("apps.connections.open"):
            await client.apps_connections_open(app_token=token)
    except ChatRefused as error:
        why = f"Slack answered {error.facts['code']}"
        raise BadSetting(name="SLACK_APP_TOKEN", why=why) from None
    return "Socket Mode may connect"


@contextmanager
def _asking(method: str) -> Iterator[None]:
    """Raise ``ChatSilent`` where no answer of Slack's came; the SDK stumbles over plain text."""
    try:
        with translating(method):
            yield
    except ChatRefused:
        raise
    except ChatError as error:
        why = f"{method}: {error.facts.get('code', 'nothing in time')}"
        raise ChatSilent(why=why) from error


def _header(headers: dict[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)


def _granted(headers: dict[str, str]) -> frozenset[str] | None:
    listed = _header(headers, "x-oauth-scopes")
    return frozenset(part.strip() for part in listed.split(",")) if listed else None


def _drift(headers: dict[str, str], now: datetime) -> str:
    date = _header(headers, "date")
    if date is None:
        return ""
    seconds = abs((parsedate_to_datetime(date) - now).total_seconds())
    if seconds <= DRIFT:
        return "; the clocks agree"
    return f"; but this machine's clock is {seconds:.0f} s off: set it, or Slack's posts expire"
