"""The zone by which a member is asked: the chat's, or the team's where the chat knows none."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.calendar import is_zone
from bot.clinic.model import Team
from bot.errors import NotFound
from bot.ports import People


@dataclass(frozen=True, slots=True)
class Zones:
    """Looks zones up."""

    people: People

    async def of(self, team: Team, member: str) -> str:
        """Return the IANA zone of ``member`` as a member of ``team``."""
        try:
            zone = (await self.people.person(team.workspace, member)).zone
        except NotFound:  # somebody whom the chat no longer knows must not hold up the others
            zone = None
        return zone if zone and is_zone(zone) else team.zone

    async def of_all(self, team: Team, members: Iterable[str]) -> Sequence[str]:
        """Return the zone of each, in the order of ``members``; looked up at the same time."""
        return await asyncio.gather(*(self.of(team, member) for member in members))
