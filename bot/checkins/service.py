"""A clinician's week: asked, answers, skips, asks to be asked later, edits, withdraws."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.calendar import after_quiet
from bot.checkins.echo import Echo, echo
from bot.checkins.model import Answer, Participation
from bot.checkins.port import CheckInStore
from bot.checkins.schedule import later_today, reminder_row
from bot.clinic import Action, ClinicStore, Team, Viewer, Zones, authorise
from bot.deidentify import Decisions, Deidentified, Deidentifier, Review, Roster
from bot.deliveries import Deliveries
from bot.errors import AlreadyAnswered, InvalidForm, NotFound, UnknownReceipt, WindowClosed
from bot.guidance import Guidance, is_foreign
from bot.ports import Clock, People, Transaction
from bot.reflections import (
    SCALE,
    AnonymousReflection,
    IfFew,
    Pull,
    Ratings,
    Reflections,
    Topic,
    Window,
)

MOST_CHARACTERS: Final = 3000


@dataclass(frozen=True, slots=True)
class OpenCheckIn:
    """A window that still takes answers, with how the viewer stands in it."""

    window: Window
    team: Team
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A reflection as it was filled in. ``text`` is raw and lives in memory only."""

    ratings: Ratings = field(default_factory=Ratings)
    pull: Pull | None = None
    topics: frozenset[Topic] = frozenset()
    text: str = ""
    decisions: Decisions = field(default_factory=Decisions)
    may_show: bool = False
    if_few: IfFew = IfFew.CARRY_OVER


@dataclass(frozen=True, slots=True)
class Held:
    """What belongs to a receipt."""

    window: Window
    team: Team
    reflection: AnonymousReflection


@dataclass(frozen=True, slots=True)
class CheckIns:
    """Check-ins, as clinicians use them. Every method checks anew who is asking."""

    transaction: Transaction[CheckInStore]
    clinic: Transaction[ClinicStore]
    reflections: Reflections
    deliveries: Deliveries
    deidentifier: Deidentifier
    guidance: Guidance
    people: People
    zones: Zones
    clock: Clock

    async def open_for(self, viewer: Viewer) -> Sequence[OpenCheckIn]:
        """Return the windows in which the viewer was asked and that still take answers."""
        found: list[OpenCheckIn] = []
        for team in viewer.reflects_in:
            for window in await self.reflections.current(team.id, self.clock.now()):
                answer = await self._answer(viewer, window)
                if answer is not None:
                    found.append(OpenCheckIn(window, team, answer))
        return found

    async def form(self, viewer: Viewer, window: str) -> OpenCheckIn:
        """Return the check-in to be answered; refuse a closed or answered one."""
        here = await self._mine(viewer, window)
        if here.answer is Answer.ANSWERED:
            raise AlreadyAnswered
        return here

    async def review(self, viewer: Viewer, window: str, text: str) -> Review:
        """Return what de-identification finds in a text. Nothing is stored."""
        here = await self._mine(viewer, window)
        _check_text(text)
        return self.deidentifier.review(text, await self._roster(viewer, here.team))

    async def submit(self, viewer: Viewer, window: str, receipt: str, filled: Filled) -> Echo:
        """Store a reflection under ``receipt`` and say something back.

        The content goes first and the participation second, in two transactions, so that no
        transaction id ties them. Repeating it with the same receipt changes nothing.
        """
        here = await self._mine(viewer, window)
        if here.answer is Answer.ANSWERED and not await self._is_held(receipt):
            raise AlreadyAnswered
        reflection = await self._anonymous(viewer, here.team, filled)
        await self.reflections.add(window, receipt, reflection)
        await self._mark(viewer, window, Answer.ANSWERED)
        return await echo(self.guidance, filled.text, reflection)

    async def skip(self, viewer: Viewer, window: str) -> None:
        """Leave this week out."""
        await self.form(viewer, window)
        await self._mark(viewer, window, Answer.SKIPPED)

    async def away(self, viewer: Viewer, window: str) -> None:
        """Leave this week out because of an absence."""
        await self.form(viewer, window)
        await self._mark(viewer, window, Answer.AWAY)

    async def later(self, viewer: Viewer, window: str) -> datetime:
        """Ask again later the same day, or after the quiet hours; return when (UTC)."""
        here = await self.form(viewer, window)
        zone = await self.zones.of(here.team, viewer.id)
        now = self.clock.now()
        closes, rhythm = here.window.closes_at, here.team.rhythm
        again = later_today(now, zone, closes)
        awake = after_quiet(again, rhythm.quiet_from, rhythm.quiet_to, zone)
        again = awake if awake < closes else again
        which = again.strftime("later %Y-%m-%dT%H%M")
        await self.deliveries.plan(reminder_row(window, viewer.workspace, viewer.id, again, which))
        return again

    async def held(self, viewer: Viewer, receipt: str) -> Held:
        """Return what belongs to a receipt, to whoever holds it in the same team."""
        window, reflection = await self.reflections.held(receipt)
        team = await self._team(viewer, window)
        return Held(window, team, reflection)

    async def edit(self, viewer: Viewer, receipt: str, filled: Filled) -> Echo:
        """Replace what belongs to a receipt."""
        held = await self.held(viewer, receipt)
        reflection = await self._anonymous(viewer, held.team, filled)
        await self.reflections.add(held.window.id, receipt, reflection)
        return await echo(self.guidance, filled.text, reflection)

    async def withdraw(self, viewer: Viewer, receipt: str) -> OpenCheckIn:
        """Destroy what belongs to a receipt; the check-in can be answered anew."""
        held = await self.held(viewer, receipt)
        await self.reflections.withdraw(receipt)
        if await self._answer(viewer, held.window) is Answer.ANSWERED:
            await self._mark(viewer, held.window.id, Answer.ASKED)
        return OpenCheckIn(held.window, held.team, Answer.ASKED)

    async def _mine(self, viewer: Viewer, window: str) -> OpenCheckIn:
        found = await self.reflections.window(window)
        team = await self._team(viewer, found)
        if not found.takes_answers(self.clock.now()):
            raise WindowClosed
        answer = await self._answer(viewer, found)
        if answer is None:
            raise NotFound(what="check-in")
        return OpenCheckIn(found, team, answer)

    async def _team(self, viewer: Viewer, window: Window) -> Team:
        team = next((one for one in viewer.teams if one.id == window.team), None)
        if team is None:
            async with self.clinic() as store:
                team = await store.team(window.team)
        if team is None:
            raise NotFound(what="team")
        authorise(viewer, Action.REFLECT, team)
        return team

    async def _answer(self, viewer: Viewer, window: Window) -> Answer | None:
        async with self.transaction() as store:
            row = await store.get(window.id, viewer.id)
        return row.answer if row else None

    async def _mark(self, viewer: Viewer, window: str, answer: Answer) -> None:
        async with self.transaction() as store:
            await store.save(Participation(window, viewer.id, viewer.workspace, answer))

    async def _is_held(self, receipt: str) -> bool:
        try:
            await self.reflections.held(receipt)
        except UnknownReceipt:
            return False
        return True

    async def _anonymous(self, viewer: Viewer, team: Team, filled: Filled) -> AnonymousReflection:
        """Return what is stored of a form. Words that may be about a safety matter never are."""
        _check_filled(filled)
        words: Deidentified | None = None
        if filled.text.strip() and await self._may_be_kept(filled.text):
            roster = await self._roster(viewer, team)
            words = self.deidentifier.settle(filled.text, filled.decisions, roster)
        return AnonymousReflection(
            ratings=filled.ratings,
            pull=filled.pull,
            topics=filled.topics,
            words=words,
            may_show=filled.may_show and words is not None,
            if_few=filled.if_few,
        )

    async def _roster(self, viewer: Viewer, team: Team) -> Roster:
        """Return the clinic's own words: the names of the team, and what admins added."""
        async with self.clinic() as store:
            words = await store.workspace(viewer.workspace)
        found = await asyncio.gather(
            *(self._names(viewer.workspace, member) for member in sorted(team.members))
        )
        names = frozenset[str]().union(*found)
        return Roster(hidden=names | words.always_hide, never_hide=words.never_hide)

    async def _names(self, workspace: str, member: str) -> frozenset[str]:
        try:
            person = await self.people.person(workspace, member)
        except NotFound:  # a colleague who is gone from the chat must not keep the others from it
            return frozenset()
        return frozenset(part for part in person.name.split() if len(part) > 1)

    async def _may_be_kept(self, text: str) -> bool:
        """Tell whether words pass the safety gate; raise ``InvalidForm`` for unreadable ones."""
        _check_text(text)
        return await self.guidance.concern(text) is None


def _check_text(text: str) -> None:
    """Refuse what is too long, and languages in which names cannot be told from other words."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidForm(
            text=f"This is {len(text)} characters; please keep it to {MOST_CHARACTERS}. It is "
            "still here and nothing was stored."
        )
    if is_foreign(text):
        raise InvalidForm(
            text="This does not look like English, and names can be found in English only "
            "for now. It is still here and nothing was stored; write it in English, or leave "
            "the words out."
        )


def _check_filled(filled: Filled) -> None:
    ratings = filled.ratings
    given = (ratings.bond, ratings.goals, ratings.tasks, ratings.useful, ratings.safe)
    if any(one is not None and one not in SCALE for one in given):
        raise InvalidForm(bond="Ratings run from 1 to 5.")
    if filled == replace(Filled(), may_show=filled.may_show, if_few=filled.if_few):
        raise InvalidForm(bond="Nothing is filled in yet. One answer is enough.")
