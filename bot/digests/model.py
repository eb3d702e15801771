"""A digest: what may be told about a closed window, frozen when it is released."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Band(StrEnum):
    """How many of those asked answered, in bands, never as a number."""

    NONE = "none"
    FEW = "a few"
    HALF = "about half"
    MOST = "most"
    NEARLY_ALL = "nearly all"


class Leaning(StrEnum):
    """On which side of the scale's middle a mean lies, where too few rated it to tell the mean."""

    BELOW = "below the middle"
    ABOVE = "at the middle or above"


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something that was not shown, and why, in a sentence."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Means of one window's ratings, 1.0 to 5.0 in halves; None where too few answered."""

    day: date
    bond: float | None = None
    goals: float | None = None
    tasks: float | None = None
    useful: float | None = None
    safe: float | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a supervisor receives for one window of one team.

    ``pulls``, ``topics`` and ``asked`` hold only cells that at least ``threshold`` people share,
    by name, rounded down ("at least"). ``leanings`` stand for ratings whose mean cannot be told, by
    name. ``words`` are shown with their writers' leave, in random order.
    ``history`` are the figures of earlier released windows, oldest first.
    """

    id: str
    team: str
    team_name: str
    workspace: str
    window: str
    day: date
    threshold: int
    band: Band
    figures: Figures
    history: tuple[Figures, ...] = ()
    pulls: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    leanings: dict[str, Leaning] = field(default_factory=dict)

    @property
    def tells_ratings(self) -> bool:
        """Tell whether a mean of bond, goals or tasks may be shown, and so whether there is a
        picture.
        """
        return any((self.figures.bond, self.figures.goals, self.figures.tasks))

    @property
    def tells_numbers(self) -> bool:
        """Tell whether any number at all may be shown."""
        supervision = (self.figures.useful, self.figures.safe)
        counts = (self.leanings, self.pulls, self.topics, self.asked)
        return self.tells_ratings or any(supervision) or any(counts)
