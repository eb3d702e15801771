"""What erasing needs stored: everything of a team or a workspace, wherever it lies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class ErasureStore(Protocol):
    """Destroys across all features, inside one transaction."""

    async def removed_before(self, moment: datetime) -> Sequence[str]:
        """Return the workspaces from which the app was removed before then, by id."""
        ...

    async def erase_team(self, team: str) -> None:
        """Destroy all that is kept of a team, people's part and content, with its data keys. The
        ledger of what was sent, which holds no content, ends by itself.
        """
        ...

    async def erase_workspace(self, workspace: str) -> None:
        """Destroy all that is kept of a workspace, the audit trail and the token included."""
        ...
