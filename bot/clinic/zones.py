"""The zone by which a member is asked: the chat's, or the team's where the chat knows none."""

from dataclasses import dataclass

from bot.calendar import is_zone
from bot.clinic.model import Team
from bot.ports import People


@dataclass(frozen=True, slots=True)
class Zones:
    """Looks zones up."""

    people: People

    async def of(self, team: Team, member: str) -> str:
        """Return the IANA zone of ``member`` as a member of ``team``."""
        person = await self.people.person(team.workspace, member)
        return person.zone if person.zone and is_zone(person.zone) else team.zone
