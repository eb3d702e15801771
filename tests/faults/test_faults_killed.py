"""kill -9 at random moments while Slack misbehaves: nothing is lost, nothing is sent twice.

Each story runs short in ``make test`` and at full length in ``make faults``. How long an unknown
outcome waits before Slack is asked (60 s in earnest) is a setting, made shorter here: 20 s at full
length, more than the 12 s that slow answers take, and 2 s in the short stories, where none is slow.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.deliveries import State
from handlers.stopping import AT_ONCE
from tests.benchmarks.postgres import Server, postgres
from tests.faults.harness import Town, Worker, breathe, tell, town


@dataclass(frozen=True)
class Size:
    """How long a story is."""

    members: int
    kills: int
    unknown_seconds: float
    patience: float
    slow: bool


SHORT = Size(members=40, kills=2, unknown_seconds=2, patience=60, slow=False)
FULL = Size(members=2000, kills=20, unknown_seconds=20, patience=900, slow=True)


@pytest.fixture(
    params=[
        pytest.param(SHORT, id="short"),
        pytest.param(FULL, id="full", marks=pytest.mark.faults),
    ]
)
def size(request: pytest.FixtureRequest) -> Size:
    found: Size = request.param
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as running:
        yield running


@pytest.fixture
async def on_sqlite(size: Size, tmp_path: Path) -> AsyncIterator[Town]:
    url = f"sqlite:///{tmp_path / 'attune.db'}"
    async with town(url, tmp_path, size.members, size.unknown_seconds) as made:
        yield made


@pytest.fixture
async def on_postgres(server: Server, size: Size, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(server.create(), tmp_path, size.members, size.unknown_seconds) as made:
        yield made


async def killed(made: Town, workers: list[Worker], size: Size) -> None:
    """Kill one worker at each of so many random moments, and start another for it."""
    places = range(size.members // 20, size.members * 19 // 20)
    for number, place in enumerate(sorted(made.random.sample(places, size.kills)), 1):
        await made.posted(place, size.patience)
        one = made.random.randrange(len(workers))
        assert workers[one].process.returncode is None, "it ended by itself: see worker.log"
        await workers[one].kill()
        tell(f"kill {number} of {size.kills} at {len(made.seen())} of {size.members}")
        workers[one] = await made.start()


async def over(made: Town, size: Size) -> None:
    """All is sent, and Slack has each once."""
    await made.settled(size.patience)
    tell(f"{size.members} sent: {made.lost()} lost, {made.doubled()} doubled")
    assert (made.lost(), made.doubled()) == (0, 0)
    assert not [row for row in await made.rows() if row.state is not State.SENT]


@pytest.mark.parametrize("workers", [1])
async def test_killed_on_sqlite(on_sqlite: Town, size: Size, workers: int) -> None:
    on_sqlite.misbehave(slow=size.slow)
    running = [await on_sqlite.start() for _ in range(workers)]
    await killed(on_sqlite, running, size)
    await over_on(on_sqlite, running, size)


@pytest.mark.postgres
@pytest.mark.parametrize("workers", [3])
async def test_killed_on_postgres(on_postgres: Town, size: Size, workers: int) -> None:
    on_postgres.misbehave(slow=size.slow)
    running = [await on_postgres.start() for _ in range(workers)]
    await killed(on_postgres, running, size)
    await over_on(on_postgres, running, size)


@pytest.mark.postgres
async def test_one_of_three_is_gone_for_good(on_postgres: Town, size: Size) -> None:
    running = [await on_postgres.start() for _ in range(3)]
    await on_postgres.posted(size.members // 4, size.patience)
    await running.pop(0).kill()
    begun = asyncio.get_running_loop().time()
    await over_on(on_postgres, running, size)
    took = asyncio.get_running_loop().time() - begun
    tell(f"done {took:.0f} s after the kill")
    assert took < 120


@pytest.mark.postgres
async def test_postgres_goes_away_and_comes_back(
    on_postgres: Town, server: Server, size: Size
) -> None:
    on_postgres.misbehave(slow=size.slow)
    running = [await on_postgres.start() for _ in range(3)]
    await on_postgres.posted(size.members // 3, size.patience)
    await asyncio.to_thread(server.restart)
    tell(f"PostgreSQL came back at {len(on_postgres.seen())} of {size.members}")
    await over_on(on_postgres, running, size)


async def test_a_stop_finishes_or_hands_back(on_sqlite: Town, size: Size) -> None:
    """SIGTERM in the middle: an orderly end within ten seconds, and no hand afterwards."""
    if size is FULL:
        on_sqlite.playground.faults.add("slow", "chat.postMessage", times=None, seconds=0.2)
    first = await on_sqlite.start()
    await on_sqlite.posted(size.members // 4, size.patience)
    async with asyncio.timeout(10):
        assert await first.stop() == 0
    assert not await on_sqlite.rows(State.ATTEMPTING), "what was in flight was finished"
    await over_on(on_sqlite, [await on_sqlite.start()], size)


async def test_a_second_signal_ends_at_once(on_sqlite: Town, size: Size) -> None:
    on_sqlite.playground.faults.add("slow", "chat.postMessage", times=None, seconds=0.8)
    first = await on_sqlite.start()
    await on_sqlite.posted(1, size.patience)
    first.process.send_signal(signal.SIGTERM)
    await breathe()
    first.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(2):
        assert await first.process.wait() == AT_ONCE
    on_sqlite.playground.faults.clear()
    await over_on(on_sqlite, [await on_sqlite.start()], size)


async def over_on(made: Town, running: list[Worker], size: Size) -> None:
    async with AsyncExitStack() as stack:
        for one in running:
            stack.push_async_callback(one.stop)
        await over(made, size)
