"""The dispatcher of many machines: procrastinate's queue in the same PostgreSQL.

A job is ``deliver`` for a few ids and nothing else; the ledger is the truth, and a tick hands over
again whatever has no job. So the queue may be emptied at any time: ``migrate`` begins a new one
whenever procrastinate's tables change, instead of migrating the old.

Its tables lie in a schema of their own, apart from Attune's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from itertools import groupby, islice
from typing import Final

import structlog
from procrastinate import App, PsycopgConnector, exceptions
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager
from psycopg_pool import PoolTimeout
from sqlalchemy import Connection, text

from bot.deliveries.embedded import WORKERS
from bot.errors import DatabaseBehind, StorageUnavailable
from bot.ports import Clock
from storage.unit_of_work import read_url

log = structlog.get_logger(__name__)

SCHEMA: Final = "attune_queue"
QUEUE: Final = "deliveries"
DELIVER: Final = "attune.deliver"
JOB_ROWS: Final = 10
"""Ids in a job, all of one second: to take a job and finish it costs more than a delivery."""

POLL_SECONDS: Final = 0.5
"""How often waiting jobs are looked at; new ones are announced by the database itself."""

EVERY_MINUTE: Final = "* * * * *"
_RESTART_SECONDS: Final = 1.0
_CONNECT_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 1.0

_WAITING: Final = (
    "SELECT one FROM procrastinate_jobs, jsonb_array_elements_text(args->'deliveries') AS one"
    " WHERE status = 'todo' AND queue_name = %(queue)s AND one = ANY(%(ids)s)"
)
_SHAPE: Final = "deliveries: ids"
"""What a job holds, as a part of the queue's version."""

_VERSION: Final = f"SELECT obj_description(to_regnamespace('{SCHEMA}'), 'pg_namespace') AS version"


def install(connection: Connection) -> None:
    """Make the queue's tables, if they are missing or of another version (part of ``upgrade``)."""
    if connection.scalar(text(_VERSION)) == version():
        return
    for statement in (
        f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE",
        f"CREATE SCHEMA {SCHEMA}",
        f"COMMENT ON SCHEMA {SCHEMA} IS '{version()}'",
        f"SET LOCAL search_path TO {SCHEMA}",
        SchemaManager.get_schema(),
        "SET LOCAL search_path TO DEFAULT",
    ):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def version() -> str:
    """Return a short hash of procrastinate's tables, as the installed release has them, and of
    what we put there.
    """
    return sha256((SchemaManager.get_schema() + _SHAPE).encode()).hexdigest()[:16]


class QueueDispatcher:
    """Puts ids into the queue, and runs ``deliver`` for those that this process takes from it.

    Args:
        url: The database, PostgreSQL.
        deliver: Run once or more for each id.
        failed: Told of what ``deliver`` raised; the ledger keeps the row.
        clock: The time.
    """

    def __init__(
        self,
        url: str,
        deliver: Callable[[str], Awaitable[object]],
        failed: Callable[[Exception], None],
        clock: Clock,
    ) -> None:
        self._deliver = deliver
        self._failed = failed
        self._clock = clock
        self._app = App(connector=connector(url))
        self._app.task(name=DELIVER, queue=QUEUE)(self._run)
        stalled = self._app.task(name="attune.retry_stalled", queue=QUEUE, queueing_lock="stalled")
        self._app.periodic(cron=EVERY_MINUTE)(stalled(self._every_minute))
        self._is_open = False
        self._working: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._places = asyncio.Semaphore(WORKERS)
        self._taken: set[str] = set()
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def open(self) -> None:
        """Connect; raise ``StorageUnavailable``, or ``DatabaseBehind`` for a missing queue."""
        if self._is_open:
            return
        with _translated():
            await self._app.open_async()
            self._is_open = True
            found = await self._app.connector.execute_query_one_async(_VERSION)
        if found["version"] != version():
            await self.close()
            raise DatabaseBehind(found="another queue", wanted=f"queue {version()}")

    async def close(self) -> None:
        """Give the connections back."""
        if self._is_open:
            self._is_open = False
            await self._app.close_async()

    async def dispatch(self, deliveries: Mapping[str, datetime]) -> None:
        """Put each id into the queue for its time, unless it waits there already."""
        await self.open()
        now = self._clock.now()
        with _translated():
            waiting = await self._app.connector.execute_query_all_async(
                _WAITING, ids=list(deliveries), queue=QUEUE
            )
            known = {row["one"] for row in waiting}
            new = {one: at for one, at in deliveries.items() if one not in known}
            if new:
                await self._app.job_manager.batch_defer_jobs_async(list(_jobs(new, now)))

    async def start(self) -> None:
        """Begin to run what stands in the queue."""
        await self.open()
        self._stopping = False
        if self._working is None:
            self._working = asyncio.create_task(self._work())

    async def settle(self) -> None:
        """Wait until nothing runs in this process."""
        await self._idle.wait()

    async def stop(self, seconds: float) -> None:
        """Take nothing more, give what runs so many seconds to finish, then break it off.

        What was broken off stands in the ledger: planned, or to be looked up in the chat.
        """
        if self._working is not None:
            working, self._working = self._working, None
            self._stopping = True  # what has no free place yet begins nothing any more
            working.cancel()
            await asyncio.wait({working}, timeout=seconds)
            for task in self._running:
                task.cancel()
            await asyncio.wait({working}, timeout=_CLOSE_SECONDS)
        await self.close()

    async def retry_stalled(self) -> None:
        """Put jobs of workers that are gone back into the queue, as procrastinate's documentation
        has it. What of them was delivered, or is handed over again meanwhile, stands in the ledger.
        """
        for job in await self._app.job_manager.get_stalled_jobs(queue=QUEUE):
            await self._app.job_manager.retry_job(job)

    async def _every_minute(self, timestamp: int) -> None:  # noqa: ARG002  the shape of a periodic task
        await self.retry_stalled()

    async def _work(self) -> None:
        """Run a worker, and another when it ends: it does when the database goes away."""
        while True:
            try:
                await self._app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=WORKERS,
                    fetch_job_polling_interval=POLL_SECONDS,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            except (exceptions.ConnectorException, PoolTimeout) as error:
                log.warning("queue.worker_restarts", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(_RESTART_SECONDS):
                    await asyncio.Event().wait()  # a moment for the database to come back

    async def _run(self, deliveries: Sequence[str]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        self._idle.clear()
        try:
            await asyncio.gather(*(self._run_one(one) for one in deliveries))
        finally:
            if task is not None:
                self._running.discard(task)
            if not self._running:
                self._idle.set()

    async def _run_one(self, delivery: str) -> None:
        if delivery in self._taken:  # by another job, handed over while this one's had begun
            return
        self._taken.add(delivery)
        try:
            async with self._places:
                if not self._stopping:
                    await self._deliver(delivery)
        except Exception as error:  # noqa: BLE001  one row's trouble must not stop the others; the ledger keeps it
            self._failed(error)
        finally:
            self._taken.discard(delivery)


def _jobs(deliveries: Mapping[str, datetime], now: datetime) -> Iterator[Job]:
    """Yield jobs of a few ids each, those that are due by now or within the same second."""
    by_time = sorted(deliveries.items(), key=lambda entry: max(entry[1], now))
    for second, group in groupby(by_time, key=lambda entry: _second(entry[1], now)):
        for some in _pieces(group):
            yield _job([one for one, _ in some], some[0][1] if second else None)


def _pieces(entries: Iterable[tuple[str, datetime]]) -> Iterator[list[tuple[str, datetime]]]:
    left = iter(entries)
    while some := list(islice(left, JOB_ROWS)):
        yield some


def _second(at: datetime, now: datetime) -> datetime | None:
    return at.replace(microsecond=0) if at > now else None


def _job(deliveries: Sequence[str], at: datetime | None) -> Job:
    return Job(
        id=None,
        queue=QUEUE,
        lock=None,
        queueing_lock=None,
        task_name=DELIVER,
        task_kwargs={"deliveries": list(deliveries)},
        scheduled_at=at,
    )


def connector(url: str) -> PsycopgConnector:
    """Return what connects procrastinate with its tables in Attune's database."""
    known = read_url(url).set(drivername="postgresql")
    return PsycopgConnector(
        conninfo=known.render_as_string(hide_password=False),
        kwargs={"options": f"-c search_path={SCHEMA}", "connect_timeout": int(_CONNECT_SECONDS)},
        min_size=1,
        max_size=WORKERS,
        timeout=_CONNECT_SECONDS,
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exceptions.AlreadyEnqueued:
        raise
    except (exceptions.ConnectorException, PoolTimeout) as error:
        raise StorageUnavailable from error
