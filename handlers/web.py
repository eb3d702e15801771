"""Slack over HTTP: the one address that Slack posts to, health, and figures.

Nothing is parsed before its signature is checked, and nothing larger than a megabyte, or slower
than ten seconds, is read.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.ports import Clock
from handlers.metrics import ACKNOWLEDGED, CONTENT_TYPE_LATEST, FORGED, generate_latest
from handlers.slack.app import UNREADABLE
from handlers.slack.blame import where

__all__ = ["FORGED", "LARGEST", "Check", "SlackEndpoint", "create_web", "parsed"]

log = structlog.get_logger(__name__)

LARGEST: Final = 1024 * 1024
"""Bytes of a request; Slack's own stay far below."""

PATIENCE: Final = 10.0
"""Seconds that a body may take. Slack sends it in one go, and waits three for the answer."""

Check = Callable[[], Awaitable[str | None]]
"""Returns None where all is well, or one sentence that says what is not."""

Refresh = Callable[[], Awaitable[None]]
"""Brings figures up to date that are not counted in this process."""

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class _Seconds(SignatureClock):
    """Our clock, as Slack's library reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class SlackEndpoint:
    """Takes what Slack posts, as an ASGI application.

    Args:
        app: The Bolt application.
        signing_secret: With which Slack signs; ``ValueError`` where it is empty.
        clock: The time, to tell old signatures (more than five minutes).
        patience: Seconds that a body may take.
    """

    def __init__(
        self, app: AsyncApp, signing_secret: str, clock: Clock, patience: float = PATIENCE
    ) -> None:
        self._app = app
        self._patience = patience
        self._verifier = SignatureVerifier(signing_secret, _Seconds(clock))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in reversed(scope["headers"])
        }
        try:
            async with asyncio.timeout(self._patience):
                raw = await _body(headers, receive)
        except TimeoutError:
            await _answer(send, HTTPStatus.REQUEST_TIMEOUT)
            return
        except ClientDisconnect:
            return
        if raw is None:
            await _answer(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif not self._is_signed(headers, raw):
            FORGED.inc()
            log.warning("slack.forged_request")
            await _answer(send, HTTPStatus.UNAUTHORIZED)
        elif (body := parsed(raw)) is None:
            log.warning("slack.unreadable_request", size=len(raw))
            await _answer(send, HTTPStatus.BAD_REQUEST)
        else:
            with ACKNOWLEDGED.time():
                await self._dispatch(body, send)

    async def _dispatch(self, body: dict[str, Any], send: Send) -> None:
        try:
            # Bolt's own parser takes a command with the word "payload" in it for a form, so it
            # gets the body parsed; "socket_mode" is its name for that.
            request = AsyncBoltRequest(mode="socket_mode", body=body)
            response = await self._app.async_dispatch(request)
        except UNREADABLE as error:
            log.warning("slack.misshapen_request", error=type(error).__name__, at=where(error))
            await _answer(send, HTTPStatus.BAD_REQUEST)
            return
        kind = response.headers["content-type"][0].encode()
        await _answer(send, response.status, response.body.encode(), kind)

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("x-slack-request-timestamp")
        try:
            return self._verifier.is_valid(body, stamp, headers.get("x-slack-signature"))
        except (ValueError, TypeError, OverflowError):
            # No whole number, letters beyond ASCII, or a body that is no text: not Slack's.
            return False


def parsed(raw: bytes) -> dict[str, Any] | None:
    """Return what Slack posted, or None where it is nothing that Slack posts.

    Events are JSON, commands a form, everything else JSON in a form's field ``payload``.
    """
    try:
        text = raw.decode()
        if text.startswith("{"):
            found = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
            found = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None
    is_known = isinstance(found, dict) and ("type" in found or "command" in found)
    return found if is_known else None


def create_web(  # noqa: PLR0913  named parts, each of which a test replaces
    bolt_app: AsyncApp,
    *,
    signing_secret: str | None,
    clock: Clock,
    alive: Check,
    ready: Check,
    install: Sequence[Route] = (),
    figures: Refresh | None = None,
) -> Starlette:
    """Return the web application.

    Args:
        bolt_app: What ``handlers.slack.app.create_app`` returned.
        signing_secret: With which Slack signs; None where Slack comes over Socket Mode, and then
            nothing is served at its address.
        clock: The time, to tell old signatures.
        alive: Whether the process can go on at all.
        ready: Whether it can serve now: database, migrations, chat.
        install: The addresses of an installation over OAuth (``Installing.routes``), if any.
        figures: Brings figures up to date that are not counted in this process.
    """
    slack: list[Route] = []
    if signing_secret is not None:
        endpoint = SlackEndpoint(bolt_app, signing_secret, clock)
        slack.append(Route("/slack/events", endpoint, methods=["POST"]))
    web = Starlette(
        routes=[
            *slack,
            *install,
            Route("/healthz", _checked(alive), methods=["GET"]),
            Route("/readyz", _checked(ready), methods=["GET"]),
            Route("/metrics", _metrics(figures), methods=["GET"]),
        ],
        middleware=[Middleware(_SecureHeaders)],
    )
    web.router.redirect_slashes = False  # its redirect repeats whatever host was asked for
    return web


class _SecureHeaders:
    """Adds to every answer what keeps browsers from making anything of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def _checked(check: Check) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        why = await check()
        status = HTTPStatus.OK if why is None else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ok": why is None} | ({"why": why} if why else {}), status)

    return answer


def _metrics(figures: Refresh | None) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        if figures is not None:
            await figures()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return answer


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes | None:
    """Read the body; None where it is larger than ``LARGEST``. Raise ``ClientDisconnect``."""
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > LARGEST:
        return None
    read = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        read += message.get("body", b"")
        if len(read) > LARGEST:
            return None
        if not message.get("more_body", False):
            return bytes(read)


async def _answer(
    send: Send, status: int, body: bytes = b"", kind: bytes = b"text/plain; charset=utf-8"
) -> None:
    length = str(len(body)).encode()
    headers = [(b"content-type", kind), (b"content-length", length)]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
