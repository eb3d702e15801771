"""Windows and the anonymous reflections collected in them. No member is known here."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Final

from bot.deidentify import Deidentified

SCALE: Final = range(1, 6)
"""Every rating runs from 1 (not at all) to 5 (fully)."""


class Pull(IntEnum):
    """Which way the clinician was pulled this week; 0 is the attuned middle."""

    COLLUDE = -2
    COLLUDE_A_BIT = -1
    ATTUNED = 0
    CONFRONT_A_BIT = 1
    CONFRONT = 2


class Topic(StrEnum):
    """What a clinician wants to bring to supervision: a fixed list, so that it can be counted."""

    BOND = "bond"
    GOALS = "goals"
    TASKS = "tasks"
    RUPTURE = "rupture"
    COLLUSION = "collusion"
    CONFRONTATION = "confrontation"
    SELF_CRITICISM = "self_criticism"
    ENDINGS = "endings"
    BOUNDARIES = "boundaries"
    SILENCE = "silence"
    CULTURE = "culture"
    RISK = "risk"
    WORKLOAD = "workload"
    SUPERVISION = "supervision"


class IfFew(StrEnum):
    """What the writer wants done when too few answer."""

    CARRY_OVER = "carry_over"
    COUNT_ONLY = "count_only"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Ratings:
    """How the week felt, each 1 to 5, None where left out.

    ``bond``, ``goals``, ``tasks`` are the alliance's three parts (Bordin 1979);
    ``useful`` and ``safe`` are about supervision itself.
    """

    bond: int | None = None
    goals: int | None = None
    tasks: int | None = None
    useful: int | None = None
    safe: int | None = None


@dataclass(frozen=True, slots=True)
class AnonymousReflection:
    """What one writer sent: no name, no time. Words only as ``Deidentified``. ``carried`` over from
    an earlier week, it may be from somebody who answered again.
    """

    ratings: Ratings = field(default_factory=Ratings)
    pull: Pull | None = None
    topics: frozenset[Topic] = frozenset()
    words: Deidentified | None = None
    may_show: bool = False
    if_few: IfFew = IfFew.CARRY_OVER
    carried: bool = False


class WindowState(StrEnum):
    """A window is open until it closes, and released once its digest is frozen."""

    OPEN = "open"
    RELEASED = "released"


def window_id(team: str, day: date) -> str:
    """Return the window's id: the team and the check-in's local date."""
    return f"{team}.{day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Window:
    """A week in which a team's answers are collected.

    ``day`` is the check-in's local date, the same for all zones; ``closes_at`` one instant for
    all. ``threshold`` is the smallest group that writers were shown; it can rise, never fall.
    ``salt`` tags who named what, so that a person counts once; it is destroyed with the release.
    """

    id: str
    team: str
    workspace: str
    day: date
    closes_at: datetime
    threshold: int
    salt: bytes
    state: WindowState = WindowState.OPEN

    def takes_answers(self, now: datetime) -> bool:
        """Tell whether answers may still come in, change or go."""
        return self.state is WindowState.OPEN and now < self.closes_at
