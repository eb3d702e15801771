"""The erasure's store in memory."""

from collections.abc import Sequence
from datetime import datetime

from storage.memory.checkins import MemoryCheckInStore
from storage.memory.clinic import MemoryClinicStore
from storage.memory.deliveries import MemoryDeliveryStore
from storage.memory.digests import MemoryDigestStore
from storage.memory.reflections import MemoryReflectionStore


class MemoryErasureStore:
    """``bot.privacy.port.ErasureStore`` without a database."""

    def __init__(
        self,
        clinic: MemoryClinicStore,
        deliveries: MemoryDeliveryStore,
        reflections: MemoryReflectionStore,
        checkins: MemoryCheckInStore,
        digests: MemoryDigestStore,
    ) -> None:
        self._clinic = clinic
        self._deliveries = deliveries
        self._content = (reflections, digests)
        self._checkins = checkins

    async def removed_before(self, moment: datetime) -> Sequence[str]:
        """Return the workspaces from which the app was removed before then, by id."""
        return self._clinic.removed_before(moment)

    async def erase_team(self, team: str) -> None:
        """Destroy all that is kept of a team, but for the ledger, which ends by itself."""
        for store in self._content:
            await store.remove_team(team)
        self._checkins.drop(lambda row: row.window.startswith(f"{team}."))
        self._deliveries.drop(lambda one: one.subject == team, lambda _: False)
        await self._clinic.remove_team(team)

    async def erase_workspace(self, workspace: str) -> None:
        """Destroy all that is kept of a workspace."""
        for team in self._clinic.ids(workspace):
            await self.erase_team(team)
        self._checkins.drop(lambda row: row.workspace == workspace)
        self._deliveries.drop(
            lambda one: one.workspace == workspace, lambda one: one.workspace == workspace
        )
        self._clinic.drop(workspace)
