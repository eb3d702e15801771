"""``Workers``: handing ids over and running them, in one process and through PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from bot.deliveries import Workers
from bot.deliveries.embedded import WORKERS, EmbeddedDispatcher
from bot.errors import DatabaseBehind
from storage import QueueDispatcher, upgrade
from storage.queue import JOB_ROWS, SCHEMA, install
from storage.unit_of_work import Database
from tests.waiting import others_had_their_turns, until

KINDS = ("embedded", pytest.param("queue", marks=pytest.mark.postgres))
SOON = timedelta(seconds=0.6)


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Runs:
    """A ``deliver`` that notes what it was asked for, and waits where it is told to."""

    seen: list[str] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    crashes: list[Exception] = field(default_factory=list)
    broken_off: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None
    now: int = 0
    most: int = 0

    async def deliver(self, delivery: str) -> None:
        self.seen.append(delivery)
        self.times[delivery] = time.time()
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if delivery == "bad":
                raise RuntimeError
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.broken_off.append(delivery)
            raise
        finally:
            self.now -= 1


def at_once(*ids: str) -> Mapping[str, datetime]:
    return dict.fromkeys(ids, datetime.now(UTC))


Make = Callable[[Runs], Workers]


@pytest.fixture(params=KINDS)
def queue_url(request: pytest.FixtureRequest) -> str | None:
    """Where the queue lies; None is in this process."""
    return request.getfixturevalue("postgres_url") if request.param == "queue" else None


@pytest.fixture
async def make(queue_url: str | None) -> AsyncIterator[Make]:
    """Makes dispatchers of one kind; those of a queue share its database."""
    made: list[Workers] = []

    def one(runs: Runs) -> Workers:
        if queue_url is None:
            made.append(EmbeddedDispatcher(runs.deliver, runs.crashes.append, Clock()))
        else:
            made.append(QueueDispatcher(queue_url, runs.deliver, runs.crashes.append, Clock()))
        return made[-1]

    yield one
    for each in made:
        await each.stop(1)


async def test_each_id_runs_once(make: Make) -> None:
    runs = Runs()
    workers = make(runs)
    await workers.start()
    ids = [f"d{number}" for number in range(40)]
    await workers.dispatch(at_once(*ids))
    await until(lambda: len(runs.seen) == 40)
    await workers.settle()
    assert sorted(runs.seen) == sorted(ids)


async def test_what_waits_is_not_handed_over_twice(make: Make) -> None:
    runs = Runs(gate=asyncio.Event())
    workers = make(runs)
    await workers.start()
    ids = [f"d{number}" for number in range(3 * WORKERS)]
    await workers.dispatch(at_once(*ids))
    await workers.dispatch(at_once(*ids[WORKERS:]))
    await until(lambda: runs.now == WORKERS)
    assert runs.gate is not None
    runs.gate.set()
    await until(lambda: len(runs.seen) >= len(ids))
    await workers.settle()
    assert sorted(runs.seen) == sorted(ids)
    assert runs.most == WORKERS


async def test_an_id_that_is_done_may_come_again(make: Make) -> None:
    runs = Runs()
    workers = make(runs)
    await workers.start()
    for times in (1, 2):
        await workers.dispatch(at_once("d1"))
        await until(lambda times=times: len(runs.seen) == times)  # type: ignore[misc]  # bound at once
        await workers.settle()
    assert runs.seen == ["d1", "d1"]


async def test_an_id_runs_at_its_time_and_not_before(make: Make) -> None:
    runs = Runs()
    workers = make(runs)
    await workers.start()
    when = datetime.now(UTC) + SOON
    await workers.dispatch({"later": when, **at_once("now")})
    await until(lambda: "now" in runs.seen)
    assert runs.seen == ["now"]
    await until(lambda: "later" in runs.seen)
    late = runs.times["later"] - when.timestamp()
    assert -0.01 <= late < 2, late


async def test_one_that_crashes_is_told_and_stops_nobody(make: Make) -> None:
    runs = Runs()
    workers = make(runs)
    await workers.start()
    await workers.dispatch(at_once("bad", "good"))
    await until(lambda: len(runs.seen) == 2)
    await workers.settle()
    assert [type(one) for one in runs.crashes] == [RuntimeError]
    assert sorted(runs.seen) == ["bad", "good"]


async def test_stopping_finishes_what_runs(make: Make) -> None:
    runs = Runs(gate=asyncio.Event())
    workers = make(runs)
    await workers.start()
    await workers.dispatch(at_once("d1"))
    await until(lambda: runs.now == 1)
    stopping = asyncio.create_task(workers.stop(5))
    await others_had_their_turns()
    assert not stopping.done()
    assert runs.gate is not None
    runs.gate.set()
    await stopping
    assert (runs.now, runs.broken_off) == (0, [])


async def test_stopping_breaks_off_what_takes_too_long(make: Make) -> None:
    runs = Runs(gate=asyncio.Event())
    workers = make(runs)
    await workers.start()
    await workers.dispatch(at_once(*(f"d{number}" for number in range(2 * WORKERS))))
    await until(lambda: runs.now == WORKERS)
    begun = time.monotonic()
    await workers.stop(0.2)
    assert time.monotonic() - begun < 5
    assert (runs.now, len(runs.broken_off), len(runs.seen)) == (0, WORKERS, WORKERS)


# --- through PostgreSQL alone -------------------------------------------------------------------


def queue(url: str, runs: Runs) -> QueueDispatcher:
    return QueueDispatcher(url, runs.deliver, runs.crashes.append, Clock())


def jobs(url: str) -> list[Any]:
    with psycopg.connect(url, options=f"-c search_path={SCHEMA}") as connection:
        return connection.execute(
            "SELECT status::text, task_name, queueing_lock, args FROM procrastinate_jobs"
        ).fetchall()


@pytest.mark.postgres
async def test_a_job_holds_ids_and_nothing_else(postgres_url: str) -> None:
    workers = queue(postgres_url, Runs())
    await workers.dispatch(at_once("d1"))
    await workers.dispatch(at_once("d1"))
    assert jobs(postgres_url) == [("todo", "attune.deliver", None, {"deliveries": ["d1"]})]
    await workers.stop(1)


@pytest.mark.postgres
async def test_a_job_holds_what_is_due_in_the_same_second(postgres_url: str) -> None:
    workers = queue(postgres_url, Runs())
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    half = timedelta(seconds=0.5)
    due = {f"now{number}": later - timedelta(hours=2) for number in range(JOB_ROWS + 1)}
    await workers.dispatch({**due, "b": later + half, "c": later + 2 * half, "a": later})
    held = [args["deliveries"] for _, _, _, args in jobs(postgres_url)]
    assert held == [list(due)[:JOB_ROWS], list(due)[JOB_ROWS:], ["a", "b"], ["c"]]
    await workers.dispatch(due)
    assert len(jobs(postgres_url)) == len(held)
    await workers.stop(1)


@pytest.mark.postgres
async def test_several_processes_share_the_queue(postgres_url: str) -> None:
    several = [Runs(), Runs(), Runs()]
    made = [queue(postgres_url, runs) for runs in several]
    for workers in made:
        await workers.start()
    ids = [f"d{number}" for number in range(900)]
    await asyncio.gather(*(workers.dispatch(at_once(*ids)) for workers in made))
    await until(lambda: len({one for runs in several for one in runs.seen}) == 900)
    for workers in made:
        await workers.stop(1)
    assert all(runs.seen for runs in several)


@pytest.mark.postgres
async def test_the_job_of_a_worker_that_is_gone_is_taken_up_again(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, options=f"-c search_path={SCHEMA}") as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            " VALUES ('deliveries', 'attune.deliver', '{\"deliveries\": [\"d1\"]}', 'doing')"
        )
    runs = Runs()
    workers = queue(postgres_url, runs)
    await workers.start()
    await workers.retry_stalled()
    await until(lambda: runs.seen == ["d1"])
    await workers.stop(1)


@pytest.mark.postgres
async def test_a_worker_outlives_its_connections(postgres_url: str, postgres_server: Any) -> None:
    runs = Runs()
    workers = queue(postgres_url, runs)
    await workers.start()
    await workers.dispatch(at_once("before"))
    await until(lambda: "before" in runs.seen)
    postgres_server.admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
        [postgres_url.rpartition("/")[2].partition("?")[0]],
    )
    await workers.dispatch(at_once("after"))
    await until(lambda: "after" in runs.seen)
    await workers.stop(1)


@pytest.mark.postgres
async def test_a_queue_of_another_version_begins_anew(postgres_url: str) -> None:
    workers = queue(postgres_url, Runs())
    await workers.dispatch(at_once("d1"))
    await workers.stop(1)
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS 'another'")
    with pytest.raises(DatabaseBehind):
        await workers.open()
    await upgrade(postgres_url)
    assert jobs(postgres_url) == []
    await workers.open()
    await workers.stop(1)


@pytest.mark.postgres
async def test_installing_again_keeps_what_waits(postgres_url: str) -> None:
    workers = queue(postgres_url, Runs())
    await workers.dispatch(at_once("d1"))
    await workers.stop(1)
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(install)
    await database.close()
    assert len(jobs(postgres_url)) == 1
