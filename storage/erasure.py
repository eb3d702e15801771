"""The erasure's store: everything of a team or a workspace, in every table, with its data keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.statements import change
from storage.tables import (
    METADATA,
    DataKeyRow,
    DigestRow,
    ParticipationRow,
    ReflectionRow,
    ScheduleRow,
    TallyRow,
    TeamMemberRow,
    TeamRow,
    WindowRow,
    WorkspaceRow,
)
from storage.unit_of_work import SCRUB


class SqlErasureStore:
    """``bot.privacy.port.ErasureStore`` in a database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def removed_before(self, moment: datetime) -> Sequence[str]:
        """Return the workspaces from which the app was removed before then, by id."""
        query = select(col(WorkspaceRow.id)).where(col(WorkspaceRow.removed_at) < moment)
        return list(await self._session.scalars(query.order_by(col(WorkspaceRow.id))))

    async def erase_team(self, team: str) -> None:
        """Destroy all that is kept of a team, but for the ledger, which ends by itself. Windows are
        named after their team.
        """
        self._session.info[SCRUB] = True
        windows = select(col(WindowRow.id)).where(col(WindowRow.team) == team)
        of_team = f"{team}."
        for statement in (
            delete(ReflectionRow).where(col(ReflectionRow.window).in_(windows)),
            delete(TallyRow).where(col(TallyRow.window).in_(windows)),
            delete(WindowRow).where(col(WindowRow.team) == team),
            delete(DigestRow).where(col(DigestRow.team) == team),
            delete(ParticipationRow).where(
                col(ParticipationRow.window).startswith(of_team, autoescape=True)
            ),
            delete(ScheduleRow).where(col(ScheduleRow.subject) == team),
            delete(TeamMemberRow).where(col(TeamMemberRow.team) == team),
            delete(TeamRow).where(col(TeamRow.id) == team),
        ):
            await change(self._session, statement)
        await self._destroy_keys(f"reflections:{team}", f"digests:{team}")

    async def erase_workspace(self, workspace: str) -> None:
        """Destroy all that is kept of a workspace, whatever table names it."""
        teams = select(col(TeamRow.id)).where(col(TeamRow.workspace) == workspace)
        for team in list(await self._session.scalars(teams)):
            await self.erase_team(team)
        self._session.info[SCRUB] = True
        for table in reversed(METADATA.sorted_tables):
            if "workspace" in table.c:
                theirs: ColumnElement[bool] = table.c.workspace == workspace
                await change(self._session, delete(table).where(theirs))
        await change(self._session, delete(WorkspaceRow).where(col(WorkspaceRow.id) == workspace))
        await self._destroy_keys(f"words:{workspace}", f"token:{workspace}")

    async def _destroy_keys(self, *owners: str) -> None:
        await change(self._session, delete(DataKeyRow).where(col(DataKeyRow.owner).in_(owners)))
