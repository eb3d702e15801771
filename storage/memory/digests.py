"""The digests' store in memory."""

from collections.abc import Sequence

from bot.digests.model import Digest


class MemoryDigestStore:
    """``bot.digests.port.DigestStore`` without a database."""

    def __init__(self) -> None:
        self._rows: dict[str, Digest] = {}

    async def freeze(self, digest: Digest) -> None:
        """Insert; a digest that is there already stays as it is."""
        self._rows.setdefault(digest.id, digest)

    async def digest(self, digest: str) -> Digest | None:
        """Return one digest, or None."""
        return self._rows.get(digest)

    async def of_team(self, team: str, limit: int = 12) -> Sequence[Digest]:
        """Return the team's digests, newest first."""
        theirs = sorted((one for one in self._rows.values() if one.team == team), key=_id)
        return sorted(theirs, key=lambda one: one.day, reverse=True)[:limit]

    async def all(self) -> Sequence[Digest]:
        """Return every digest, newest first."""
        return sorted(sorted(self._rows.values(), key=_id), key=lambda one: one.day, reverse=True)

    async def remove(self, digests: Sequence[str]) -> None:
        """Remove."""
        for one in digests:
            self._rows.pop(one, None)

    async def remove_team(self, team: str) -> None:
        """Remove all of a team."""
        await self.remove([one.id for one in self._rows.values() if one.team == team])


def _id(digest: Digest) -> str:
    return digest.id
