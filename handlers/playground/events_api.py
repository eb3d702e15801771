"""Signed HTTP delivery to the app's request addresses.

Sources: https://docs.slack.dev/authentication/verifying-requests-from-slack (the v0 signature) and
https://docs.slack.dev/apis/events-api (retries and their headers), read in November 2026.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from handlers.playground.delivery import Answer
from handlers.playground.model import Json
from handlers.playground.reading import read_json

__all__ = ["EventsApi", "signed"]


def signed(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The two headers that prove a request comes from Slack.

    The signature is HMAC-SHA256 of ``v0:timestamp:body`` under the app's signing secret.
    """
    base = b"v0:%d:%b" % (timestamp, body)
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class EventsApi:
    """Sends payloads to the request addresses, once those are set.

    Args:
        secret: the app's signing secret.
        seconds: how long the app has to answer.
        clock: real seconds since 1970, for the timestamp of the signature.
    """

    def __init__(
        self, secret: str, *, seconds: float = 3.0, clock: Callable[[], float] = time.time
    ) -> None:
        self.secret = secret
        self.seconds = seconds
        self.clock = clock
        self.urls: dict[str, str] = {}

    @property
    def ready(self) -> bool:
        """Whether request addresses are set."""
        return bool(self.urls)

    def configure(self, url: str, *, commands: str = "", interactivity: str = "") -> None:
        """Set the request addresses; commands and interactivity default to the one for events."""
        self.urls = {
            "events_api": url,
            "slash_commands": commands or url,
            "interactive": interactivity or url,
        }

    async def verify(self, challenge: str = "riverbank") -> bool:
        """Whether the events address answers Slack's ``url_verification`` challenge."""
        payload = {"type": "url_verification", "token": "unused", "challenge": challenge}
        answer = await self.send("events_api", payload)
        said = (answer.body or {}).get("challenge", (answer.body or {}).get("text"))
        return answer.accepted and said == challenge

    async def send(self, kind: str, payload: Json, retry: int = 0, reason: str = "") -> Answer:
        """Post one signed request and read the answer."""
        body, content_type = _encoded(kind, payload)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signed(self.secret, body, int(self.clock())),
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        try:
            timeout = aiohttp.ClientTimeout(total=self.seconds)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.urls[kind], data=body, headers=headers) as response,
            ):
                return await _answer(response)
        except TimeoutError:
            return Answer(accepted=False, reason="http_timeout")
        except aiohttp.ClientError:
            return Answer(accepted=False, reason="connection_failed")


def _encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload).encode(), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), form
    return json.dumps(payload).encode(), "application/json"


async def _answer(response: aiohttp.ClientResponse) -> Answer:
    text = await response.text()
    retry = response.headers.get("X-Slack-No-Retry") != "1"
    if not response.ok:
        return Answer(accepted=False, reason="http_error", retry=retry)
    if not text.strip():
        return Answer(accepted=True)
    try:
        body = read_json(text)
    except ValueError:
        return Answer(accepted=True, body={"text": text})
    return Answer(accepted=True, body=body if isinstance(body, dict) else {"text": text})
