"""Keep strangers out: loopback names only, small bodies, strict headers."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers.playground.methods_files import MOST_BYTES

__all__ = ["Guard", "hanging_up", "loopback", "same_site"]

LARGEST_BODY = 1_000_000
_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def loopback(host: str) -> bool:
    """Whether a Host header names this machine itself (a port may follow)."""
    name, _, port = host.rpartition(":")
    if not port.isdigit():
        name = host
    return name.lower() in _NAMES


class _TooLarge(Exception):
    """The body is larger than announced or allowed."""


class Guard:
    """ASGI middleware: 400 for other hosts, 413 for large bodies, safe headers on every answer.

    Pages of other sites may still post here; for what people do, ``page_api`` therefore asks for a
    header that such a page cannot set.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not loopback(headers.get(b"host", b"").decode("latin-1")):
            await _refuse(scope, receive, send, 400, "This address answers on loopback only.")
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        await self._http(scope, receive, send, headers)

    async def _http(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]
    ) -> None:
        allowed = MOST_BYTES if scope["path"].startswith("/upload/") else LARGEST_BODY
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > allowed:
            await _refuse(scope, receive, send, 413, "The body is too large.")
            return
        received = 0
        started = False

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > allowed:
                raise _TooLarge
            return message

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                extra = [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        try:
            await self.app(scope, limited, dressed)
        except _TooLarge:
            if not started:
                await _refuse(scope, receive, send, 413, "The body is too large.")


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse(text, status)(scope, receive, send)


def hanging_up(send: Send) -> Callable[[], None]:
    """How to close the connection of this request without an answer.

    ASGI has no word for it; uvicorn's ``send`` is a method of an object that knows its transport.
    """

    def hang_up() -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is None:
            raise ConnectionResetError
        transport.abort()

    return hang_up


def same_site(request: Request) -> bool:
    """Whether a request of the page really comes from the page."""
    return request.headers.get("x-playground") == "1"
