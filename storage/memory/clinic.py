"""The clinic's store in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from bot.clinic.model import Audited, Installation, Preferences, StoredTeam, Team, Workspace


class _Saved(NamedTuple):
    """What is known of a team's last saving; ``at`` is None once it is settled."""

    revision: int
    newcomers: frozenset[str] = frozenset()
    at: datetime | None = None
    is_leaving: bool = False


_NEVER: Final = _Saved(0)


class MemoryClinicStore:
    """``bot.clinic.port.ClinicStore`` without a database."""

    def __init__(self) -> None:
        self._workspaces: dict[str, Workspace] = {}
        self._teams: dict[str, Team] = {}
        self._saved: dict[str, _Saved] = {}
        self._preferences: dict[tuple[str, str], Preferences] = {}
        self._audit: list[Audited] = []
        self._installations: dict[str, Installation] = {}

    async def workspace(self, workspace: str) -> Workspace:
        """Return the workspace; one that was never saved is returned empty."""
        return self._workspaces.get(workspace, Workspace(workspace))

    async def save_workspace(self, workspace: Workspace) -> None:
        """Insert or replace."""
        self._workspaces[workspace.id] = workspace

    async def team(self, team: str) -> Team | None:
        """Return one team, or None."""
        return None if self._saved.get(team, _NEVER).is_leaving else self._teams.get(team)

    async def several(self, teams: Collection[str]) -> Sequence[Team]:
        """Return those of the named teams that there are, by name."""
        found = [await self.team(one) for one in teams]
        return _by_name(team for team in found if team)

    async def teams(self, workspace: str) -> Sequence[Team]:
        """Return the workspace's teams by name."""
        return await self.several(self.ids(workspace))

    async def teams_of(self, workspace: str, member: str) -> Sequence[Team]:
        """Return the teams in which ``member`` is a clinician or a supervisor, by name."""
        return [team for team in await self.teams(workspace) if member in team.members]

    async def save_team(self, team: Team, at: datetime | None = None) -> None:
        """Insert or replace, members included."""
        old = self._saved.get(team.id, _NEVER)
        known = self._teams[team.id].members - old.newcomers if old.revision else frozenset()
        newcomers = team.members - known if at else frozenset()
        self._saved[team.id] = _Saved(old.revision + 1, newcomers, at, old.is_leaving)
        self._teams[team.id] = team

    async def stored(self, team: str) -> StoredTeam | None:
        """Return one team with what is known of its saving, or None."""
        if team not in self._teams:
            return None
        found, saved = self._teams[team], self._saved[team]
        newcomers = found.members & saved.newcomers
        return StoredTeam(found, saved.revision, newcomers, saved.is_leaving)

    async def settle_team(self, team: str, revision: int) -> bool:
        """Note that all that follows from this saving of the team was done."""
        if self._saved.get(team, _NEVER).revision != revision:
            return False
        self._saved[team] = _Saved(revision, is_leaving=self._saved[team].is_leaving)
        return True

    async def unsettled(self, saved_before: datetime) -> Sequence[str]:
        """Return teams that were last saved before then and not settled since."""
        waiting = ((saved.at, team) for team, saved in self._saved.items() if saved.at)
        return [team for at, team in sorted(waiting) if at < saved_before and self._is_here(team)]

    def _is_here(self, team: str) -> bool:
        known = self._workspaces.get(self._teams[team].workspace)
        return self._saved[team].is_leaving or known is None or known.removed_at is None

    async def leave_team(self, team: str, at: datetime) -> None:
        """Begin to remove the team."""
        if team in self._saved:
            old = self._saved[team]
            self._saved[team] = _Saved(old.revision + 1, old.newcomers, at, is_leaving=True)

    async def remove_team(self, team: str) -> None:
        """Remove the team and its memberships; unknown ids change nothing."""
        self._teams.pop(team, None)
        self._saved.pop(team, None)

    async def preferences(self, workspace: str, member: str) -> Preferences:
        """Return what the member chose; the defaults where nothing was chosen."""
        return self._preferences.get((workspace, member), Preferences(workspace, member))

    async def preferences_of(self, members: Collection[tuple[str, str]]) -> Sequence[Preferences]:
        """Return the stored choices of several members (those without any are left out)."""
        keys = set(members)
        return [one for key, one in self._preferences.items() if key in keys]

    async def save_preferences(self, preferences: Preferences) -> None:
        """Insert or replace."""
        self._preferences[preferences.workspace, preferences.member] = preferences

    async def record(self, entry: Audited) -> None:
        """Append to the audit trail."""
        self._audit.append(entry)

    async def audit(self, workspace: str, limit: int = 50) -> Sequence[Audited]:
        """Return the newest entries, newest first."""
        theirs = [entry for entry in reversed(self._audit) if entry.workspace == workspace]
        return sorted(theirs, key=lambda entry: entry.at, reverse=True)[:limit]

    async def forget(self, workspace: str, member: str) -> None:
        """Remove the member's choices and memberships, and their place on call."""
        self._preferences.pop((workspace, member), None)
        for team in (self._teams[one] for one in self.ids(workspace)):
            self._teams[team.id] = replace(
                team,
                supervisors=team.supervisors - {member},
                clinicians=team.clinicians - {member},
                on_call=None if team.on_call == member else team.on_call,
            )

    async def installation(self, workspace: str) -> Installation | None:
        """Return how the app is installed there, or None."""
        return self._installations.get(workspace)

    async def install(self, installation: Installation) -> None:
        """Insert or replace: one row a workspace, no older token stays."""
        self._installations[installation.workspace] = installation

    async def uninstall(self, workspace: str, before: datetime | None = None) -> bool:
        """Destroy the token, or only one installed ``before`` then; False if one stays."""
        held = self._installations.get(workspace)
        if before and held and held.installed_at and held.installed_at >= before:
            return False
        self._installations.pop(workspace, None)
        return True

    def removed_before(self, moment: datetime) -> list[str]:
        """Return the workspaces from which the app was removed before then, by id."""
        return sorted(
            one.id
            for one in self._workspaces.values()
            if one.removed_at is not None and one.removed_at < moment
        )

    def ids(self, workspace: str) -> list[str]:
        """Return the ids of the workspace's teams, those that are leaving too."""
        return [team.id for team in self._teams.values() if team.workspace == workspace]

    def drop(self, workspace: str) -> None:
        """Remove everything of a workspace but its teams."""
        self._workspaces.pop(workspace, None)
        self._installations.pop(workspace, None)
        self._preferences = {
            key: one for key, one in self._preferences.items() if key[0] != workspace
        }
        self._audit = [entry for entry in self._audit if entry.workspace != workspace]


def _by_name(teams: Iterable[Team]) -> list[Team]:
    return sorted(teams, key=lambda team: (team.name.casefold(), team.id))
