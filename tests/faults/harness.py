"""A clinic whose check-ins are all due now, a Slack that misbehaves, and processes to kill.

The playground's Slack runs in the test's own process, so that what was posted can be counted
whatever happens to Attune. Attune runs as it does in earnest: ``python -m bot worker``.

Slack's faults come from a seed and so does the moment of each kill; how the two meet is the
machine's business, so a run is alike rather than the same.
"""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from bot.clinic import Rhythm, Team
from bot.deliveries import Delivery, Kind, Schedule, State, delivery_id
from handlers.playground.hub import Playground
from handlers.playground.model import Person
from handlers.playground.sample import sample_app
from handlers.playground.server import running_playground
from handlers.playground.state import BOT_TOKEN, SlackState
from storage import Storage, new_key, open_storage, upgrade

ROOT: Final = Path(__file__).resolve().parents[2]
WORKSPACE: Final = "T0RIVER"
PER_TEAM: Final = 10
SEED: Final = 20261123
ZONE: Final = "Europe/London"


@dataclass
class Town:
    """A workspace of ``members`` who are each due one check-in, and its Slack."""

    playground: Playground
    api_url: str
    database_url: str
    key: str
    folder: Path
    members: int
    unknown_seconds: float
    random: Random = field(default_factory=lambda: Random(SEED))
    expected: set[str] = field(default_factory=set)
    started: "list[Worker]" = field(default_factory=list)

    # --- what Slack saw ----------------------------------------------------------------------

    def seen(self) -> Counter[str]:
        """How often each expected delivery stands in Slack."""
        found = Counter(
            str(message.metadata["event_payload"]["delivery_id"])
            for chat in self.playground.slack.conversations.values()
            for message in chat.messages
            if message.metadata
        )
        return Counter({one: times for one, times in found.items() if one in self.expected})

    def lost(self) -> int:
        return len(self.expected - self.seen().keys())

    def doubled(self) -> int:
        return sum(times > 1 for times in self.seen().values())

    # --- what Attune knows -------------------------------------------------------------------

    @asynccontextmanager
    async def storage(self) -> AsyncIterator[Storage]:
        opened = await open_storage(self.database_url, [self.key])
        try:
            yield opened
        finally:
            await opened.close()

    async def rows(self, state: State | None = None) -> Sequence[Delivery]:
        async with self.storage() as storage, storage.deliveries() as store:
            return await store.ledger(kind=Kind.CHECK_IN, state=state, limit=100_000)

    # --- what happens ------------------------------------------------------------------------

    def misbehave(self, *, slow: bool) -> None:
        """Drop connections after acceptance, limit, fail and (``slow``) answer after 12 s."""
        faults = self.playground.faults
        faults.add("drop_after", "chat.postMessage", times=None, chance=0.04)
        faults.add("drop_before", "chat.postMessage", times=None, chance=0.01)
        faults.add("ratelimited", "chat.postMessage", times=self.members // 50, chance=0.1)
        if slow:
            faults.add("server_error", "chat.postMessage", times=None, chance=0.01)
            faults.add("slow", "chat.postMessage", times=8, chance=0.01, seconds=12.0)

    async def start(self, **settings: str) -> "Worker":
        env = {name: value for name, value in os.environ.items() if not name.startswith("ATTUNE_")}
        env |= {
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": self.playground.slack.app.signing_secret,
            "ATTUNE_SLACK_API_URL": self.api_url,
            "ATTUNE_DATABASE_URL": self.database_url,
            "ATTUNE_KEYS": self.key,
            "ATTUNE_POSTS_PER_SECOND": "0",
            "ATTUNE_UNKNOWN_SECONDS": str(self.unknown_seconds),
            "ATTUNE_TICK_SECONDS": "1",
            "ATTUNE_LOG_LEVEL": "ERROR",
            **settings,
        }
        with (self.folder / "worker.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "worker"), cwd=self.folder, env=env, stderr=log
            )
        self.started.append(Worker(process))
        return self.started[-1]

    async def posted(self, wanted: int, seconds: float) -> None:
        """Wait until so many different check-ins are there; fail after ``seconds``."""
        async with asyncio.timeout(seconds):
            while len(self.seen()) < wanted:
                await breathe()

    async def settled(self, seconds: float) -> None:
        """Wait until every row is closed; fail after ``seconds``."""
        async with asyncio.timeout(seconds):
            while len(await self.rows(State.SENT)) < self.members:
                for _ in range(50):
                    await breathe()


async def breathe() -> None:
    """Let other tasks and processes work."""
    await asyncio.sleep(0.01)


@dataclass
class Worker:
    """One ``python -m bot worker``."""

    process: asyncio.subprocess.Process

    async def kill(self) -> None:
        """End it as a power cut would, if it has not ended yet."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()

    async def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@asynccontextmanager
async def town(
    database_url: str, folder: Path, members: int, unknown_seconds: float
) -> AsyncIterator[Town]:
    """A town whose check-ins are all due."""
    people = [Person(f"U{number:05d}", f"Person {number}", zone=ZONE) for number in range(members)]
    slack = SlackState(
        [*people, Person(sample_app().bot_user, "Attune", is_bot=True)], app=sample_app()
    )
    playground = Playground(slack, retries=())
    await upgrade(database_url)
    async with running_playground(playground) as base_url:
        made = Town(
            playground,
            f"{base_url}/api/",
            database_url,
            new_key(),
            folder,
            members,
            unknown_seconds,
        )
        await fill(made, [person.id for person in people])
        try:
            yield made
        finally:
            for one in made.started:
                await one.kill()


async def fill(made: Town, people: Sequence[str]) -> None:
    """Store teams and schedules: everybody's check-in was due a second ago."""
    now = datetime.now(UTC)
    due = now - timedelta(seconds=1)
    midnight = time(0)
    schedules, teams = [], []
    for start in range(0, len(people), PER_TEAM):
        some = people[start : start + PER_TEAM]
        team = Team(
            id=f"team{start}",
            workspace=WORKSPACE,
            name=f"Team {start}",
            zone="UTC",
            clinicians=frozenset(some),
            rhythm=Rhythm(
                checkin_day=due.weekday(),
                checkin_time=due.time(),
                quiet_from=midnight,
                quiet_to=midnight,
            ),
        )
        teams.append(team)
        schedules += [
            Schedule(
                WORKSPACE,
                Kind.CHECK_IN,
                team.id,
                member,
                due.weekday(),
                due.time(),
                "UTC",
                due,
            )
            for member in some
        ]
    async with made.storage() as storage:
        async with storage.clinic() as clinic:
            for team in teams:
                await clinic.save_team(team)  # its schedules are made here
        async with storage.deliveries() as store:
            await store.save_schedules(schedules)
    made.expected = {delivery_id(one.occurrence_key()) for one in schedules}


def tell(words: str) -> None:
    """Show progress (pytest shows it with -s)."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
