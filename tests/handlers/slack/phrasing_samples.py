"""Answers as guidance gives them, a small stand-in for the services, and Slack's own checks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.clinic import Team, Viewer
from bot.guidance import (
    Answer,
    Bid,
    Evidence,
    Exchange,
    Intent,
    Kind,
    Reading,
    Safety,
    Side,
    Stance,
    Strain,
    Subtype,
)
from bot.messages import Person
from bot.questions import OnCall
from bot.reflections import Topic
from handlers.playground.validate import check_blocks, check_view

CLIENT = "Am I a bad patient?"
REPLY = "No, no, no. You are not a 'bad patient.'"
ALTERNATIVES = ("What would it mean to you to be a bad patient?", "Something made you wonder.")
SOURCE = "Safran & Muran (1996)"


def reading(stance: Stance = Stance.CONFRONTATION, position: float = 0.9, **more: Any) -> Reading:
    given: dict[str, Any] = {
        "subtype": Subtype.CONTRADICT,
        "confidence": 0.9,
        "evidence": (Evidence(0, 10, Side.REPLY), Evidence(5, 18, Side.CLIENT)),
        "bid": Bid.SELF_CRITICISM,
        "strains": Strain.BOND,
        "why": "It may tell the client that the worry <itself> is wrong.",
    }
    return Reading(stance=stance, position=position, **(given | more))


def phrase(
    reading_: Reading | None = None, *, reply: str | None = REPLY, client: str | None = CLIENT
) -> Answer:
    return Answer(
        kind=Kind.PHRASE,
        exchange=Exchange(client, reply),
        reading=reading_ or reading(),
        hint="Ask what the word means to the client.",
        alternatives=ALTERNATIVES,
        source=SOURCE,
    )


def pulls(bid: Bid | None = Bid.SELF_CRITICISM) -> Answer:
    return Answer(
        kind=Kind.PHRASE,
        exchange=Exchange(CLIENT, None),
        reading=reading(Stance.NEUTRAL, 0.0, subtype=None, evidence=(), bid=bid),
        pulls=("to soothe at once", "to argue it away"),
        alternatives=ALTERNATIVES,
        source=SOURCE,
    )


def safety(concern: str = "suicide") -> Answer:
    steps = ("This may be a safety matter.", "Follow your clinic's protocol now.")
    ways = ("Are you thinking of ending your life?",)
    return Answer(Kind.SAFETY, Exchange(None, None), safety=Safety(concern, steps, ways))


def other(intent: Intent) -> Answer:
    return Answer(Kind.OTHER, Exchange(None, None), intent=intent)


def assert_view(view: dict[str, Any]) -> None:
    """Slack's models and the playground's table of limits have nothing against a view."""
    assert check_view(view) == []
    View(**view).validate_json()


def assert_blocks(blocks: Sequence[dict[str, Any]]) -> None:
    """The same for a message's blocks."""
    assert check_blocks(list(blocks)) == []
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


def words_of(blocks: Any) -> str:
    """All texts in blocks, one after the other."""
    if isinstance(blocks, dict):
        own = blocks.get("text") if isinstance(blocks.get("text"), str) else ""
        return " ".join(filter(None, [own, *(words_of(one) for one in blocks.values())]))
    if isinstance(blocks, list | tuple):
        return " ".join(filter(None, map(words_of, blocks)))
    return ""


def with_id(blocks: Sequence[dict[str, Any]], block_id: str) -> dict[str, Any]:
    """The one block with this id."""
    (found,) = [block for block in blocks if block.get("block_id") == block_id]
    return found


@dataclass
class FakeQuestions:
    """Answers as told, and notes what it was asked."""

    answer: Answer = field(default_factory=phrase)
    contact: OnCall = field(default_factory=lambda: OnCall("U0SUP", "112"))
    teams: tuple[str, ...] = ("Harbour",)
    called: tuple[str, ...] = ("U0SUP",)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    ratings: list[bool] = field(default_factory=list)

    async def ask(self, _viewer: Viewer, text: str, *, shown: Sequence[str] = ()) -> Answer:
        self.asked.append((text, *shown))
        return self.answer

    async def ask_pair(
        self, _viewer: Viewer, client: str, reply: str, *, shown: Sequence[str] = ()
    ) -> Answer:
        self.asked.append((client, reply, *shown))
        return self.answer

    async def take_to_supervision(self, _viewer: Viewer, topic: Topic) -> tuple[str, ...]:
        self.topics.append(topic)
        return self.teams

    async def rate(self, _viewer: Viewer, *, helpful: bool) -> None:
        self.ratings.append(helpful)

    async def oncall(self, _viewer: Viewer) -> OnCall:
        return self.contact

    async def call_me(self, _viewer: Viewer) -> tuple[str, ...]:
        return self.called


class FakeClinic:
    """Knows everybody as a clinician of one team."""

    async def viewer(self, workspace: str, member: str) -> Viewer:
        team = Team("T1", workspace, "Harbour", "Europe/London", clinicians=frozenset({member}))
        return Viewer(Person(workspace, member, "Robin", "Europe/London"), (team,), is_admin=False)


@dataclass
class FakeServices:
    """The services that phrasing uses; every delivery is the first."""

    questions: FakeQuestions = field(default_factory=FakeQuestions)
    clinic: FakeClinic = field(default_factory=FakeClinic)
    seen: set[str] = field(default_factory=set)

    async def first_time(self, key: str) -> bool:
        new = key not in self.seen
        self.seen.add(key)
        return new

    async def release(self, key: str) -> None:
        self.seen.discard(key)
