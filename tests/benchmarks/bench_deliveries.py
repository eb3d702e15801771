"""Deliveries a second: a worker beside procrastinate's no-op jobs, and the pace of one workspace.

    python -m tests.benchmarks.bench_deliveries [--jobs 1000] [--seconds 10]

All on one PostgreSQL from the test wheel, in the same run, each worker with as many places.
The chat answers at once, so what is measured is Attune's own way of handing a row to it: ledger,
queue and rendering. "no-op" is procrastinate's worker on jobs that do nothing, with the same
number of places and the same deleting of jobs that are done.

Three workers beside one: processes of their own on the same queue. On a machine with fewer cores
than that they share what there is.

The pace: one workspace with far more due than its rate allows. Told is how many went out in the
second half of the time, by the second, against the rate that was set.
"""

import argparse
import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from procrastinate import App
from procrastinate.types import JSONDict

from bot.deliveries import Deliveries, Delivery, Kind, Pace, State, Workers, occurrence_key
from bot.deliveries.embedded import WORKERS, EmbeddedDispatcher
from bot.messages import Message, Posted
from bot.questions import CallRenderer
from storage import QueueDispatcher, Storage, new_key, open_storage, upgrade
from storage.queue import POLL_SECONDS, QUEUE, connector
from tests.benchmarks.bench_tick import database


class Clock:
    """Real time."""

    def now(self) -> datetime:
        """Return it."""
        return datetime.now(UTC)


@dataclass
class Chat:
    """Takes every message at once, and notes when."""

    wanted: int
    times: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, _workspace: str, member: str, _message: Message, _id: str) -> Posted:
        """Note the time."""
        self.times.append(time.perf_counter())
        if len(self.times) == self.wanted:
            self.done.set()
        return Posted(f"D{member}", "1.0")

    async def find(self, _workspace: str, _member: str, _id: str) -> Posted | None:
        """Nothing is ever unknown here."""
        return None


def requests(count: int, name: str) -> list[Delivery]:
    """Return rows that are due, each to somebody else, in a workspace of that name."""
    now = datetime.now(UTC)
    minute = now.strftime("%Y%m%dT%H%M%z")
    return [
        Delivery(
            occurrence_key(name, "x", f"U{number}", Kind.CALL_REQUEST, minute),
            name,
            Kind.NOTICE,
            f"U{number}",
            "U0",
            now,
        )
        for number in range(count)
    ]


def service(storage: Storage, chat: Chat, pace: Pace) -> Deliveries:
    """Return deliveries over ``chat``."""
    made = Deliveries(
        storage.deliveries, chat, Clock(), pace=pace, single=storage.deliveries_singly
    )
    made.renderers[Kind.NOTICE] = CallRenderer()
    made.horizon = timedelta(seconds=1)
    return made


def failed(error: Exception) -> None:
    """A benchmark in which anything fails measures nothing."""
    raise error


async def ours(url: str, jobs: int, make: Callable[[Deliveries], Workers]) -> float:
    """Return deliveries a second of one worker, all rows waiting when it begins."""
    storage = await open_storage(url, [KEY])
    chat = Chat(jobs)
    ledger = service(storage, chat, Pace(0))
    await ledger.plan(*requests(jobs, f"W{time.time_ns()}"))
    workers = make(ledger)
    try:
        begun = time.perf_counter()
        if isinstance(workers, QueueDispatcher):
            await ledger.tick(workers)
            begun = time.perf_counter()
            await workers.start()
        else:
            await workers.start()
            await ledger.tick(workers)
        await chat.done.wait()
        await workers.settle()
        return jobs / (time.perf_counter() - begun)
    finally:
        await workers.stop(5)
        await ledger.leave()
        await storage.close()


async def no_ops(url: str, jobs: int) -> float:
    """Return jobs a second of procrastinate's worker on jobs that do nothing, with as many places
    as Attune's or half of them, whichever is faster.
    """
    return max([await _no_ops(url, jobs, places) for places in (WORKERS // 2, WORKERS)])


async def _no_ops(url: str, jobs: int, places: int) -> float:
    app = App(connector=connector(url))

    @app.task(name="nothing", queue=QUEUE)
    async def nothing(delivery_id: str) -> None:
        del delivery_id

    async with app.open_async():
        arguments: list[JSONDict] = [{"delivery_id": str(number)} for number in range(jobs)]
        await nothing.batch_defer_async(*arguments)
        begun = time.perf_counter()
        await app.run_worker_async(
            queues=[QUEUE],
            concurrency=places,
            wait=False,
            delete_jobs="always",
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL_SECONDS,
        )
        return jobs / (time.perf_counter() - begun)


def _work(wire: Connection, url: str, key: str) -> None:
    async def run() -> None:
        storage = await open_storage(url, [key])
        ledger = service(storage, Chat(0), Pace(0))
        workers = QueueDispatcher(url, ledger.deliver, failed, Clock())
        await workers.start()
        wire.send("ready")
        await asyncio.to_thread(wire.recv)
        await workers.stop(5)
        await storage.close()

    asyncio.run(run())


async def crew(url: str, jobs: int, count: int) -> float:
    """Return deliveries a second of several workers in processes of their own."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(count)]
    made = [context.Process(target=_work, args=(there, url, KEY)) for _, there in pipes]
    for process in made:
        process.start()
    for here, _ in pipes:
        here.recv()
    storage = await open_storage(url, [KEY])
    ledger = service(storage, Chat(0), Pace(0))
    await ledger.plan(*requests(jobs, f"W{time.time_ns()}"))
    before = (await ledger.standing()).states.get(State.SENT, 0)
    handing = QueueDispatcher(url, ledger.deliver, failed, Clock())
    begun = time.perf_counter()
    await ledger.tick(handing)
    while (await ledger.standing()).states.get(State.SENT, 0) < before + jobs:  # noqa: ASYNC110  other processes get there
        await asyncio.sleep(0.05)
    took = time.perf_counter() - begun
    for here, _ in pipes:
        here.send("stop")
    for process in made:
        await asyncio.to_thread(process.join)
    await handing.stop(1)
    await ledger.leave()
    await storage.close()
    return jobs / took


async def paced(
    url: str, rate: float, seconds: float, make: Callable[[Deliveries], Workers]
) -> float:
    """Return which share of the rate was kept by a workspace with more due than that."""
    storage = await open_storage(url, [KEY])
    count = int(rate * seconds * 2)
    chat = Chat(count)
    ledger = service(storage, chat, Pace(rate))
    await ledger.plan(*requests(count, f"W{time.time_ns()}"))
    workers = make(ledger)
    await workers.start()
    begun = time.perf_counter()
    try:
        while time.perf_counter() - begun < seconds:
            await ledger.tick(workers)
            await asyncio.sleep(0.5)
        half = begun + seconds / 2
        return sum(half <= one < begun + seconds for one in chat.times) / (rate * seconds / 2)
    finally:
        await workers.stop(5)
        await ledger.leave()
        await storage.close()


KEY = new_key()


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--jobs", type=int, default=1000)
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--rounds", type=int, default=3)
    chosen = asked.parse_args()
    write = sys.stdout.write
    with database("postgres") as url, database("sqlite") as file:
        asyncio.run(upgrade(url))
        asyncio.run(upgrade(file))

        def queue(ledger: Deliveries) -> Workers:
            return QueueDispatcher(url, ledger.deliver, failed, Clock())

        def embedded(ledger: Deliveries) -> Workers:
            return EmbeddedDispatcher(ledger.deliver, failed, Clock())

        kinds: dict[str, Callable[[], Awaitable[float]]] = {
            "procrastinate, no-op": lambda: no_ops(url, chosen.jobs),
            "worker on PostgreSQL": lambda: ours(url, chosen.jobs, queue),
            "embedded on SQLite": lambda: ours(file, chosen.jobs, embedded),
        }
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(chosen.rounds):
            for name, measure in kinds.items():
                found[name].append(asyncio.run(_awaited(measure())))
        first = max(found["procrastinate, no-op"])
        write(f"{'one worker':<24}{'a second':>10}{'to no-op':>10}\n")
        for name, rates in found.items():
            write(f"{name:<24}{max(rates):>10.0f}{max(rates) / first:>10.2f}\n")
        one, three = (asyncio.run(crew(url, 3 * chosen.jobs, count)) for count in (1, 3))
        write(f"in processes of their own: one worker {one:.0f}, three {three:.0f} a second, ")
        write(f"{three / one:.1f} times, on {os.cpu_count()} cores\n")
        for name, rate, place, make in (
            ("queue", 4.0, url, queue),
            ("queue", 50.0, url, queue),
            ("embedded", 4.0, file, embedded),
            ("embedded", 50.0, file, embedded),
        ):
            share = asyncio.run(paced(place, rate, chosen.seconds, make))
            write(f"pace of one workspace, {name}, {rate:.0f} a second: {share:.0%} of it\n")


async def _awaited(one: Awaitable[float]) -> float:
    return await one


if __name__ == "__main__":
    main()
