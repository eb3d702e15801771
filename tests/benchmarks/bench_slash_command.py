"""What a signed slash command costs: a bare Bolt application beside Attune, in one run.

Each server runs in a process of its own behind uvicorn on a free loopback port; every request
carries a fresh timestamp and signature. "cpu" is the server's own processor time for a request,
which stays comparable on a busy machine. The rounds are interleaved, so that a slow moment of
the machine falls on all servers.

    python -m tests.benchmarks.bench_slash_command [--requests 2000] [--rounds 5] [--at-once 16]

Servers:
  bare bolt             AsyncApp behind Bolt's own ASGI adapter, as its documentation shows it
  bare bolt, pbr        the same with ``process_before_response=True``
  attune, empty         our web application, router and authorisation; a handler that says nothing
  attune, help          all of Attune's handlers with services in memory; ``/attune help``
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import logging
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any, cast
from urllib.parse import urlencode

import structlog
import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clinic import Viewer
from bot.messages import Person
from bot.services import Services
from handlers.slack.app import Authorisation, Bot, create_app, create_client
from handlers.slack.call import Call, Payload
from handlers.slack.features import register_all
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router
from handlers.web import create_web

SECRET = "made-up-for-the-benchmark"
NOWHERE = "http://127.0.0.1:9/api/"
BODY = urlencode(
    {
        "token": "t",
        "team_id": "T1",
        "team_domain": "clinic",
        "channel_id": "D1",
        "channel_name": "directmessage",
        "user_id": "U1",
        "user_name": "robin",
        "command": "/attune",
        "text": "help",
        "api_app_id": "A1",
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/none",
        "trigger_id": "1.2.abc",
    }
).encode()


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class _Clinic:
    async def viewer(self, workspace: str, member: str) -> Viewer:
        return Viewer(Person(workspace, member, "Robin", "Europe/London"), (), is_admin=False)


class _Services:
    """Services that cost nothing, so that what is measured is the way to them."""

    clock = _Clock()
    clinic = _Clinic()

    async def first_time(self, _key: str) -> bool:
        return True


async def _found(_workspace: str) -> Bot | None:
    return Bot("xoxb-made-up", "UB")


async def _well() -> str | None:
    return None


def bare(**options: Any) -> Any:
    """Return a bare Bolt application behind Bolt's ASGI adapter."""

    async def authorize(team_id: str) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id, bot_token="xoxb-made-up", bot_user_id="UB"
        )

    client = AsyncWebClient(base_url=NOWHERE)
    app = AsyncApp(signing_secret=SECRET, client=client, authorize=authorize, **options)

    @app.command("/attune")
    async def attune(ack: Any) -> None:
        await ack()

    return AsyncSlackRequestHandler(app)


def ours(*, everything: bool) -> Any:
    """Return Attune's web application, with all handlers or with one that says nothing."""
    router = Router(cast(Services, _Services()))
    if everything:
        register_all(router, SlackPeople(cast(Any, None), _Clock()))
    else:

        @router.on(Payload.COMMAND, "/attune")
        async def attune(_: Call) -> None:
            return None

    app = create_app(router, Authorisation(_found, _Clock()), create_client(NOWHERE, None))
    return create_web(app, signing_secret=SECRET, clock=_Clock(), alive=_well, ready=_well)


SERVERS: dict[str, Callable[[], Any]] = {
    "bare bolt": bare,
    "bare bolt, pbr": lambda: bare(process_before_response=True),
    "attune, empty": lambda: ours(everything=False),
    "attune, help": lambda: ours(everything=True),
}


def _serve(name: str, wire: Connection) -> None:
    # A request must not pay for printing a line.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))

    config = uvicorn.Config(
        _lazily(name), port=0, log_level="error", access_log=False, lifespan="off"
    )

    async def run() -> None:
        listening = config.bind_socket()

        def report() -> None:
            wire.recv()
            wire.send(time.process_time())

        asyncio.get_running_loop().add_reader(wire.fileno(), report)
        wire.send(listening.getsockname()[1])
        await uvicorn.Server(config).serve(sockets=[listening])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


def _lazily(name: str) -> Any:
    """Return an ASGI application that makes the real one at its first request, inside the loop."""
    made: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if not made:
            made.append(SERVERS[name]())
        await made[0](scope, receive, send)

    return application


@dataclass
class Server:
    """A server's process, its port, and its figures of each round."""

    wire: Connection
    port: int
    cpu: list[float]
    p50: list[float]
    p99: list[float]

    def processor_seconds(self) -> float:
        """Ask the process how much processor time it has used."""
        self.wire.send("?")
        return float(self.wire.recv())


@contextmanager
def running(name: str) -> Iterator[Server]:
    """Run one server in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(name, there), daemon=True)
    process.start()
    try:
        if not here.poll(60):
            raise RuntimeError(f"{name} did not start")
        yield Server(here, here.recv(), [], [], [])
    finally:
        process.terminate()
        process.join(5)


def request() -> bytes:
    """Return one signed request, as bytes on the wire."""
    stamp = str(int(time.time())).encode()
    mac = hmac.digest(SECRET.encode(), b"v0:" + stamp + b":" + BODY, hashlib.sha256).hex()
    head = (
        "POST /slack/events HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        "content-type: application/x-www-form-urlencoded\r\n"
        f"x-slack-request-timestamp: {stamp.decode()}\r\nx-slack-signature: v0={mac}\r\n"
        f"content-length: {len(BODY)}\r\n\r\n"
    )
    return head.encode() + BODY


async def _lane(port: int, count: int, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        sent = request()
        started = time.perf_counter()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise RuntimeError(f"refused: {head[:60]!r}")
        length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - started)
    writer.close()
    await writer.wait_closed()


async def load(port: int, count: int, at_once: int) -> list[float]:
    """Send ``count`` requests over ``at_once`` connections; return the seconds each took."""
    took: list[float] = []
    await asyncio.gather(*(_lane(port, count // at_once, took) for _ in range(at_once)))
    return took


def round_(server: Server, count: int, at_once: int) -> None:
    """Measure one server once."""
    before = server.processor_seconds()
    took = sorted(asyncio.run(load(server.port, count, at_once)))
    server.cpu.append((server.processor_seconds() - before) / len(took) * 1e6)
    server.p50.append(took[len(took) // 2] * 1e3)
    server.p99.append(took[int(len(took) * 0.99)] * 1e3)


def table(servers: dict[str, Server]) -> str:
    """Return the figures side by side; each is the median of the rounds."""
    first = statistics.median(next(iter(servers.values())).cpu)
    lines = [f"{'server':<18}{'cpu µs':>9}{'to bare':>9}{'p50 ms':>9}{'p99 ms':>9}"]
    for name, server in servers.items():
        cpu, p50, p99 = map(statistics.median, (server.cpu, server.p50, server.p99))
        lines.append(f"{name:<18}{cpu:>9.0f}{cpu / first:>9.2f}{p50:>9.2f}{p99:>9.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--requests", type=int, default=2000, help="a round and server")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--at-once", type=int, default=16)
    chosen = asked.parse_args()
    with ExitStack() as stack:
        servers = {name: stack.enter_context(running(name)) for name in SERVERS}
        for server in servers.values():
            asyncio.run(load(server.port, 10 * chosen.at_once, chosen.at_once))
        for _ in range(chosen.rounds):
            for server in servers.values():
                round_(server, chosen.requests, chosen.at_once)
        print(table(servers))  # noqa: T201  the table is what it is for


if __name__ == "__main__":
    main()
