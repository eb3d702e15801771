"""Requests that no browser and no Slack would send, as bytes to a real server: never a 5xx."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.types import Message, Scope

from handlers.patience import LARGEST_HEAD, ImpatientProtocol
from handlers.slack import commands, phrasing, safety
from handlers.web import FORGED, SlackEndpoint, create_web
from tests.handlers.slack.phrasing_samples import FakeServices
from tests.handlers.slack.slack_stub import Clock, desk
from tests.handlers.test_web import SECRET, signed

OK_BODY = b"command=/attune&text=help"


class QuickProtocol(ImpatientProtocol):
    """As impatient as a test."""

    head_seconds = 0.2


class Served:
    """A server on a port of its own, and what reached the services behind it."""

    def __init__(self, port: int, services: FakeServices) -> None:
        self.port, self.services = port, services

    async def send(self, raw: bytes, *, end: bool = True) -> bytes:
        """Send bytes and return all that comes back before the connection closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        if end:
            writer.write_eof()
        answer = b""
        with suppress(ConnectionError):  # closed while bytes were still on their way to it
            async with asyncio.timeout(5):
                while some := await reader.read(65536):
                    answer += some
            writer.close()
            await writer.wait_closed()
        return answer


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


async def well() -> str | None:
    return None


@asynccontextmanager
async def serving(protocol: type[ImpatientProtocol]) -> AsyncIterator[Served]:
    services = FakeServices()
    registers = (phrasing.register, safety.register, commands.register)
    async with desk(services, *registers) as made:
        web = create_web(made.app, signing_secret=SECRET, clock=Clock(), alive=well, ready=well)
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(web, log_level="critical", lifespan="off", http=protocol)
        server = _Server(config)
        running = asyncio.create_task(server._serve([listening]))  # noqa: SLF001  serve() would take the test's signals
        await server.up.wait()
        yield Served(listening.getsockname()[1], services)
        server.should_exit = True
        await running


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(ImpatientProtocol) as found:
        yield found


def post(
    body: bytes, *headers: bytes, host: bytes = b"attune", length: bytes | None = None
) -> bytes:
    size = str(len(body)).encode() if length is None else length
    lines = [b"POST /slack/events HTTP/1.1", b"Host: " + host, b"Content-Length: " + size]
    return b"\r\n".join([*lines, b"Connection: close", *headers, b"", body])


def status(answer: bytes) -> int:
    """The status, or 0 where the connection was closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "no request line": b"\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an unknown version": b"GET / HTTP/9.9\r\n\r\n",
    "an unknown method": b"BREW /slack/events HTTP/1.1\r\nHost: a\r\n\r\n",
    "a proxy's request": b"CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a negative length": post(OK_BODY, length=b"-1"),
    "a length in words": post(OK_BODY, length=b"many"),
    "a length with a plus": post(OK_BODY, length=b"+25"),
    "two lengths": post(OK_BODY, b"Content-Length: 3"),
    "a length and chunks": post(b"0\r\n\r\n", b"Transfer-Encoding: chunked"),
    "a chunk of no size": b"POST /slack/events HTTP/1.1\r\nHost: a\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "an endless chunk": b"POST /slack/events HTTP/1.1\r\nHost: a\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc",
    "an unknown encoding": post(OK_BODY, b"Transfer-Encoding: gzip"),
    "a blank in a header's name": post(OK_BODY, b"X Slack: 1"),
    "a header of no name": post(OK_BODY, b": 1"),
    "a zero byte in a header": post(OK_BODY, b"X-Slack-Signature: v0=\0"),
    "a header folded": post(OK_BODY, b"X-Slack-Signature: v0=\r\n abc"),
    "a bare line feed": post(OK_BODY, b"X-A: b\nX-C: d"),
    "letters beyond ASCII": post(OK_BODY, "X-Slack-Signature: v0=é🙂".encode()),
    "a stamp beyond all time": post(
        OK_BODY, b"X-Slack-Request-Timestamp: " + b"9" * 400, b"X-Slack-Signature: v0=00"
    ),
    "a megabyte of headers": post(OK_BODY, b"X-A: " + b"a" * 2**20),
    "ten thousand headers": post(OK_BODY, *[b"X-%d: 1" % number for number in range(10_000)]),
    "a long address": b"GET /" + b"a" * 2**17 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a body cut short": post(OK_BODY, length=b"900"),
    "a body of gigabytes": post(OK_BODY, length=b"99999999999"),
    "a host of nothing": post(OK_BODY, host=b""),
    "another host": post(OK_BODY, host=b"evil.example"),
    "a host with a path": post(OK_BODY, host=b"evil.example/../"),
    "a host with a break": post(OK_BODY, host=b"a\r\nX-Injected: 1"),
    "an upgrade": b"GET /slack/events HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
}
TRAVERSAL = (
    b"/../../etc/passwd", b"/..%2f..%2fetc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/static/../bot",
    b"/healthz/../slack/events", b"//evil.example/", b"/.env", b"/var/attune.db", b"/\\..\\..\\",
    b"/%00", b"/%0d%0aX-Injected:%201", b"/slack/events%0d%0aX-Injected:%201", b"/%ff%fe", b"*",
    b"http://evil.example/slack/events",
)  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_requests_get_4xx_or_a_closed_line(served: Served, name: str) -> None:
    answer = await served.send(MALFORMED[name])
    assert status(answer) == 0 or 400 <= status(answer) < 500, answer[:200]
    assert b"x-injected" not in answer.lower()
    assert served.services.questions.asked == []
    assert status(await served.send(b"GET /healthz HTTP/1.0\r\n\r\n")) == 200, "still there"


@pytest.mark.parametrize("path", TRAVERSAL)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_no_path_leads_to_a_file(served: Served, method: bytes, path: bytes) -> None:
    head = method + b" " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    answer = await served.send(head + b"Content-Length: 0\r\n\r\n")
    assert status(answer) == 0 or 400 <= status(answer) < 500, answer[:200]
    assert b"x-injected" not in answer.lower()
    assert b"root:" not in answer
    assert b"SQLite format" not in answer


async def test_the_host_is_never_repeated(served: Served) -> None:
    for path in (b"/healthz", b"/readyz", b"/metrics", b"/nowhere", b"/slack/events/"):
        request = b"GET " + path + b" HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        assert b"evil.example" not in await served.send(request)


async def test_heads_that_come_too_slowly_are_hung_up_on() -> None:
    async with serving(QuickProtocol) as quick:
        for begun in (b"", b"GET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nX-Slow: "):
            assert await quick.send(begun, end=False) == b""
        both = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\n"
        answer = await quick.send(both, end=False)
        assert answer.count(b"HTTP/1.1 200") == 1, "the first is answered, the second hung up on"


async def test_a_connection_goes_on_after_a_long_request(served: Served) -> None:
    """The limit on a head counts heads alone."""
    body = b"x" * (3 * LARGEST_HEAD)
    both = post(body).replace(b"Connection: close\r\n", b"") + post(b"")
    answer = await served.send(both)
    assert answer.count(b"HTTP/1.1 401") == 2


# ------------------------------------------------------------------ bodies that never end


async def told(endpoint: SlackEndpoint, *messages: Message | None) -> list[Message]:
    """Answer a request whose body comes in ``messages``; None waits for ever."""
    coming = iter(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        message = next(coming)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(k.encode(), v.encode()) for k, v in signed(OK_BODY, Clock()).items()]
    scope: Scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": headers}
    await endpoint(scope, receive, send)
    return sent


@pytest.fixture
async def endpoint() -> AsyncIterator[SlackEndpoint]:
    async with desk(FakeServices(), commands.register) as made:
        yield SlackEndpoint(made.app, SECRET, Clock(), patience=0.02)


def part(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": True}


async def test_a_body_that_does_not_come_gets_408(endpoint: SlackEndpoint) -> None:
    start, _ = await told(endpoint, part(b"command="), None)
    assert start["status"] == 408


async def test_who_hangs_up_gets_no_answer_and_is_no_forger(endpoint: SlackEndpoint) -> None:
    before = FORGED._value.get()  # noqa: SLF001  prometheus has no other way to read
    assert await told(endpoint, part(OK_BODY), {"type": "http.disconnect"}) == []
    assert FORGED._value.get() == before  # noqa: SLF001  as above
