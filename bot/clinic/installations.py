"""Where the app is installed: the workspaces that gave it a token."""

from dataclasses import dataclass, replace

from bot.clinic.model import Audited, Installation
from bot.clinic.port import ClinicStore
from bot.ports import Clock, Transaction


@dataclass(frozen=True, slots=True)
class Installations:
    """Installations by workspace. Taking one away is ``Privacy.workspace_removed``."""

    transaction: Transaction[ClinicStore]
    clock: Clock

    async def find(self, workspace: str) -> Installation | None:
        """Return how the app is installed there, or None."""
        async with self.transaction() as store:
            return await store.installation(workspace)

    async def keep(self, installation: Installation, by: str) -> None:
        """Store the app's right to act in a workspace; ``by`` is the member who installed it.

        It takes the place of an earlier one. A workspace that had removed the app is back, with
        all that it had.
        """
        workspace, now = installation.workspace, self.clock.now()
        async with self.transaction() as store:
            await store.install(replace(installation, installed_at=now))
            known = await store.workspace(workspace)
            if known.removed_at is not None:
                await store.save_workspace(replace(known, removed_at=None))
            await store.record(Audited(workspace, now, by, "app installed", workspace))
