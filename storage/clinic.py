"""The clinic's store: workspaces, teams, preferences, audit, installations."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.clinic.model import Audited, Installation, Preferences, StoredTeam, Team, Workspace
from storage import mapping
from storage.statements import add_new, among, among_pairs, change, find, put, table_of
from storage.tables import (
    AuditRow,
    InstallationRow,
    PreferencesRow,
    TeamMemberRow,
    TeamRow,
    WorkspaceRow,
)
from storage.unit_of_work import SCRUB
from storage.vault import Vault

_TEAMS = table_of(TeamRow)
_IS_HERE = col(TeamRow.is_leaving).is_(False)


class SqlClinicStore:
    """``bot.clinic.port.ClinicStore`` in a database."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def workspace(self, workspace: str) -> Workspace:
        """Return the workspace; one that was never saved is returned empty."""
        row = await find(self._session, WorkspaceRow, workspace)
        if row is None:
            return Workspace(workspace)
        hiding = await self._vault.open(
            _words_of(workspace), row.hiding, WorkspaceRow.__tablename__, workspace
        )
        return mapping.to_workspace(row, hiding)

    async def save_workspace(self, workspace: Workspace) -> None:
        """Insert or replace."""
        hiding = await self._vault.seal(
            _words_of(workspace.id),
            mapping.hiding_to_bytes(workspace),
            WorkspaceRow.__tablename__,
            workspace.id,
        )
        row = WorkspaceRow(
            id=workspace.id,
            admins=sorted(workspace.admins),
            hiding=hiding,
            removed_at=workspace.removed_at,
        )
        await put(self._session, [row])

    async def team(self, team: str) -> Team | None:
        """Return one team, or None."""
        found = await self.several([team])
        return found[0] if found else None

    async def several(self, teams: Collection[str]) -> Sequence[Team]:
        """Return those of the named teams that there are, by name."""
        named = among(self._session, col(TeamRow.id), teams)
        rows = await self._session.execute(select(_TEAMS).where(named, _IS_HERE))
        return await self._with_members(rows.all())

    async def teams(self, workspace: str) -> Sequence[Team]:
        """Return the workspace's teams by name."""
        rows = await self._session.execute(
            select(_TEAMS).where(col(TeamRow.workspace) == workspace, _IS_HERE)
        )
        return await self._with_members(rows.all())

    async def teams_of(self, workspace: str, member: str) -> Sequence[Team]:
        """Return the teams in which ``member`` is a clinician or a supervisor, by name."""
        theirs = select(col(TeamMemberRow.team)).where(col(TeamMemberRow.member) == member)
        rows = await self._session.execute(
            select(_TEAMS).where(
                col(TeamRow.workspace) == workspace, col(TeamRow.id).in_(theirs), _IS_HERE
            )
        )
        return await self._with_members(rows.all())

    async def save_team(self, team: Team, at: datetime | None = None) -> None:
        """Insert or replace, members included."""
        # Locked: of two savings at once the second must count on from the first.
        same = col(TeamRow.id) == team.id
        held = select(col(TeamRow.revision), col(TeamRow.is_leaving)).where(same).with_for_update()
        row = (await self._session.execute(held)).one_or_none()
        revision, is_leaving = row or (0, False)
        known = await self._session.scalars(
            select(col(TeamMemberRow.member)).where(
                col(TeamMemberRow.team) == team.id, col(TeamMemberRow.is_new).is_(False)
            )
        )
        newcomers = team.members.difference(known) if at else frozenset()
        stored = StoredTeam(team, revision + 1, newcomers, is_leaving)
        await put(self._session, [mapping.from_team(stored, at)])
        await self._remove_members(team.id)
        await add_new(self._session, mapping.from_members(team, newcomers))

    async def stored(self, team: str) -> StoredTeam | None:
        """Return one team with what is known of its saving, or None."""
        row = await find(self._session, TeamRow, team)
        if row is None:
            return None
        newcomers = await self._session.scalars(
            select(col(TeamMemberRow.member)).where(
                col(TeamMemberRow.team) == team, col(TeamMemberRow.is_new)
            )
        )
        (found,) = await self._with_members([row])
        return StoredTeam(found, row.revision, frozenset(newcomers), row.is_leaving)

    async def settle_team(self, team: str, revision: int) -> bool:
        """Note that all that follows from this saving of the team was done."""
        same = col(TeamRow.id) == team, col(TeamRow.revision) == revision
        met = await change(self._session, update(TeamRow).where(*same).values(unsettled_at=None))
        if met:
            theirs = update(TeamMemberRow).where(col(TeamMemberRow.team) == team)
            await change(self._session, theirs.values(is_new=False))
        return bool(met)

    async def unsettled(self, saved_before: datetime) -> Sequence[str]:
        """Return teams that were last saved before then and not settled since."""
        removed = exists().where(
            col(WorkspaceRow.id) == col(TeamRow.workspace),
            col(WorkspaceRow.removed_at).is_not(None),
        )
        query = select(col(TeamRow.id)).where(
            col(TeamRow.unsettled_at) < saved_before, or_(col(TeamRow.is_leaving), ~removed)
        )
        order = col(TeamRow.unsettled_at), col(TeamRow.id)
        return list(await self._session.scalars(query.order_by(*order)))

    async def leave_team(self, team: str, at: datetime) -> None:
        """Begin to remove the team: from now on nobody finds it, and it waits to be settled."""
        leaving = {"is_leaving": True, "unsettled_at": at, "revision": col(TeamRow.revision) + 1}
        await change(
            self._session, update(TeamRow).where(col(TeamRow.id) == team).values(**leaving)
        )

    async def remove_team(self, team: str) -> None:
        """Remove the team and its memberships; unknown ids change nothing."""
        await self._remove_members(team)
        await change(self._session, delete(TeamRow).where(col(TeamRow.id) == team))

    async def preferences(self, workspace: str, member: str) -> Preferences:
        """Return what the member chose; the defaults where nothing was chosen."""
        row = await find(self._session, PreferencesRow, workspace, member)
        return Preferences(workspace, member) if row is None else mapping.to_preferences(row)

    async def preferences_of(self, members: Collection[tuple[str, str]]) -> Sequence[Preferences]:
        """Return the stored choices of several members (those without any are left out)."""
        key = col(PreferencesRow.workspace), col(PreferencesRow.member)
        named = among_pairs(self._session, key, members)
        rows = await self._session.scalars(select(PreferencesRow).where(named))
        return [mapping.to_preferences(row) for row in rows]

    async def save_preferences(self, preferences: Preferences) -> None:
        """Insert or replace."""
        await put(self._session, [mapping.from_preferences(preferences)])

    async def record(self, entry: Audited) -> None:
        """Append to the audit trail."""
        self._session.add(mapping.from_audited(entry))
        await self._session.flush()

    async def audit(self, workspace: str, limit: int = 50) -> Sequence[Audited]:
        """Return the newest entries, newest first."""
        rows = await self._session.scalars(
            select(AuditRow)
            .where(col(AuditRow.workspace) == workspace)
            .order_by(col(AuditRow.at).desc(), col(AuditRow.id).desc())
            .limit(limit)
        )
        return [mapping.to_audited(row) for row in rows]

    async def forget(self, workspace: str, member: str) -> None:
        """Remove the member's choices and memberships, and their place on call."""
        teams = select(col(TeamRow.id)).where(col(TeamRow.workspace) == workspace)
        for statement in (
            delete(PreferencesRow).where(
                col(PreferencesRow.workspace) == workspace, col(PreferencesRow.member) == member
            ),
            delete(TeamMemberRow).where(
                col(TeamMemberRow.member) == member, col(TeamMemberRow.team).in_(teams)
            ),
            update(TeamRow)
            .where(col(TeamRow.workspace) == workspace, col(TeamRow.on_call) == member)
            .values(on_call=None),
        ):
            await change(self._session, statement)

    async def installation(self, workspace: str) -> Installation | None:
        """Return how the app is installed there, or None."""
        row = await find(self._session, InstallationRow, workspace)
        if row is None:
            return None
        token = await self._vault.open(
            _token_of(workspace), row.token, InstallationRow.__tablename__, workspace
        )
        return mapping.to_installation(row, token)

    async def install(self, installation: Installation) -> None:
        """Insert or replace: one row a workspace, no older token stays."""
        workspace = installation.workspace
        token = await self._vault.seal(
            _token_of(workspace),
            installation.token.encode(),
            InstallationRow.__tablename__,
            workspace,
        )
        row = InstallationRow(
            workspace=workspace,
            name=installation.name,
            bot_user=installation.bot_user,
            scopes=sorted(installation.scopes),
            token=token,
            installed_at=installation.installed_at,
        )
        await put(self._session, [row])

    async def uninstall(self, workspace: str, before: datetime | None = None) -> bool:
        """Destroy the token and its key, or only ones from ``before`` then; False if one stays."""
        # Decided by the statement itself: the app may be installed again at this moment.
        gone = delete(InstallationRow).where(col(InstallationRow.workspace) == workspace)
        if before:
            at = col(InstallationRow.installed_at)
            gone = gone.where(or_(at.is_(None), at < before))
        await change(self._session, gone)
        if await find(self._session, InstallationRow, workspace):
            return False
        self._session.info[SCRUB] = True
        await self._vault.destroy(_token_of(workspace))
        return True

    async def _with_members(self, rows: Sequence[Any]) -> list[Team]:
        members: dict[str, list[tuple[str, str]]] = {row.id: [] for row in rows}
        found = await self._session.execute(
            select(
                col(TeamMemberRow.team), col(TeamMemberRow.member), col(TeamMemberRow.role)
            ).where(among(self._session, col(TeamMemberRow.team), members))
        )
        for team, member, role in found:
            members[team].append((member, role))
        teams = [mapping.to_team(row, members[row.id]) for row in rows]
        # Sorted here: databases disagree on the order of letters.
        return sorted(teams, key=lambda team: (team.name.casefold(), team.id))

    async def _remove_members(self, team: str) -> None:
        await change(self._session, delete(TeamMemberRow).where(col(TeamMemberRow.team) == team))


def _words_of(workspace: str) -> str:
    return f"words:{workspace}"


def _token_of(workspace: str) -> str:
    return f"token:{workspace}"
