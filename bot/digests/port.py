"""What digests need stored: what was released, so that it is never released differently."""

from collections.abc import Sequence
from typing import Protocol

from bot.digests.model import Digest


class DigestStore(Protocol):
    """Released digests, encrypted, inside one transaction."""

    async def freeze(self, digest: Digest) -> None:
        """Insert; a digest that is there already stays as it is."""
        ...

    async def digest(self, digest: str) -> Digest | None:
        """Return one digest, or None."""
        ...

    async def of_team(self, team: str, limit: int = 12) -> Sequence[Digest]:
        """Return the team's digests, newest first."""
        ...

    async def all(self) -> Sequence[Digest]:
        """Return every digest, newest first."""
        ...

    async def remove(self, digests: Sequence[str]) -> None:
        """Remove (retention)."""
        ...

    async def remove_team(self, team: str) -> None:
        """Remove all of a team."""
        ...
