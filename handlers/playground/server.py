"""The playground as a Starlette application, and how to serve it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from handlers.playground import (
    installing,
    methods_files,
    methods_people,
    methods_views,
    page_api,
    web_api,
)
from handlers.playground.controls import Controls
from handlers.playground.guard import Guard, hanging_up
from handlers.playground.hub import Playground
from handlers.playground.model import SlackError
from handlers.playground.page_api import json_body
from handlers.playground.responses import apply_response_url
from handlers.playground.state import SlackState

__all__ = ["application", "create_playground", "free_port", "running_playground", "server_for"]

_STATIC = Path(__file__).with_name("static")
# Importing a module of methods registers them.
_METHOD_MODULES = (methods_people, methods_views, methods_files)


class _App(Starlette):
    """Starlette, with the means to hang up (for faults) lent to each request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["playground.hang_up"] = hanging_up(send)
        await super().__call__(scope, receive, send)


def create_playground(slack: SlackState, controls: Controls | None = None) -> Starlette:
    """All routes around one workspace; the :class:`Playground` is at ``app.state.playground``."""
    return application(Playground(slack, controls))


def application(playground: Playground) -> Starlette:
    """All routes around a playground that is already put together."""
    static = StaticFiles(directory=_STATIC, check_dir=False)
    app = _App(
        routes=[
            Route("/", _index),
            Mount("/static", static),
            Route("/api/{method}", _web_api, methods=["GET", "POST"]),
            Route("/oauth/v2/authorize", installing.authorise),
            Route("/upload/v1/{word}", methods_files.receive, methods=["POST"]),
            Route("/hooks/{team}/{url_id}", _response_url, methods=["POST"]),
            WebSocketRoute("/link", _link),
            *page_api.ROUTES,
        ],
        middleware=[Middleware(Guard)],
    )
    app.state.playground = playground
    return app


async def _index(_request: Request) -> Response:
    page = _STATIC / "index.html"
    if not page.is_file():
        return PlainTextResponse("The page of the playground is missing.", 404)
    return FileResponse(page)


async def _web_api(request: Request) -> Response:
    return await web_api.respond(request.app.state.playground, request)


async def _link(websocket: WebSocket) -> None:
    await websocket.app.state.playground.socket.link(websocket)


async def _response_url(request: Request) -> Response:
    """Take a post to a response address; Slack answers ``ok``, or the name of the error."""
    playground: Playground = request.app.state.playground
    body = await json_body(request)
    status = 200
    try:
        url = playground.slack.use_response_url(request.path_params["url_id"])
    except SlackError as error:
        return JSONResponse({"ok": False, "error": error.error}, 404)
    try:
        message = apply_response_url(playground.slack, url, body)
        answer = "ok"
        if message is not None and not message.only_for:
            playground.announce(message)
    except SlackError as error:
        status, answer = 400, error.error
    playground.traffic.add("in", "response_url", status, {"arguments": body, "answer": answer}, 0)
    return PlainTextResponse(answer, status)


class _Server(uvicorn.Server):
    """Says when it has started, and lets waiting pages go before it waits for them."""

    def __init__(self, config: uvicorn.Config, playground: Playground) -> None:
        super().__init__(config)
        self.playground = playground
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.playground.close()
        await super().shutdown(sockets)


class _NestedServer(_Server):
    """Stops at once, and leaves the signals to the process, which is a test's."""

    def __init__(self, config: uvicorn.Config, playground: Playground) -> None:
        super().__init__(config, playground)
        self.leave = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.leave.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def server_for(playground: Playground, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Server:
    """A server for a playground, to be run by the caller (``await server.serve()``).

    Raises:
        ValueError: the host is not a loopback address.
    """
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("The playground listens on loopback only.")
    return _Server(_config(playground, host, port), playground)


def _config(playground: Playground, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    return uvicorn.Config(
        application(playground),
        host=host,
        port=port,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=2,
        ws="websockets-sansio",  # uvicorn's other choice is built on a deprecated module
    )


def free_port() -> socket.socket:
    """A socket that listens on a free loopback port.

    It names its protocol: asyncio sends without delay (TCP_NODELAY) only on sockets that do, and
    the delay costs 40 ms a request.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    return bound


@contextlib.asynccontextmanager
async def running_playground(playground: Playground) -> AsyncIterator[str]:
    """Serve a playground on a free loopback port of this event loop, for tests.

    Yields:
        The base address, such as ``http://127.0.0.1:40123``; a Slack client wants ``/api/`` added.
    """
    listening = free_port()
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    playground.slack.base_url = base_url
    server = _NestedServer(_config(playground), playground)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await server.up.wait()
        yield base_url
    finally:
        server.leave.set()
        await serving
        listening.close()
