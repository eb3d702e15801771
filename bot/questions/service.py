"""What a clinician asks between check-ins: how to phrase something, or to be called.

A question and its answer are not stored. What is kept is how many different people of a team
asked, by the stance of their draft, and which topics they want to take to supervision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.clinic import Action, Team, Viewer, authorise
from bot.deliveries import Deliveries, Delivery, Drop, Kind, Later, occurrence_key
from bot.errors import NotAllowed
from bot.guidance import Answer, Exchange, Guidance
from bot.guidance import Kind as AnswerKind
from bot.messages import CallRequest, Message
from bot.ports import Clock, Counts, Uncounted
from bot.reflections import Reflections, Topic, member_tag

_MINUTE: Final = "%Y%m%dT%H%M%z"


@dataclass(frozen=True, slots=True)
class OnCall:
    """Whom to reach in a safety matter, as the clinic configured it."""

    contact: str | None = None
    emergency_number: str | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """Phrasing questions and calls for help."""

    guidance: Guidance
    reflections: Reflections
    deliveries: Deliveries
    clock: Clock
    counts: Counts = field(default_factory=Uncounted)

    async def ask(self, viewer: Viewer, text: str, *, shown: Sequence[str] = ()) -> Answer:
        """Answer a question as it was typed."""
        authorise(viewer, Action.ASK_PHRASING)
        return await self._counted(viewer, await self.guidance.ask(text, shown=shown))

    async def ask_pair(
        self, viewer: Viewer, client: str, reply: str, *, shown: Sequence[str] = ()
    ) -> Answer:
        """Answer for a client's line and a draft (either may be empty)."""
        authorise(viewer, Action.ASK_PHRASING)
        exchange = Exchange(client.strip() or None, reply.strip() or None)
        return await self._counted(viewer, await self.guidance.ask_pair(exchange, shown=shown))

    async def take_to_supervision(self, viewer: Viewer, topic: Topic) -> tuple[str, ...]:
        """Count one more person who wants this topic; return the teams' names."""
        authorise(viewer, Action.ASK_PHRASING)
        return await self._tally(viewer, f"topic:{topic}")

    async def rate(self, viewer: Viewer, *, helpful: bool) -> None:
        """Count an opinion on an answer, of nobody in particular."""
        authorise(viewer, Action.ASK_PHRASING)
        self.counts.count("opinions", "helpful" if helpful else "unhelpful")

    async def oncall(self, viewer: Viewer) -> OnCall:
        """Return the contact and number of the viewer's team, the first that has them."""
        teams = viewer.reflects_in + viewer.supervises
        contacts = [team.on_call for team in teams if team.on_call]
        numbers = [team.emergency_number for team in teams if team.emergency_number]
        return OnCall(next(iter(contacts), None), next(iter(numbers), None))

    async def call_me(self, viewer: Viewer) -> tuple[str, ...]:
        """Ask the on-call contact, or else the supervisors, to call; return whom.

        Asking again within the same minute is the same request.
        """
        teams = viewer.reflects_in + viewer.supervises
        if not teams:
            raise NotAllowed(who="a member of a team")
        for team in teams:
            authorise(viewer, Action.ASK_FOR_CALL, team)
        whom = _whom(teams, viewer.id)
        now = self.clock.now()
        await self.deliveries.plan(*(_request(viewer, one, now) for one in sorted(whom)))
        return tuple(sorted(whom))

    async def _counted(self, viewer: Viewer, answer: Answer) -> Answer:
        if answer.kind is AnswerKind.SAFETY:
            self.counts.count("readings", "safety")
            await self._tally(viewer, "asked:safety")
        elif answer.reading is not None:
            self.counts.count("readings", answer.reading.stance)
            await self._tally(viewer, f"asked:{answer.reading.stance}")
        return answer

    async def _tally(self, viewer: Viewer, item: str) -> tuple[str, ...]:
        """Count the viewer once, in the first of their teams whose week is open. Counted in two,
        the difference between those digests would tell of the few who are in one team alone.
        """
        for team in viewer.reflects_in:
            for window in await self.reflections.current(team.id, self.clock.now()):
                await self.reflections.tally(window, item, member_tag(window.salt, viewer.id))
                return (team.name,)
        return ()


def _whom(teams: Sequence[Team], caller: str) -> set[str]:
    """Return the contacts, or the supervisors where there is none but the caller."""
    contacts = {team.on_call for team in teams if team.on_call} - {caller}
    return contacts or {one for team in teams for one in team.supervisors} - {caller}


def _request(viewer: Viewer, recipient: str, now: datetime) -> Delivery:
    minute = now.strftime(_MINUTE)
    return Delivery(
        key=occurrence_key(viewer.workspace, viewer.id, recipient, Kind.CALL_REQUEST, minute),
        workspace=viewer.workspace,
        kind=Kind.CALL_REQUEST,
        recipient=recipient,
        about=viewer.id,
        due_at=now,
    )


@dataclass(frozen=True, slots=True)
class CallRenderer:
    """Says who asks to be called, and since when; never why."""

    async def render(self, delivery: Delivery, now: datetime) -> Message | Drop | Later:  # noqa: ARG002  the Renderer's shape
        """Render at once, quiet hours or not. The key names the minute of the asking: the row's
        due time moves on where the chat asks to wait.
        """
        asked_at = datetime.fromisoformat(delivery.key.rpartition(":")[2])
        return CallRequest(member=delivery.about, asked_at=asked_at)
