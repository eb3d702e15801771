"""The clock: a few fixed jobs that call services. It holds no rule of its own."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.deliveries import Delivery
from bot.errors import ChatRefused
from bot.services import Services
from handlers.logs import where
from handlers.metrics import JOB_SECONDS

log = structlog.get_logger(__name__)

RETENTION_HOURS: Final = 6
MEND_SECONDS: Final = 300
Job = Callable[[], Awaitable[Any]]


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


def log_crash(error: Exception) -> None:
    """Note that one delivery stumbled over ``error``; its row stays in the ledger."""
    log.error("delivery.crashed", error=type(error).__name__, at=where(error))


class FailureLog:
    """Notes deliveries that failed for good (a ``FailureListener``)."""

    async def delivery_failed(self, delivery: Delivery, error: ChatRefused) -> None:
        """Note its id, its kind and the chat's code."""
        log.warning(
            "delivery.failed",
            delivery=delivery.id,
            workspace=delivery.workspace,
            kind=delivery.kind,
            code=error.facts.get("code"),
        )


def create_scheduler(tick: Job, services: Services, tick_seconds: float) -> AsyncIOScheduler:
    """Return a scheduler, not started, whose jobs live in memory: nothing of it is stored."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    for name, job, seconds in (
        ("tick", tick, tick_seconds),
        ("mend", services.clinic.mend, MEND_SECONDS),
        ("retention", _retention(services), RETENTION_HOURS * 3600),
    ):
        scheduler.add_job(
            _safely(name, job),
            "interval",
            seconds=seconds,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def _retention(services: Services) -> Job:
    async def retire() -> None:
        await services.privacy.retire()
        await services.deliveries.retire()
        await services.forget_inbox()

    return retire


def _safely(name: str, job: Job) -> Job:
    async def run() -> None:
        try:
            with JOB_SECONDS.labels(name).time():
                count = await job()
            if count:
                log.info("clock.job_done", job=name, count=count)
        except Exception as error:  # noqa: BLE001  the clock goes on; APScheduler would log the exception's text
            log.warning("clock.job_failed", job=name, error=type(error).__name__, at=where(error))

    return run
