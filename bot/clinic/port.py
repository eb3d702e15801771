"""What the clinic needs stored. The two stores' rule (privacy): members' ids live here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.clinic.model import Audited, Installation, Preferences, StoredTeam, Team, Workspace


class ClinicStore(Protocol):
    """Teams, preferences and the audit trail, inside one transaction."""

    async def workspace(self, workspace: str) -> Workspace:
        """Return the workspace; one that was never saved is returned empty."""
        ...

    async def save_workspace(self, workspace: Workspace) -> None:
        """Insert or replace."""
        ...

    async def team(self, team: str) -> Team | None:
        """Return one team, or None."""
        ...

    async def several(self, teams: Collection[str]) -> Sequence[Team]:
        """Return those of the named teams that there are, by name."""
        ...

    async def teams(self, workspace: str) -> Sequence[Team]:
        """Return the workspace's teams by name."""
        ...

    async def teams_of(self, workspace: str, member: str) -> Sequence[Team]:
        """Return the teams in which ``member`` is a clinician or a supervisor, by name."""
        ...

    async def stored(self, team: str) -> StoredTeam | None:
        """Return one team with what is known of its saving, one that is leaving too, or None."""
        ...

    async def settle_team(self, team: str, revision: int) -> bool:
        """Note that all that follows from this saving of the team was done; False, and nothing
        noted, where the team was saved again since or is gone.
        """
        ...

    async def unsettled(self, saved_before: datetime) -> Sequence[str]:
        """Return teams that were last saved before then and not settled since, longest waiting
        first; of a workspace that removed the app only those that are leaving.
        """
        ...

    async def save_team(self, team: Team, at: datetime | None = None) -> None:
        """Insert or replace, members included. ``at`` is when, for a team from which something
        follows: it waits to be settled, and those who joined it are new until then.
        """
        ...

    async def leave_team(self, team: str, at: datetime) -> None:
        """Begin to remove the team: from now on nobody finds it, and it waits to be settled."""
        ...

    async def remove_team(self, team: str) -> None:
        """Remove the team and its memberships; unknown ids change nothing."""
        ...

    async def preferences(self, workspace: str, member: str) -> Preferences:
        """Return what the member chose; the defaults where nothing was chosen."""
        ...

    async def preferences_of(self, members: Collection[tuple[str, str]]) -> Sequence[Preferences]:
        """Return the stored choices of several members, each named with its workspace; those
        without any are left out.
        """
        ...

    async def save_preferences(self, preferences: Preferences) -> None:
        """Insert or replace."""
        ...

    async def record(self, entry: Audited) -> None:
        """Append to the audit trail."""
        ...

    async def audit(self, workspace: str, limit: int = 50) -> Sequence[Audited]:
        """Return the newest entries, newest first."""
        ...

    async def forget(self, workspace: str, member: str) -> None:
        """Remove the member's choices and memberships."""
        ...

    async def installation(self, workspace: str) -> Installation | None:
        """Return how the app is installed there, or None."""
        ...

    async def install(self, installation: Installation) -> None:
        """Insert or replace: one row a workspace, no older token stays."""
        ...

    async def uninstall(self, workspace: str, before: datetime | None = None) -> bool:
        """Destroy the token, or only one installed ``before`` then; False if one stays."""
        ...
