"""What a tick costs: 10,000 due among 1,000 to 1,000,000 members, and how it beats a job a member.

Real planners, real tables on SQLite (``--database postgres`` for PostgreSQL from the test wheel);
the chat is one that fails when it is asked, so what is measured asks it nothing. "plan" is the
first tick: it plans what is due (check-ins and their reminders), opens windows, gives places and
hands over to a dispatcher that does nothing. "cpu" is this process's processor time for it, which
stays comparable on a busy machine (PostgreSQL's own is not in it). "idle" is the median of ticks
with nothing due, "stall" the longest that the event loop was away from a task that wakes every
millisecond.

Only the teams of those who are due are stored, and the schedules of everybody.

    python -m tests.benchmarks.bench_tick [--members 1000 10000 100000 1000000] [--jobs 1000]

Beside it APScheduler 3 with one persistent weekly job a member in SQLite, as its documentation
shows it: ``--jobs`` members are due, and the figure for 10,000 is that times 10,000 / jobs. A
persistent job is read, run and written back by itself, so its cost grows in line; the smaller
number flatters it, if anything.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any, cast

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.bootstrap import create_services
from bot.clinic import Rhythm, Team
from bot.deliveries import Kind, Pace, Schedule
from bot.ports import Messenger, People
from bot.serving import keep_for_good
from bot.settings import Settings
from storage import Storage, new_key, open_storage, upgrade
from tests.benchmarks.postgres import postgres

WORKSPACES, PER_TEAM = 10, 10
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BATCH = 10_000


class Clock:
    """The time of the benchmark, moved by hand."""

    at = NOW

    def now(self) -> datetime:
        """Return it."""
        return self.at


class NoChat:
    """Any question to the chat fails the benchmark."""

    def __getattr__(self, name: str) -> Any:
        message = f"the chat was asked: {name}"
        raise AssertionError(message)


class Nowhere:
    """A dispatcher that counts."""

    handed = 0

    async def dispatch(self, deliveries: Mapping[str, datetime]) -> None:
        """Count the ids."""
        self.handed += len(deliveries)


@dataclass
class Row:
    """One line of the table."""

    members: int
    due: int
    plan: float
    cpu: float
    idle: float
    stall: float
    handed: int


@asynccontextmanager
async def worst_stall(found: list[float]) -> AsyncIterator[None]:
    """Append the longest time, in milliseconds, for which the loop was away."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - begun - 0.001)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        found.append(worst * 1000)


def schedules(members: int, due: int) -> Iterator[Schedule]:
    """Yield everybody's: the first ``due`` now, the others spread over the week after."""
    for number in range(members):
        is_due = number < due
        later = timedelta(hours=1 + number % 160)
        yield Schedule(
            workspace=f"W{number // PER_TEAM % WORKSPACES}",
            kind=Kind.CHECK_IN,
            subject=f"team{number // PER_TEAM}",
            recipient=f"U{number}",
            weekday=0,
            at=day_time(9),
            zone="Europe/London",
            next_at=NOW if is_due else NOW + later,
        )


async def fill(storage: Storage, members: int, due: int) -> None:
    """Store the schedules, the teams of those who are due, and their supervisors' schedules."""
    batch: list[Schedule] = []
    for one in schedules(members, due):
        batch.append(one)
        if len(batch) == BATCH:
            async with storage.deliveries() as store:
                await store.save_schedules(batch)
            batch = []
    digests = [
        Schedule(
            f"W{team % WORKSPACES}",
            Kind.DIGEST,
            f"team{team}",
            f"S{team}",
            4,
            day_time(9),
            "Europe/Paris",
            NOW + timedelta(days=4),
        )
        for team in range(due // PER_TEAM)
    ]
    async with storage.deliveries() as store:
        await store.save_schedules([*batch, *digests])
    async with storage.clinic() as clinic:
        for team in range(due // PER_TEAM):
            people = frozenset(f"U{team * PER_TEAM + number}" for number in range(PER_TEAM))
            await clinic.save_team(
                Team(
                    f"team{team}",
                    f"W{team % WORKSPACES}",
                    f"Team {team}",
                    "Europe/London",
                    supervisors=frozenset({f"S{team}"}),
                    clinicians=people,
                    rhythm=Rhythm(),
                    country="GB",
                )
            )


async def measure(url: str, members: int, due: int) -> Row:
    """Measure one size on an empty database."""
    await upgrade(url)
    storage = await open_storage(url, [new_key()])
    try:
        await fill(storage, members, due)
        clock, chat = Clock(), NoChat()
        settings = Settings(_env_file=None)
        services = create_services(
            settings,
            clock,
            storage,
            people=cast(People, chat),
            messenger=cast(Messenger, chat),
        )
        ledger = services.deliveries
        ledger.pace, ledger.horizon = Pace(), timedelta(seconds=20)
        nowhere, stalls = Nowhere(), list[float]()
        keep_for_good()
        async with worst_stall(stalls):
            await asyncio.sleep(0.01)
            begun, used = time.perf_counter(), time.process_time()
            await ledger.tick(nowhere)
            took, cpu = time.perf_counter() - begun, time.process_time() - used
        handed = nowhere.handed
        clock.at = NOW - timedelta(minutes=1)  # nothing is due, nothing has its place yet
        idle = []
        for _ in range(21):
            begun = time.perf_counter()
            await ledger.tick(nowhere)
            idle.append((time.perf_counter() - begun) * 1000)
        return Row(members, due, took, cpu, statistics.median(idle), stalls[0], handed)
    finally:
        await storage.close()


async def nothing(member: str) -> None:
    """Be a job, as cheap as a job can be."""


NOTHING = "tests.benchmarks.bench_tick:nothing"
"""The job by its name: a stored job is looked up by that, and ``__main__`` is somebody else when
all benchmarks run one after the other.
"""


def job_a_member(jobs: int) -> tuple[float, float, float]:
    """Return seconds until all of ``jobs`` late persistent jobs ran, the processor time of that,
    and the worst stall in ms.
    """

    async def run() -> tuple[float, float, float]:
        with tempfile.TemporaryDirectory() as folder:
            scheduler = AsyncIOScheduler(
                timezone=UTC,
                jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")},
                job_defaults={"misfire_grace_time": None, "coalesce": True},
            )
            scheduler.start(paused=True)
            for number in range(jobs):
                scheduler.add_job(
                    NOTHING,
                    "cron",
                    day_of_week="mon",
                    hour=9,
                    args=[f"U{number}"],
                    id=f"U{number}",
                    next_run_time=datetime.now(UTC) - timedelta(seconds=1),
                )
            ran = 0
            done = asyncio.Event()

            def count(_event: object) -> None:
                nonlocal ran
                ran += 1
                if ran == jobs:
                    done.set()

            scheduler.add_listener(count, 2**12)  # EVENT_JOB_EXECUTED
            stalls: list[float] = []
            async with worst_stall(stalls):
                await asyncio.sleep(0.01)
                begun, used = time.perf_counter(), time.process_time()
                scheduler.resume()
                await done.wait()
                took, cpu = time.perf_counter() - begun, time.process_time() - used
            scheduler.shutdown(wait=False)
            return took, cpu, stalls[0]

    return asyncio.run(run())


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Yield the URL of an empty database of its own."""
    if kind == "postgres":
        with postgres() as server:
            yield server.create()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'attune.db'}"


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--members", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    asked.add_argument("--due", type=int, default=10_000)
    asked.add_argument("--jobs", type=int, default=1000)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    chosen = asked.parse_args()
    write = sys.stdout.write
    write(f"{'members':>10}{'due':>8}{'plan s':>9}{'cpu s':>8}{'idle ms':>9}{'stall ms':>10}")
    write(f"{'handed':>8}\n")
    full: Row | None = None
    for members in chosen.members:
        due = min(members, chosen.due)
        with database(chosen.database) as url:
            row = asyncio.run(measure(url, members, due))
        write(f"{members:>10}{due:>8}{row.plan:>9.2f}{row.cpu:>8.2f}")
        write(f"{row.idle:>9.2f}{row.stall:>10.0f}")
        write(f"{row.handed:>8}\n")
        sys.stdout.flush()
        full = row if due == chosen.due else full
    if full is not None and chosen.jobs:
        took, cpu, stall = job_a_member(chosen.jobs)
        more = full.due / chosen.jobs
        whole = took * more
        write(f"a job a member (APScheduler, SQLite): {chosen.jobs} late jobs {took:.2f} s, ")
        write(f"stall {stall:.0f} ms; {full.due} extrapolated {whole:.0f} s, ")
        write(f"{whole / full.plan:.0f} times a tick ")
        write(f"({cpu * more / full.cpu:.0f} times its processor time)\n")


if __name__ == "__main__":
    main()
