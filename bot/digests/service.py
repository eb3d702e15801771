"""Freezing digests of closed windows, delivering them, and showing them again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

from bot.calendar import local, next_weekly
from bot.checkins import Answer, CheckInStore, Participation
from bot.clinic import Action, ClinicStore, Team, Viewer, Zones, authorise
from bot.deliveries import (
    Deliveries,
    Delivery,
    Drop,
    Kind,
    Later,
    Schedule,
    State,
    occurrence_key,
)
from bot.digests.audit import COLLUDERS
from bot.digests.chart import draw
from bot.digests.compose import message, table
from bot.digests.disclosure import WORDS_OVER_K, Beside, band, enough, release, well_hidden
from bot.digests.model import Digest
from bot.digests.port import DigestStore
from bot.errors import NotFound
from bot.messages import DigestMessage, Message
from bot.ports import Clock, Transaction
from bot.reflections import AnonymousReflection, IfFew, Reflections, Window, window_for

WEEKS_SHOWN: Final = 7
"""Earlier weeks in the picture."""

_A_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What the next digest of a team will hold, in sentences; never a number of an open window."""

    team: Team
    next_at: datetime | None
    window: Window | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests, as supervisors use them, and their planner and renderer."""

    transaction: Transaction[DigestStore]
    clinic: Transaction[ClinicStore]
    checkins: Transaction[CheckInStore]
    reflections: Reflections
    deliveries: Deliveries
    zones: Zones
    clock: Clock

    # --- for supervisors ---------------------------------------------------------------------

    async def past(self, viewer: Viewer) -> Sequence[Digest]:
        """Return the digests of the teams that the viewer supervises, newest first."""
        async with self.transaction() as store:
            found = [one for team in viewer.supervises for one in await store.of_team(team.id)]
        return sorted(found, key=lambda one: one.day, reverse=True)

    async def read(self, viewer: Viewer, digest: str) -> DigestMessage:
        """Return one digest as it was delivered."""
        return await _say(await self._theirs(viewer, digest))

    async def csv(self, viewer: Viewer, digest: str) -> tuple[str, bytes]:
        """Return a file name and the released figures as a table."""
        found = await self._theirs(viewer, digest)
        return f"attune-digest-{found.day.isoformat()}.csv", table(found)

    async def preview(self, viewer: Viewer, team: str) -> Upcoming:
        """Return what the next digest will hold. Nothing of an open window is told, since two
        looks at it would tell what came in between.
        """
        found = next((one for one in viewer.supervises if one.id == team), None)
        if found is None:
            raise NotFound(what="team")
        authorise(viewer, Action.READ_DIGEST, found)
        return await self._upcoming(viewer, found)

    async def upcoming(self, viewer: Viewer) -> Sequence[Upcoming]:
        """Return the next digest of each team that the viewer supervises."""
        return [await self._upcoming(viewer, team) for team in viewer.supervises]

    async def _upcoming(self, viewer: Viewer, team: Team) -> Upcoming:
        schedules = await self.deliveries.upcoming(viewer.workspace, viewer.id)
        next_at = next(
            (
                one.next_at
                for one in schedules
                if one.kind is Kind.DIGEST and one.subject == team.id
            ),
            None,
        )
        now = self.clock.now()
        windows = list(await self.reflections.current(team.id, now))
        waiting = list(await self.reflections.closed(team.id))
        window = (waiting + windows)[0] if waiting or windows else None
        zone = await self.zones.of(team, viewer.id)
        return Upcoming(team, next_at, window, tuple(_outlook(window, now, zone)))

    async def _theirs(self, viewer: Viewer, digest: str) -> Digest:
        async with self.transaction() as store:
            found = await store.digest(digest)
        team = next((one for one in viewer.supervises if found and one.id == found.team), None)
        if found is None or team is None:
            raise NotFound(what="digest")
        authorise(viewer, Action.READ_DIGEST, team)
        return found

    async def team_changed(self, before: Team | None, after: Team | None) -> None:
        """Remove the digests of a removed team (a ``TeamListener``)."""
        if before is not None and after is None:
            async with self.transaction() as store:
                await store.remove_team(before.id)

    # --- planner and renderer ----------------------------------------------------------------

    async def plan(self, schedules: Sequence[Schedule]) -> Sequence[Delivery]:
        """Freeze what has closed and return a row for each digest and supervisor.

        Freezing comes before the row and changes nothing when repeated, so that a second attempt
        sends the same digest.
        """
        async with self.clinic() as store:
            found = await store.several({one.subject for one in schedules})
        teams = {team.id: team for team in found}
        frozen: dict[str, list[tuple[Digest, datetime]]] = {}
        rows: list[Delivery] = []
        for schedule in schedules:
            team = teams.get(schedule.subject)
            if team is None or schedule.recipient not in team.supervisors:
                continue
            if team.id not in frozen:
                frozen[team.id] = await self._frozen(team)
            digests = _fresh(schedule, frozen[team.id])
            rows += [_row(schedule, one) for one in digests] or [_nothing(schedule)]
        return rows

    async def _frozen(self, team: Team) -> list[tuple[Digest, datetime]]:
        """Freeze what has closed; return the team's digests, oldest first, with when the window
        of each closed.
        """
        for window in await self.reflections.closed(team.id):
            await self._freeze(team, window)
        async with self.transaction() as store:
            found = await store.of_team(team.id)
        windows = [(one, await self.reflections.find(one.window)) for one in reversed(found)]
        return [(one, window.closes_at) for one, window in windows if window]

    async def render(self, delivery: Delivery, now: datetime) -> Message | Drop | Later:  # noqa: ARG002  the Renderer's shape
        """Say a frozen digest to whoever still supervises the team."""
        async with self.transaction() as store:
            digest = await store.digest(delivery.about)
        if digest is None:
            return Drop("the digest was removed")
        async with self.clinic() as clinic:
            team = await clinic.team(digest.team)
        if team is None or delivery.recipient not in team.supervisors:
            return Drop("no longer a supervisor of this team")
        return await _say(digest)

    async def _freeze(self, team: Team, window: Window) -> None:
        """Freeze and release a closed window. One in which nobody was asked (a holiday) leaves no
        digest; what was carried into it goes on to the next.
        """
        async with self.checkins() as store:
            rows = await store.of_window(window.id)
        if rows:
            content = await self.reflections.content(window)
            digest = await self._digest(team, window, rows, content)
            async with self.transaction() as store:
                await store.freeze(digest)
        people = sum(row.answer is Answer.ANSWERED for row in rows)
        few = not enough(people, window.threshold)
        carry_to = await self._next_window(team, window) if few else None
        await self.reflections.release(window, carry_to)

    async def _digest(
        self,
        team: Team,
        window: Window,
        rows: Sequence[Participation],
        content: Sequence[AnonymousReflection],
    ) -> Digest:
        writers = _writers(rows)
        people = len(writers)
        asked = sum(row.answer is not Answer.AWAY for row in rows)
        told = release(
            window,
            content,
            people,
            await self.reflections.tallies(window),
            SystemRandom(),
            Beside(writers, await self._released_beside(window)),
        )
        async with self.transaction() as store:
            earlier = [one.figures for one in await store.of_team(team.id) if one.tells_ratings]
        return Digest(
            id=window.id,
            team=team.id,
            team_name=team.name,
            workspace=team.workspace,
            window=window.id,
            day=window.day,
            threshold=window.threshold,
            band=band(_counted(people, content, window.threshold), asked, window.threshold),
            figures=told.figures,
            history=tuple(reversed(earlier[:WEEKS_SHOWN])),
            pulls=told.pulls,
            topics=told.topics,
            asked=told.asked,
            words=told.words,
            withheld=told.withheld,
            leanings=told.leanings,
        )

    async def _released_beside(self, window: Window) -> tuple[frozenset[str], ...]:
        """Return who answered in the other teams' windows of the same week whose means are told."""
        async with self.clinic() as clinic:
            teams = [one for one in await clinic.teams(window.workspace) if one.id != window.team]
        async with self.transaction() as store:
            digests = [one for team in teams for one in await store.of_team(team.id)]
        groups: list[frozenset[str]] = []
        for digest in digests:
            if abs(digest.day - window.day) < _A_WEEK and digest.tells_numbers:
                async with self.checkins() as checkins:
                    writers = _writers(await checkins.of_window(digest.window))
                if well_hidden(len(writers), digest.threshold):
                    groups.append(writers)
        return tuple(groups)

    async def _next_window(self, team: Team, window: Window) -> Window:
        """Return the next window in which the team is asked, after ``window``."""
        now = self.clock.now()
        current = await self.reflections.current(team.id, now)
        if running := [one for one in current if one.day > window.day]:
            return running[0]
        weekly = (team.rhythm.checkin_day, team.rhythm.checkin_time, team.zone)
        following = next_weekly(now, *weekly)
        if local(following, team.zone).date() <= window.day:
            following = next_weekly(following, *weekly)
        zones = await self.zones.of_all(team, sorted(team.supervisors))
        opened = window_for(team, local(following, team.zone).date(), zones)
        await self.reflections.open([opened])
        return opened


async def _say(digest: Digest) -> DigestMessage:
    picture = await asyncio.to_thread(draw, digest) if digest.tells_ratings else None
    return message(digest, picture)


def _writers(rows: Sequence[Participation]) -> frozenset[str]:
    return frozenset(row.member for row in rows if row.answer is Answer.ANSWERED)


def _counted(people: int, content: Sequence[AnonymousReflection], k: int) -> int:
    """Return how many answers count for participation: where too few answered, those whose
    writers wanted them destroyed do not.
    """
    if enough(people, k):
        return people
    return max(0, people - sum(one.if_few is IfFew.DESTROY for one in content))


def _fresh(schedule: Schedule, digests: Sequence[tuple[Digest, datetime]]) -> list[Digest]:
    """Return those of windows that closed since this person's last occurrence: a supervisor far
    to the east may have had theirs before the window closed.
    """
    since = schedule.next_at - timedelta(days=7)
    return [one for one, closed_at in digests if closed_at > since]


def _row(schedule: Schedule, digest: Digest) -> Delivery:
    return Delivery(
        key=occurrence_key(
            schedule.workspace, digest.team, schedule.recipient, Kind.DIGEST, digest.day
        ),
        workspace=schedule.workspace,
        kind=Kind.DIGEST,
        recipient=schedule.recipient,
        about=digest.id,
        due_at=schedule.next_at,
    )


def _nothing(schedule: Schedule) -> Delivery:
    return Delivery(
        key=f"{schedule.occurrence_key()}:none",
        workspace=schedule.workspace,
        kind=Kind.DIGEST,
        recipient=schedule.recipient,
        about=schedule.subject,
        due_at=schedule.next_at,
        state=State.DROPPED,
        reason="no window had closed since the last digest",
    )


def _outlook(window: Window | None, now: datetime, zone: str) -> list[str]:
    if window is None:
        return ["No check-in is open. The next digest tells of the next one, once it has closed."]
    closes = local(window.closes_at, zone)
    when = f"{closes:%A} {closes.day} {closes:%B} at {closes:%H:%M}"
    lines = [f"It will tell of the check-in of {window.day:%A} {window.day.day} {window.day:%B}."]
    if now < window.closes_at:
        lines.append(f"Answers come in until {when}. Until then nobody sees any number.")
    else:
        lines.append(f"Its window closed on {when}.")
    k = window.threshold
    lines.append(
        f"When at least {k} people answered, ratings appear as below or above the middle; from "
        f"{k + COLLUDERS} on, means and counts; words when at least {k + WORDS_OVER_K} agreed to "
        "show theirs. What stays below is held back."
    )
    return lines
