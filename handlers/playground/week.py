"""A week in two minutes: the playground's clock, and sample people who answer through chat.

What the others answer goes the way of everyone's answer: they press *Reflect now* in their
private chat, fill in the form, look at the preview and submit it.
"""

import tomllib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.calendar import local, next_weekly
from bot.deliveries import Kind
from bot.ports import Clock
from bot.services import Services
from handlers.playground.actions import Actor
from handlers.playground.model import Message, View
from handlers.playground.state import SlackState

__all__ = ["Week"]

WORKSPACE: Final = "T0RIVER"
REFLECT: Final = "checkin.reflect"
A_DAY: Final = timedelta(hours=24)
SUNDAY: Final = 6
EVENING: Final = time(20, 0)
HOME_ZONE: Final = "Europe/London"
MOST_STEPS: Final = 500

_KINDS: Final = {"next-checkin": Kind.CHECK_IN, "next-digest": Kind.DIGEST}
_STEPS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Clinic:
    """The bot, as far as the clock and the sample people need it."""

    services: Services
    tick: Callable[[], Awaitable[int]]
    settle: Callable[[], Awaitable[None]]
    act: Actor
    slack: SlackState


class Week:
    """A clock that runs on real time and can be moved ahead, with the clinic that lives by it.

    It begins on the Sunday evening to come, so that a visitor's week begins with everybody's
    Monday. It is the bot's ``Clock`` and the page's ``Controls``.
    """

    def __init__(self, real: Clock) -> None:
        self._real = real
        now = real.now()
        self._ahead = next_weekly(now, SUNDAY, EVENING, HOME_ZONE) - now
        self._clinic: Clinic | None = None

    def attach(self, clinic: Clinic) -> None:
        """Take the clinic over once it is put together."""
        self._clinic = clinic

    def now(self) -> datetime:
        """Return the playground's time, UTC."""
        return self._real.now() + self._ahead

    @property
    def clinic(self) -> Clinic:
        """The clinic; raise ``ValueError`` while Attune still starts."""
        if self._clinic is None:
            message = "Attune is still starting."
            raise ValueError(message)
        return self._clinic

    async def jump(self, to: str) -> str:
        """Move the clock and live through everything that is due on the way."""
        if to not in _KINDS and to not in _STEPS:
            message = f"The clock cannot be moved to {to}."
            raise ValueError(message)
        target = await self._target(_KINDS[to]) if to in _KINDS else self.now() + _STEPS[to]
        for _ in range(MOST_STEPS):
            step = await self._next_due(target)
            self._ahead += max(step - self.now(), timedelta())
            await self._live()
            if step >= target:
                break
        here = local(self.now(), HOME_ZONE)
        return f"It is {here:%A} {here.day} {here:%B}, {here:%H:%M} in London."

    async def others_answer(self, me: str) -> str:
        """Let everyone but ``me`` answer an open check-in."""
        clinic = self.clinic
        answers = _answers()
        count = 0
        for person in clinic.slack.people.values():
            if person.role != "clinician" or person.id == me:
                continue
            question = next(_questions(clinic.slack, person.id), None)
            if question is not None:
                count += await self._answer(person.id, question, answers[count % len(answers)])
        if not count:
            return "Nobody else has an open check-in. Move to the next check-in first."
        return f"{count} clinicians have answered, each in their own words."

    async def _live(self) -> None:
        await self.clinic.tick()
        await self.clinic.settle()

    async def _target(self, kind: Kind) -> datetime:
        """Return when everyone in the clinic has had the next occurrence of ``kind``."""
        schedules = await self.clinic.services.deliveries.schedules(WORKSPACE)
        times = sorted(one.next_at for one in schedules if one.kind is kind)
        if not times:
            message = "Nothing is planned yet. Create a team in Attune's Home first."
            raise ValueError(message)
        return max(moment for moment in times if moment <= times[0] + A_DAY)

    async def _next_due(self, target: datetime) -> datetime:
        """Return the next instant at which something is due, at most ``target``."""
        deliveries = self.clinic.services.deliveries
        due = [one.next_at for one in await deliveries.schedules(WORKSPACE)]
        due += [one.due_at for one in await deliveries.planned(WORKSPACE)]
        return min([target, *(moment for moment in due if self.now() < moment < target)])

    async def _answer(self, member: str, question: Message, answer: dict[str, Any]) -> bool:
        act, slack = self.clinic.act, self.clinic.slack
        await act.press(member, question, REFLECT)
        await self.clinic.settle()
        form = slack.top_view(member)
        if form is None:
            return False
        await act.submit(member, form.id, _filled(form, answer))
        await self.clinic.settle()
        preview = slack.top_view(member)
        if preview is not None and preview.body.get("submit"):
            await act.submit(member, preview.id, _hiding(preview))
            await self.clinic.settle()
        for _ in iter(lambda: slack.top_view(member), None):
            await act.close(member, _top(slack, member), everything=True)
        return True


def _top(slack: SlackState, member: str) -> str:
    view = slack.top_view(member)
    return view.id if view else ""


def _questions(slack: SlackState, member: str) -> Iterator[Message]:
    """Yield the check-ins in a person's private chat that can still be answered."""
    for message in reversed(slack.im(member).messages):
        for block in message.blocks or ():
            if any(one.get("action_id") == REFLECT for one in block.get("elements", ())):
                yield message


def _inputs(view: View) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in view.body["blocks"]:
        if block["type"] == "input":
            yield block["block_id"], block["element"]


def _filled(form: View, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the form's state: each input by its name, the moment in the first text field."""
    state: dict[str, Any] = {}
    for name, element in _inputs(form):
        value = answer.get("moment") if element["type"] == "plain_text_input" else answer.get(name)
        if element["type"] == "checkboxes":
            value = ["yes"] if value else []
        if value not in (None, ""):
            shown = [str(one) for one in value] if isinstance(value, list) else str(value)
            state[name] = {element["action_id"]: shown}
    return state


def _hiding(preview: View) -> dict[str, Any]:
    """Return the preview's state with everything that is asked about hidden."""
    return {
        name: {element["action_id"]: element["options"][0]["value"]}
        for name, element in _inputs(preview)
        if element["type"] == "radio_buttons" and "initial_option" not in element
    }


@cache
def _answers() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("week.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["answers"])
