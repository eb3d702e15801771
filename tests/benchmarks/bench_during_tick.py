"""How long a slash command waits while a tick of 10,000 runs in the same process.

One process serves Attune over HTTP with everything in it and ticks on SQLite, as ``run`` does on
one small machine; on PostgreSQL ``web`` holds no clock and does not feel a tick at all. First the
rate at which the process is full is looked for, then signed commands come at half of it: with
nothing else to do, and while ticks of 10,000 due members run one after the other.

    python -m tests.benchmarks.bench_during_tick [--due 10000] [--seconds 10]

Told are the waits from the moment at which a command was due to be sent, so that a stall counts
for everything that it held up.
"""

import argparse
import asyncio
import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import cast

import structlog
import uvicorn

from bot.bootstrap import create_services
from bot.deliveries import Pace
from bot.ports import Messenger, People
from bot.services import Services
from bot.serving import keep_for_good
from bot.settings import Settings
from handlers.slack.app import Authorisation, create_app, create_client
from handlers.slack.features import register_all
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router
from handlers.web import create_web
from storage import new_key, open_storage, upgrade
from tests.benchmarks.bench_slash_command import (
    NOWHERE,
    SECRET,
    _Clinic,
    _Clock,
    _found,
    _well,
    load,
    request,
)
from tests.benchmarks.bench_tick import Clock, NoChat, Nowhere, fill

AT_ONCE = 16


class _Beside:
    """What a command needs of services, and the ticks that run beside it on a real database."""

    clock = _Clock()
    clinic = _Clinic()

    def __init__(self, real: Services) -> None:
        self._real = real

    async def first_time(self, key: str) -> bool:
        """Ask the database, as in earnest."""
        return await self._real.first_time(key)


async def _serve(wire: Connection, due: int, folder: str) -> None:
    url = f"sqlite:///{folder}/attune.db"
    await upgrade(url)
    storage = await open_storage(url, [new_key()])
    clock = Clock()
    chat = NoChat()
    real = create_services(
        Settings(_env_file=None),
        clock,
        storage,
        people=cast(People, chat),
        messenger=cast(Messenger, chat),
    )
    real.deliveries.pace, real.deliveries.horizon = Pace(), timedelta(seconds=20)
    await fill(storage, due, due)
    keep_for_good()
    router = Router(cast(Services, _Beside(real)))
    register_all(router, SlackPeople(cast(People, None), _Clock()))  # type: ignore[arg-type]  # never asked
    app = create_app(router, Authorisation(_found, _Clock()), create_client(NOWHERE, None))
    web = create_web(app, signing_secret=SECRET, clock=_Clock(), alive=_well, ready=_well)
    config = uvicorn.Config(web, port=0, log_level="error", access_log=False, lifespan="off")
    listening = config.bind_socket()
    listening.listen(128)  # from now on, not from when the server is ready
    ticking: asyncio.Task[None] | None = None
    counts = [0, 0.0]

    async def tick_on() -> None:
        while True:
            begun = time.perf_counter()
            await real.deliveries.tick(Nowhere())
            counts[0] += 1
            counts[1] += time.perf_counter() - begun
            clock.at += timedelta(weeks=1)

    def told() -> None:
        nonlocal ticking
        wire.recv()
        if ticking is None:
            ticking = asyncio.create_task(tick_on())
        else:
            wire.send(tuple(counts))

    asyncio.get_running_loop().add_reader(wire.fileno(), told)
    wire.send(listening.getsockname()[1])
    await uvicorn.Server(config).serve(sockets=[listening])


def _process(wire: Connection, due: int, folder: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(_serve(wire, due, folder))


@contextmanager
def running(due: int) -> Iterator[tuple[Connection, int]]:
    """Run the server in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_process, args=(there, due, folder), daemon=True)
        process.start()
        try:
            if not here.poll(120):
                raise RuntimeError("the server did not start")
            yield here, here.recv()
        finally:
            process.terminate()
            process.join(5)


async def at_rate(port: int, rate: float, seconds: float) -> list[float]:
    """Send commands evenly at ``rate``; return how long each took from when it was due."""
    took: list[float] = []
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(AT_ONCE * 4):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def one(due: float) -> None:
        reader, writer = await idle.get()
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - due)
        idle.put_nowait((reader, writer))

    begun = time.perf_counter()
    waiting: set[asyncio.Task[None]] = set()
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(one(due))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    while waiting:
        await asyncio.wait(waiting)
    while not idle.empty():
        idle.get_nowait()[1].close()
    return sorted(took)


def line(name: str, took: list[float]) -> str:
    """Return one line of the table."""
    p50, p99 = took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3
    late = sum(one > 3 for one in took)
    return f"{name:<22}{len(took):>8}{p50:>9.1f}{p99:>9.1f}{took[-1] * 1e3:>9.1f}{late:>8}\n"


def main() -> None:
    """Measure, and print the table."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--due", type=int, default=10_000)
    asked.add_argument("--seconds", type=float, default=10)
    chosen = asked.parse_args()
    with running(chosen.due) as (wire, port):
        asyncio.run(load(port, 400, AT_ONCE))
        rates = []
        for _ in range(3):
            begun = time.perf_counter()
            count = len(asyncio.run(load(port, 1600, AT_ONCE)))
            rates.append(count / (time.perf_counter() - begun))
        full = statistics.median(rates)
        write = sys.stdout.write
        write(f"full at {full:.0f} commands a second; measured at half of that\n")
        write(f"{'beside':<22}{'count':>8}{'p50 ms':>9}{'p99 ms':>9}{'worst':>9}{'> 3 s':>8}\n")
        write(line("nothing", asyncio.run(at_rate(port, full / 2, chosen.seconds))))
        wire.send("tick")
        write(line(f"ticks of {chosen.due}", asyncio.run(at_rate(port, full / 2, chosen.seconds))))
        wire.send("?")
        ticks, spent = wire.recv()
        write(f"ticks meanwhile: {ticks}, {spent / max(ticks, 1):.1f} s each\n")


if __name__ == "__main__":
    main()
