"""A clinic in memory: Attune's services on a clock that we move, with invented people."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.bootstrap import create_services
from bot.checkins import Filled
from bot.clinic import Team, TeamForm, Viewer
from bot.deliveries import Deliveries, Delivery, Kind, State
from bot.errors import NotFound
from bot.messages import Message, Person, Posted
from bot.reflections import IfFew, Ratings, Window
from bot.services import Services
from bot.settings import Settings
from storage import Storage, memory_storage

WORKSPACE = "T0CLINIC"
ADMIN, SUPER, OTHER = "U0ADMIN", "U0SUPER", "U0OTHER"
CLINICIANS = tuple(f"U0CLIN{number}" for number in range(1, 9))
LONDON = "Europe/London"
SUNDAY = datetime(2026, 1, 4, 20, 0, tzinfo=UTC)
MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@dataclass
class MovedClock:
    """A clock that stands still until it is moved."""

    at: datetime = SUNDAY

    def now(self) -> datetime:
        return self.at


@dataclass
class FakePeople:
    """Who is who; ``trouble`` is what the chat answers instead, by member."""

    known: dict[str, Person] = field(default_factory=dict)
    trouble: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def person(self, workspace: str, member: str) -> Person:
        self.asked.append(member)
        if member in self.trouble:
            raise self.trouble[member]
        if member not in self.known:
            raise NotFound(what="person")
        return replace(self.known[member], workspace=workspace)

    def add(self, member: str, **marks: Any) -> None:
        values = {"name": f"Sample {member[2:].title()}", "zone": LONDON} | marks
        self.known[member] = Person(WORKSPACE, member, **values)


@dataclass
class FakeMessenger:
    """A private chat for everybody. ``script`` holds what goes wrong with the next posts: an
    exception instead of a post, or a post with an exception after it (``kept=True``).
    """

    posts: list[tuple[str, Message, str]] = field(default_factory=list)
    script: list[Exception | None] = field(default_factory=list)
    kept: bool = False
    finds: list[str] = field(default_factory=list)
    find_trouble: Exception | None = None

    async def post(
        self, _workspace: str, member: str, message: Message, delivery_id: str
    ) -> Posted:
        trouble = self.script.pop(0) if self.script else None
        if trouble is not None and not self.kept:
            raise trouble
        self.posts.append((member, message, delivery_id))
        if trouble is not None:
            raise trouble
        return Posted(f"D{member}", f"{len(self.posts)}.0")

    async def find(self, _workspace: str, member: str, delivery_id: str) -> Posted | None:
        self.finds.append(delivery_id)
        if self.find_trouble is not None:
            raise self.find_trouble
        for number, (to, _, posted) in enumerate(self.posts, 1):
            if (to, posted) == (member, delivery_id):
                return Posted(f"D{member}", f"{number}.0")
        return None

    def to(self, member: str, kind: type[Message] | None = None) -> list[Any]:
        return [
            said
            for who, said, _ in self.posts
            if who == member and isinstance(said, kind or object)
        ]


@dataclass
class AtOnce:
    """A dispatcher that delivers in turn, before it returns."""

    deliveries: Deliveries
    crashes: list[Exception] = field(default_factory=list)

    async def dispatch(self, deliveries: Iterable[str]) -> None:
        for one in deliveries:
            try:
                await self.deliveries.deliver(one)
            except Exception as error:  # noqa: BLE001  as the embedded dispatcher does
                self.crashes.append(error)


class House:
    """All services over memory, with fakes where the world would be."""

    def __init__(self, storage: Storage | None = None, **settings: Any) -> None:
        self.storage = storage or memory_storage()
        self.clock, self.people, self.messenger = MovedClock(), FakePeople(), FakeMessenger()
        self.people.add(ADMIN, is_admin=True)
        for member in (SUPER, OTHER, *CLINICIANS):
            self.people.add(member)
        self.services: Services = create_services(
            Settings(_env_file=None, **settings),
            self.clock,
            self.storage,
            people=self.people,
            messenger=self.messenger,
        )
        self.dispatcher = AtOnce(self.services.deliveries)

    # --- who ---------------------------------------------------------------------------------

    async def viewer(self, member: str) -> Viewer:
        return await self.services.clinic.viewer(WORKSPACE, member)

    # --- time --------------------------------------------------------------------------------

    async def tick(self) -> int:
        return await self.services.deliveries.tick(self.dispatcher)

    async def until(self, moment: datetime) -> None:
        """Live through everything that is due up to ``moment``."""
        while True:
            due = [one.next_at for one in await self.services.deliveries.schedules(WORKSPACE)]
            due += [one.due_at for one in await self.services.deliveries.planned(WORKSPACE)]
            self.clock.at = min([moment, *(one for one in due if self.clock.at < one < moment)])
            await self.tick()
            if self.clock.at >= moment:
                return

    # --- a team and its week -----------------------------------------------------------------

    async def team(self, **changed: Any) -> Team:
        saved = await self.services.clinic.save_team(await self.viewer(ADMIN), form(**changed))
        return saved.team

    async def window(self, team: Team) -> Window:
        """The one window of the team that takes answers."""
        (found,) = await self.services.checkins.reflections.current(team.id, self.clock.now())
        return found

    async def answer(self, member: str, team: Team, filled: Filled | None = None) -> str:
        """Answer the open check-in; return the receipt."""
        receipt = f"receipt of {member} {self.clock.now():%d}"
        window = await self.window(team)
        filled = filled or Filled(Ratings(bond=4, goals=4, tasks=4))
        await self.services.checkins.submit(await self.viewer(member), window.id, receipt, filled)
        return receipt

    async def ledger(self, kind: Kind | None = None, **wanted: Any) -> list[Delivery]:
        async with self.storage.deliveries() as store:
            rows = await store.ledger(WORKSPACE, kind=kind, limit=1000, **wanted)
        return sorted(rows, key=lambda one: (one.due_at, one.key))

    async def states(self, kind: Kind) -> list[State]:
        return [one.state for one in await self.ledger(kind)]


def form(**changed: Any) -> TeamForm:
    """A team as an admin fills it in."""
    values: dict[str, Any] = {
        "id": None,
        "name": "Riverbank",
        "supervisors": frozenset({SUPER}),
        "clinicians": frozenset(CLINICIANS),
        "checkin_day": 0,
        "checkin_time": time(9),
        "window_days": 3,
        "digest_day": 4,
        "digest_time": time(9),
        "quiet_from": time(19),
        "quiet_to": time(7),
        "country": "",
        "on_call": SUPER,
        "emergency_number": "999",
        "smallest_group": "5",
    }
    return TeamForm(**values | changed)


def rated(bond: int, if_few: IfFew = IfFew.CARRY_OVER, **more: Any) -> Filled:
    return Filled(Ratings(bond=bond, goals=bond, tasks=bond), if_few=if_few, **more)
