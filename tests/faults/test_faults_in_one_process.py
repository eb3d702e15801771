"""A full disk and a clock that is set back: nothing is lost, nothing repeats.

Attune runs inside the test here, on a clock that is moved instead of waited for.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.bootstrap import Attune, assemble
from bot.deliveries import State
from bot.errors import DiskFull
from bot.settings import Settings
from handlers.playground.state import BOT_TOKEN
from tests.faults.harness import Town, tell, town

MEMBERS = pytest.mark.parametrize(
    "members",
    [pytest.param(60, id="short"), pytest.param(2000, id="full", marks=pytest.mark.faults)],
)
UNKNOWN = timedelta(seconds=60)
HOUR = timedelta(hours=1)


class Clock:
    """Real time, and what it is set ahead or back by."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def attune_of(made: Town, clock: Clock) -> AsyncIterator[Attune]:
    settings = Settings(
        _env_file=None,
        SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
        SLACK_SIGNING_SECRET=SecretStr(made.playground.slack.app.signing_secret),
        ATTUNE_SLACK_API_URL=made.api_url,
        ATTUNE_DATABASE_URL=made.database_url,
        ATTUNE_KEYS=(SecretStr(made.key),),
        ATTUNE_POSTS_PER_SECOND=0,
    )
    async with assemble(settings, clock=clock) as attune:
        yield attune


@pytest.fixture
async def made(members: int, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(f"sqlite:///{tmp_path / 'attune.db'}", tmp_path, members, 60) as one:
        yield one


class Disk:
    """SQLite's own limit on pages: it answers "full" exactly as a full disk does."""

    def __init__(self) -> None:
        self.pages: int | None = None

    def applied(self, connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {self.pages or 2**30}")
        cursor.close()

    def used(self, file: Path) -> int:
        return file.stat().st_size // 4096


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    with listening(made):
        yield made


@contextmanager
def listening(disk: Disk) -> Iterator[None]:
    event.listen(Pool, "checkout", disk.applied)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", disk.applied)


@MEMBERS
async def test_a_full_disk_is_said_and_nothing_lost(made: Town, disk: Disk, members: int) -> None:
    clock = Clock()
    made.misbehave(slow=False)
    async with attune_of(made, clock) as attune:
        disk.pages = disk.used(made.folder / "attune.db") + members // 20
        errors = [await told(attune) for _ in range(3)]
        full = [one for one in errors if one is not None]
        assert full
        assert all("The disk is full. Nothing was stored" in one for one in full)
        tell(f"full at {len(made.seen())} of {members}")
        assert len(made.seen()) < members
        disk.pages = None
        await until_sent(made, attune, clock)
    assert (made.lost(), made.doubled()) == (0, 0)


async def told(attune: Attune) -> str | None:
    """Tick; return the sentence of what kept it from storing, if anything did."""
    try:
        await attune.tick()
    except DiskFull as error:
        return str(error)
    finally:
        await attune.settle()
    return None


async def until_sent(made: Town, attune: Attune, clock: Clock) -> None:
    """Tick on, moving the clock over pauses and unknown outcomes, until all is sent."""
    for _ in range(100):
        await attune.tick()
        await attune.settle()
        if len(await made.rows(State.SENT)) == made.members:
            return
        clock.ahead += UNKNOWN + timedelta(seconds=1)
    raise AssertionError(f"still open: {made.lost()}")


@MEMBERS
async def test_a_clock_set_back_an_hour_repeats_nothing(made: Town, members: int) -> None:
    clock = Clock()
    made.playground.faults.add("ratelimited", "chat.postMessage", after=members // 2, times=1)
    async with attune_of(made, clock) as attune:
        await attune.tick()
        await attune.settle()
        before = len(made.seen())
        assert 0 < before < members, "set back in the middle"
        clock.ahead = -HOUR
        for _ in range(3):
            await attune.tick()
            await attune.settle()
        tell(f"set back at {before} of {members}; {len(made.seen())} an hour before")
        clock.ahead = timedelta()
        await until_sent(made, attune, clock)
        clock.ahead = -HOUR
        await attune.tick()
        await attune.settle()
    assert (made.lost(), made.doubled()) == (0, 0)
    assert len(await made.rows()) == members


@MEMBERS
async def test_another_process_ticks_after_the_clock_was_set_back(made: Town, members: int) -> None:
    """The turn of whoever is gone ends an hour from now: nobody waits that long."""
    clock = Clock()
    clock.ahead = HOUR
    async with made.storage() as storage, storage.deliveries() as store:
        assert await store.take_turn("gone", clock.now(), clock.now() + timedelta(seconds=45))
    clock.ahead = timedelta()
    async with attune_of(made, clock) as attune:
        await until_sent(made, attune, clock)
    assert (made.lost(), made.doubled(), len(made.seen())) == (0, 0, members)
