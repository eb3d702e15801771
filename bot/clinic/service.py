"""Teams, roles and preferences: what an admin sets up and a member chooses."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Protocol
from uuid import uuid4

from bot.calendar import is_zone, local
from bot.clinic.authorisation import Action, authorise
from bot.clinic.durations import pause_end
from bot.clinic.forms import Saved, TeamForm, changes, team_from, words_from
from bot.clinic.model import Audited, Preferences, Team, Viewer, Workspace
from bot.clinic.port import ClinicStore
from bot.errors import AttuneError, InvalidForm, NotFound
from bot.messages import Person
from bot.ports import Clock, People, Transaction

MOST_REMINDERS: Final = 2
SET_UP: Final = frozenset({"team saved", "team removed", "admins changed", "clinic words changed"})
"""What the audit trail calls changes of the set-up, beside what people do with their own data."""

TIGHT: Final = 2
"""A team with fewer spare members than this over its smallest group will often stay below it."""

SETTLED_WITHIN: Final = timedelta(minutes=5)
"""Saving a team looks everyone's zone up in the chat; only after that long was it broken off."""


class TeamListener(Protocol):
    """Whoever must follow when a team is saved, removed, or a member's zone changes."""

    async def team_changed(self, before: Team | None, after: Team | None) -> None:
        """Bring schedules in line; ``after`` is None for a team that was removed."""
        ...


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic's set-up. ``named_admins`` are admins by the operator's setting.

    ``zone`` is used where neither the person nor the team has one.
    """

    transaction: Transaction[ClinicStore]
    people: People
    clock: Clock
    named_admins: frozenset[str] = frozenset()
    zone: str = "UTC"
    listeners: tuple[TeamListener, ...] = ()

    async def viewer(self, workspace: str, member: str) -> Viewer:
        """Return who is acting, with the roles they hold right now."""
        person = await self.people.person(workspace, member)
        async with self.transaction() as store:
            teams = await store.teams_of(workspace, member)
            admins = (await store.workspace(workspace)).admins
        is_admin = person.is_admin or member in self.named_admins | admins
        return Viewer(person, tuple(teams), is_admin)

    async def teams(self, viewer: Viewer) -> Sequence[Team]:
        """Return all teams for an admin, otherwise the viewer's own."""
        if not viewer.is_admin:
            return viewer.teams
        async with self.transaction() as store:
            return await store.teams(viewer.workspace)

    async def team(self, viewer: Viewer, team: str) -> Team:
        """Return one team of this workspace, for an admin."""
        authorise(viewer, Action.SET_UP_CLINIC)
        async with self.transaction() as store:
            return await _team_here(store, viewer, team)

    async def save_team(self, viewer: Viewer, form: TeamForm) -> Saved:
        """Create or change a team; raise ``InvalidForm`` with a sentence per field."""
        authorise(viewer, Action.SET_UP_CLINIC)
        async with self.transaction() as store:
            before = await _team_here(store, viewer, form.id) if form.id else None
        zone = before.zone if before else self._zone_of(viewer.person)
        after = team_from(form, team=form.id or uuid4().hex, workspace=viewer.workspace, zone=zone)
        warnings = await self._check_people(after)
        told = changes(before, after)
        async with self.transaction() as store:
            if before:  # it may have been removed meanwhile
                await _team_here(store, viewer, after.id)
            await store.save_team(after, self.clock.now())
            await self._record(store, viewer, "team saved", after.id, "; ".join(told)[:500])
        await self._follow(after.id)
        return Saved(after, before is None, told, warnings)

    async def mend(self) -> int:
        """Do what follows from teams that were saved or removed, where it was broken off or
        failed: without schedules nobody would be asked. Return how many there were.

        One that cannot be mended keeps no other waiting: the first error is raised at the end.
        """
        async with self.transaction() as store:
            teams = await store.unsettled(self.clock.now() - SETTLED_WITHIN)
        stuck: list[AttuneError] = []
        for team in teams:
            try:
                await self._follow(team)
            except AttuneError as error:
                stuck.append(error)
        if stuck:
            raise stuck[0]
        return len(teams)

    async def _follow(self, team: str) -> None:
        """Do what follows from the team as it is stored, and again where it was saved meanwhile:
        what was done last may have been for what it was before. A removed one goes last.
        """
        last: Team | None = None
        while True:
            async with self.transaction() as store:
                stored = await store.stored(team)
            if stored is None:
                if last:  # removed meanwhile: nothing may stay of it
                    await self._announce(last, None)
                return
            last = stored.team
            if stored.is_leaving:
                await self._announce(last, None)
                async with self.transaction() as store:
                    await store.remove_team(team)
                return
            await self._announce(stored.settled, last)
            async with self.transaction() as store:
                if await store.settle_team(team, stored.revision):
                    return

    async def remove_team(self, viewer: Viewer, team: str) -> Team:
        """Remove a team with its schedules, reflections and digests: from its first step on nobody
        finds it any more, and where that is broken off ``mend`` goes on.
        """
        authorise(viewer, Action.SET_UP_CLINIC)
        async with self.transaction() as store:
            before = await _team_here(store, viewer, team)
            await store.leave_team(team, self.clock.now())
            await self._record(store, viewer, "team removed", team)
        await self._follow(team)
        return before

    async def workspace(self, viewer: Viewer) -> Workspace:
        """Return the workspace's settings, for an admin."""
        authorise(viewer, Action.SET_UP_CLINIC)
        async with self.transaction() as store:
            return await store.workspace(viewer.workspace)

    async def set_admins(self, viewer: Viewer, members: frozenset[str]) -> None:
        """Name the admins beside the workspace's own owners and admins."""
        authorise(viewer, Action.SET_UP_CLINIC)
        for person in (await self._look_up(viewer.workspace, members)).values():
            if not person.is_member:
                raise InvalidForm(admins=f"{person.name} cannot be an admin: not an active member.")
        await self._save_workspace(viewer, "admins changed", admins=members)

    async def set_words(self, viewer: Viewer, always_hide: str, never_hide: str) -> None:
        """Set the clinic's own words for de-identification."""
        authorise(viewer, Action.SET_UP_CLINIC)
        await self._save_workspace(
            viewer,
            "clinic words changed",
            always_hide=words_from("always_hide", always_hide),
            never_hide=words_from("never_hide", never_hide),
        )

    async def preferences(self, viewer: Viewer) -> Preferences:
        """Return what the viewer chose."""
        async with self.transaction() as store:
            return await store.preferences(viewer.workspace, viewer.id)

    async def save_preferences(
        self, viewer: Viewer, *, reminders: int, away_from: date | None, away_to: date | None
    ) -> Preferences:
        """Set reminders (0 to 2) and an absence (both days or neither)."""
        authorise(viewer, Action.CHANGE_OWN_SETTINGS)
        if not 0 <= reminders <= MOST_REMINDERS:
            raise InvalidForm(reminders="Choose none, one or two reminders.")
        if (away_from is None) != (away_to is None):
            raise InvalidForm(away_to="Give both days of the absence, or neither.")
        if away_from and away_to and away_to < away_from:
            raise InvalidForm(away_to="The last day comes before the first.")
        chosen = await self.preferences(viewer)
        return await self._prefer(
            replace(chosen, reminders=reminders, away_from=away_from, away_to=away_to)
        )

    async def pause(self, viewer: Viewer, text: str) -> Preferences:
        """Stop asking for a while: "2w", "10 days", "until 2026-12-24"."""
        authorise(viewer, Action.CHANGE_OWN_SETTINGS)
        today = local(self.clock.now(), self._zone_of(viewer.person)).date()
        return await self._prefer(
            replace(await self.preferences(viewer), paused_until=pause_end(text, today))
        )

    async def resume(self, viewer: Viewer) -> Preferences:
        """End a pause and an absence."""
        authorise(viewer, Action.CHANGE_OWN_SETTINGS)
        return await self._prefer(
            replace(await self.preferences(viewer), paused_until=None, away_from=None, away_to=None)
        )

    async def person_changed(self, workspace: str, member: str) -> None:
        """Follow a change of zone or activity, as the chat reports it."""
        async with self.transaction() as store:
            teams = await store.teams_of(workspace, member)
        for team in teams:
            await self._follow(team.id)

    async def audit(self, viewer: Viewer, limit: int = 10) -> Sequence[Audited]:
        """Return the newest entries of the audit trail, for an admin."""
        authorise(viewer, Action.SET_UP_CLINIC)
        async with self.transaction() as store:
            return await store.audit(viewer.workspace, limit)

    def _zone_of(self, person: Person) -> str:
        return person.zone if person.zone and is_zone(person.zone) else self.zone

    async def _check_people(self, team: Team) -> tuple[str, ...]:
        """Refuse people who cannot be asked; return what the admin should know."""
        on_call = {team.on_call} if team.on_call else set()
        people = await self._look_up(team.workspace, team.members | on_call)
        notes: list[str] = []
        for field, members in (
            ("supervisors", team.supervisors),
            ("clinicians", team.clinicians),
            ("on_call", on_call),
        ):
            for person in (people[member] for member in sorted(members)):
                if not person.is_member:
                    sentence = f"{person.name} cannot be asked: not an active member here."
                    raise InvalidForm(**{field: sentence})
                if field != "on_call" and not is_zone(person.zone):
                    notes.append(
                        f"{person.name} has no time zone; the team's ({team.zone}) is used."
                    )
        if len(team.clinicians) < team.smallest_group + TIGHT:
            notes.append(
                f"With {len(team.clinicians)} clinicians and a smallest group of "
                f"{team.smallest_group}, many digests will have to stay without numbers."
            )
        if team.on_call is None or team.emergency_number is None:
            notes.append("Safety answers name the on-call contact and number: please add both.")
        return tuple(notes)

    async def _look_up(self, workspace: str, members: Iterable[str]) -> dict[str, Person]:
        """Return the people by id, asked for at the same time."""
        ids = sorted(members)
        found = await asyncio.gather(*(self.people.person(workspace, one) for one in ids))
        return dict(zip(ids, found, strict=True))

    async def _announce(self, before: Team | None, after: Team | None) -> None:
        for listener in self.listeners:
            await listener.team_changed(before, after)

    async def _prefer(self, chosen: Preferences) -> Preferences:
        async with self.transaction() as store:
            await store.save_preferences(chosen)
        return chosen

    async def _save_workspace(self, viewer: Viewer, action: str, **values: frozenset[str]) -> None:
        async with self.transaction() as store:
            workspace = await store.workspace(viewer.workspace)
            await store.save_workspace(replace(workspace, **values))  # type: ignore[arg-type]  # only sets of words or ids come in
            await self._record(store, viewer, action, viewer.workspace)

    async def _record(
        self, store: ClinicStore, viewer: Viewer, action: str, subject: str, detail: str = ""
    ) -> None:
        await store.record(
            Audited(viewer.workspace, self.clock.now(), viewer.id, action, subject, detail)
        )


async def _team_here(store: ClinicStore, viewer: Viewer, team: str) -> Team:
    found = await store.team(team)
    if found is None or found.workspace != viewer.workspace:
        raise NotFound(what="team")
    return found
