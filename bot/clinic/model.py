"""The clinic: workspaces, supervision teams, roles and what a member prefers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum

from bot.messages import Person

LEAST_GROUP = 5
"""The smallest group whose numbers may be shown; a team may ask for more, never for fewer."""


class Role(StrEnum):
    """What a person may be in a workspace; one person may be several."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    CLINICIAN = "clinician"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a team is asked and when its digest comes. Weekdays count from Monday = 0.

    Times are local: the check-in in each clinician's own zone, the digest in each supervisor's.
    ``window_days`` is how long answers are taken after the check-in (1 to 6). Nothing is sent
    from ``quiet_from`` to ``quiet_to`` (may run over midnight; equal means no quiet hours).
    """

    checkin_day: int = 0
    checkin_time: time = time(9, 0)
    window_days: int = 3
    digest_day: int = 4
    digest_time: time = time(9, 0)
    quiet_from: time = time(19, 0)
    quiet_to: time = time(7, 0)


@dataclass(frozen=True, slots=True)
class Team:
    """A supervision team. ``zone`` is where its window is counted; ``country`` and ``region``
    name its holiday calendar (ISO 3166, None for none); ``on_call`` is a member's id.
    """

    id: str
    workspace: str
    name: str
    zone: str
    supervisors: frozenset[str] = frozenset()
    clinicians: frozenset[str] = frozenset()
    rhythm: Rhythm = field(default_factory=Rhythm)
    country: str | None = None
    region: str | None = None
    on_call: str | None = None
    emergency_number: str | None = None
    smallest_group: int = LEAST_GROUP

    @property
    def members(self) -> frozenset[str]:
        """Everyone in the team, in either role."""
        return self.supervisors | self.clinicians


@dataclass(frozen=True, slots=True)
class StoredTeam:
    """A team as it is stored. ``revision`` counts its savings; ``newcomers`` joined since all that
    follows from it (schedules, welcomes) was last done. One that ``is_leaving`` was removed; what
    it leaves behind is being destroyed.
    """

    team: Team
    revision: int
    newcomers: frozenset[str] = frozenset()
    is_leaving: bool = False

    @property
    def settled(self) -> Team:
        """The team without its newcomers."""
        return replace(
            self.team,
            supervisors=self.team.supervisors - self.newcomers,
            clinicians=self.team.clinicians - self.newcomers,
        )


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace and the admins named in Attune beside those whom the chat reports.

    ``removed_at`` is when the app was uninstalled; its data goes after a period of grace.
    ``never_hide`` and ``always_hide`` are the clinic's own words for de-identification.
    """

    id: str
    admins: frozenset[str] = frozenset()
    always_hide: frozenset[str] = frozenset()
    never_hide: frozenset[str] = frozenset()
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Installation:
    """The app's right to act in a workspace. The token is encrypted at rest and never shown.

    ``installed_at`` is None for one that was kept before that was noted.
    """

    workspace: str
    name: str
    bot_user: str
    scopes: frozenset[str]
    token: str = field(repr=False)
    installed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one member chose: private reminders (0 to 2), a pause, an absence (both inclusive)."""

    workspace: str
    member: str
    reminders: int = 1
    paused_until: date | None = None
    away_from: date | None = None
    away_to: date | None = None

    def absent_on(self, day: date) -> str | None:
        """Return why this member is not asked on ``day``, or None."""
        if self.paused_until is not None and day < self.paused_until:
            return f"paused until {self.paused_until}"
        if self.away_from and self.away_to and self.away_from <= day <= self.away_to:
            return f"away until {self.away_to}"
        return None


@dataclass(frozen=True, slots=True)
class Audited:
    """Who changed what, when. ``subject`` is an id, ``detail`` a setting's name; no content."""

    workspace: str
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who acts, with the roles they hold right now. Built anew at each request."""

    person: Person
    teams: tuple[Team, ...]
    is_admin: bool

    @property
    def id(self) -> str:
        """The member's id in the workspace."""
        return self.person.id

    @property
    def workspace(self) -> str:
        """The workspace's id."""
        return self.person.workspace

    @property
    def supervises(self) -> tuple[Team, ...]:
        """The teams whose digests this person receives."""
        return tuple(team for team in self.teams if self.id in team.supervisors)

    @property
    def reflects_in(self) -> tuple[Team, ...]:
        """The teams in which this person is asked to reflect."""
        return tuple(team for team in self.teams if self.id in team.clinicians)

    def roles_in(self, team: Team | None) -> frozenset[Role]:
        """Return the roles that count for ``team``, or for the workspace as a whole (None)."""
        held = {Role.MEMBER}
        if self.is_admin:
            held.add(Role.ADMIN)
        for role, teams in _held_in(self).items():
            if any(team is None or team.id == one.id for one in teams):
                held.add(role)
        return frozenset(held)


def _held_in(viewer: Viewer) -> Mapping[Role, tuple[Team, ...]]:
    return {Role.SUPERVISOR: viewer.supervises, Role.CLINICIAN: viewer.reflects_in}
