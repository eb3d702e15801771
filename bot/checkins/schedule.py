"""When clinicians are asked, and what a check-in says at the moment it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from bot.calendar import after_quiet, local, next_weekly
from bot.checkins.model import Answer, Participation
from bot.checkins.port import CheckInStore
from bot.clinic import ClinicStore, Preferences, Team, Zones, holiday, holidays_known
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
from bot.errors import NotFound
from bot.messages import CheckIn, Message, Welcome
from bot.ports import Clock, People, Transaction
from bot.reflections import Reflections, Window, WindowState, window_for

REMINDERS: Final = {0: (), 1: (0.8,), 2: (0.5, 0.8)}
"""When the private reminders come, as shares of the window, by how many a member wants."""

_NONE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class CheckInPlanner:
    """Plans check-ins and their reminders, and opens the windows they belong to.

    All that it needs is stored, and looked up for all schedules at once.
    """

    clinic: Transaction[ClinicStore]
    checkins: Transaction[CheckInStore]
    reflections: Reflections
    deliveries: Deliveries

    async def plan(self, schedules: Sequence[Schedule]) -> Sequence[Delivery]:
        """Return a check-in for each schedule, with the reminders its recipient wants."""
        teams, choices = await self._teams(schedules)
        zones = await self.deliveries.zones(Kind.DIGEST, list(teams))
        years = {one.next_at.year for one in schedules}
        places = {(team.country, team.region) for team in teams.values()}
        await holidays_known([(*place, year) for place in places for year in years])
        rows: list[Delivery] = []
        windows: dict[tuple[str, date], Window] = {}
        asked: list[Participation] = []
        times = lru_cache(maxsize=None)(_times)  # the same for most of a team
        days = lru_cache(maxsize=None)(_day)
        for schedule in schedules:
            team = teams.get(schedule.subject)
            if team is None or schedule.recipient not in team.clinicians:
                continue
            day = days(schedule.next_at, schedule.zone)
            window = windows.get((team.id, day))
            if window is None:
                window = windows[team.id, day] = window_for(team, day, zones.get(team.id, ()))
            prefs = choices.get((schedule.workspace, schedule.recipient))
            quiet = (team.rhythm.quiet_from, team.rhythm.quiet_to, schedule.zone)
            wanted = REMINDERS[prefs.reminders if prefs else 1]
            moments = times(schedule.next_at, window.closes_at, quiet, wanted)
            absent = _absence(team, day, prefs)
            rows += _rows(schedule, window, day, moments, absent)
            if absent is None:
                asked.append(Participation(window.id, schedule.recipient, schedule.workspace))
        await self.reflections.open(list(windows.values()))
        async with self.checkins() as store:
            await store.ask(asked)
        return rows

    async def _teams(
        self, schedules: Sequence[Schedule]
    ) -> tuple[dict[str, Team], dict[tuple[str, str], Preferences]]:
        """Return the teams by id, and what their members chose."""
        members = {(one.workspace, one.recipient) for one in schedules}
        async with self.clinic() as store:
            teams = await store.several({one.subject for one in schedules})
            chosen = await store.preferences_of(members)
        choices = {(one.workspace, one.member): one for one in chosen}
        return {team.id: team for team in teams}, choices


def _day(moment: datetime, zone: str) -> date:
    return local(moment, zone).date()


@dataclass(frozen=True, slots=True)
class _Times:
    """When somebody is asked, and when reminded: two reminders that quiet hours move to the same
    morning are one.
    """

    asked: datetime
    reminded: Mapping[datetime, str]


def _times(
    moment: datetime, closes_at: datetime, quiet: tuple[time, time, str], shares: Sequence[float]
) -> _Times:
    asked = after_quiet(moment, *quiet)
    left = closes_at - asked
    return _Times(
        asked,
        {after_quiet(asked + left * share, *quiet): f"{share}" for share in shares if left > _NONE},
    )


def _rows(
    schedule: Schedule, window: Window, day: date, times: _Times, absent: str | None
) -> list[Delivery]:
    """Return the check-in's row and its reminders'; one dropped row where nobody is asked."""
    workspace, member = schedule.workspace, schedule.recipient
    first = Delivery(
        key=occurrence_key(workspace, schedule.subject, member, schedule.kind, day),
        workspace=workspace,
        kind=Kind.CHECK_IN,
        recipient=member,
        about=window.id,
        due_at=times.asked,
        state=State.DROPPED if absent else State.PLANNED,
        reason=absent,
    )
    if absent:
        return [first]
    return [first] + [
        reminder_row(window.id, workspace, member, due_at, which)
        for due_at, which in times.reminded.items()
    ]


def reminder_row(
    window: str, workspace: str, member: str, due_at: datetime, which: str
) -> Delivery:
    """Return the row of one reminder; ``which`` tells the reminders of a window apart."""
    return Delivery(
        key=occurrence_key(workspace, window, member, Kind.REMINDER, which),
        workspace=workspace,
        kind=Kind.REMINDER,
        recipient=member,
        about=window,
        due_at=due_at,
    )


def _absence(team: Team, day: date, prefs: Preferences | None) -> str | None:
    named = holiday(team.country, team.region, day)
    if named:
        return f"holiday: {named}"
    return prefs.absent_on(day) if prefs else None


@dataclass(frozen=True, slots=True)
class CheckInRenderer:
    """Says a check-in or reminder, or why it is not said any more."""

    clinic: Transaction[ClinicStore]
    checkins: Transaction[CheckInStore]
    reflections: Reflections
    people: People
    zones: Zones

    async def render(self, delivery: Delivery, now: datetime) -> Message | Drop | Later:
        """Render late, from what is true now."""
        window = await self.reflections.find(delivery.about)
        if window is None or window.state is WindowState.RELEASED or now >= window.closes_at:
            return Drop("too late: the window had closed")
        async with self.clinic() as store:
            team = await store.team(window.team)
            prefs = await store.preferences(delivery.workspace, delivery.recipient)
        if team is None or delivery.recipient not in team.clinicians:
            return Drop("no longer a clinician of this team")
        zone = await self.zones.of(team, delivery.recipient)
        reason = await self._why_not(delivery, team, prefs, local(now, zone).date())
        if reason:
            return Drop(reason)
        later = after_quiet(now, team.rhythm.quiet_from, team.rhythm.quiet_to, zone)
        if later > now:
            return Later(later)
        return CheckIn(
            window=window.id,
            team_name=team.name,
            closes_at=window.closes_at,
            zone=zone,
            smallest_group=window.threshold,
            reminder=delivery.kind is Kind.REMINDER,
        )

    async def _why_not(
        self, delivery: Delivery, team: Team, prefs: Preferences, today: date
    ) -> str | None:
        async with self.checkins() as store:
            row = await store.get(delivery.about, delivery.recipient)
        if row is not None and row.answer is not Answer.ASKED:
            return "answered, skipped or away already"
        if not await self._is_member(delivery):
            return "no longer an active member of the chat"
        if delivery.kind is Kind.REMINDER and _is_unwanted(delivery, prefs):
            return "fewer reminders wanted by now"
        return _absence(team, today, prefs)

    async def _is_member(self, delivery: Delivery) -> bool:
        try:
            person = await self.people.person(delivery.workspace, delivery.recipient)
        except NotFound:
            return False
        return person.is_member


def _is_unwanted(delivery: Delivery, prefs: Preferences) -> bool:
    """Tell whether it is a reminder of the rhythm (not one that was asked for by *Later today*)
    and the member has come to want fewer.
    """
    which = delivery.key.rpartition(":")[2]
    rhythm = {f"{share}" for shares in REMINDERS.values() for share in shares}
    return which in rhythm - {f"{share}" for share in REMINDERS[prefs.reminders]}


@dataclass(frozen=True, slots=True)
class WelcomeRenderer:
    """Says what is kept, what never is and who sees what, once, to a new member."""

    clinic: Transaction[ClinicStore]

    async def render(self, delivery: Delivery, now: datetime) -> Message | Drop | Later:  # noqa: ARG002  the Renderer's shape
        """Render for whoever is still in the team."""
        async with self.clinic() as store:
            team = await store.team(delivery.about)
        if team is None or delivery.recipient not in team.members:
            return Drop("no longer in this team")
        return Welcome(
            team=team.id,
            team_name=team.name,
            as_supervisor=delivery.recipient in team.supervisors,
            smallest_group=team.smallest_group,
        )


@dataclass(frozen=True, slots=True)
class Rota:
    """Keeps check-in schedules and welcomes in line with teams (a ``TeamListener``)."""

    deliveries: Deliveries
    reflections: Reflections
    zones: Zones
    clock: Clock

    async def team_changed(self, before: Team | None, after: Team | None) -> None:
        """Schedule everyone in the team; welcome the new; drop those who left."""
        team = after or before
        if team is None:
            return
        await self.deliveries.reschedule(
            team.id, team.workspace, await self._wanted(after) if after else []
        )
        if after is None:
            await self.reflections.destroy_team(team.id)
        else:
            await self.reflections.raise_threshold(after)
            known = before.members if before else frozenset()
            await self.deliveries.plan(
                *(self._welcome(after, member) for member in sorted(after.members - known))
            )

    async def _wanted(self, team: Team) -> list[Schedule]:
        now, rhythm = self.clock.now(), team.rhythm
        appointments = [
            (Kind.CHECK_IN, member, rhythm.checkin_day, rhythm.checkin_time)
            for member in sorted(team.clinicians)
        ] + [
            (Kind.DIGEST, member, rhythm.digest_day, rhythm.digest_time)
            for member in sorted(team.supervisors)
        ]
        zones = await self.zones.of_all(team, [member for _, member, _, _ in appointments])
        return [
            Schedule(
                team.workspace,
                kind,
                team.id,
                member,
                day,
                at,
                zone,
                next_weekly(now, day, at, zone),
            )
            for (kind, member, day, at), zone in zip(appointments, zones, strict=True)
        ]

    def _welcome(self, team: Team, member: str) -> Delivery:
        return Delivery(
            key=occurrence_key(team.workspace, team.id, member, Kind.WELCOME, "once"),
            workspace=team.workspace,
            kind=Kind.WELCOME,
            recipient=member,
            about=team.id,
            due_at=self.clock.now(),
        )


def later_today(now: datetime, zone: str, latest: datetime) -> datetime:
    """Return when *Later today* asks again: in four hours, by half past five, and half an hour
    before ``latest`` (or half-way there, if that is sooner), always after ``now``.
    """
    here = local(now, zone)
    evening = here.replace(hour=17, minute=30, second=0, microsecond=0)
    soon = max(now + timedelta(hours=1), min(now + timedelta(hours=4), evening))
    return min(soon, latest - min(timedelta(minutes=30), (latest - now) / 2))
