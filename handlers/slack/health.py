"""Whether Slack takes our token, grants every scope, and agrees with our clock."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import MissingScope
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
    """Return a sentence on the token; raise a ``ChatError`` that says what is wrong with it."""
    with translating("auth.test"):
        answer = await client.auth_test()
    granted = _granted(answer.headers)
    if granted is not None:
        for scope in SCOPES:
            if scope not in granted:
                raise MissingScope(scope=scope, method="auth.test", code="missing_scope")
    return f"installed in {answer.get('team', 'the workspace')}{_drift(answer.headers, now)}"


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
