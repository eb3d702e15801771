"""Invented clinics over a year: who is asked, who answers, what they answer. Seeds are fixed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from bot.deidentify.model import restored
from bot.reflections import AnonymousReflection, IfFew, Pull, Ratings, Topic

WEEKS = 52
FIRST_DAY = date(2026, 1, 5)
K = 5
TOPICS = list(Topic)[:6]
ASKED = ("collusion", "confrontation", "attuned")
_RATINGS = ("bond", "goals", "tasks", "useful", "safe")


@dataclass(frozen=True)
class Shape:
    """A clinic: how many clinicians in how many teams; the shares of those who answer, of those
    who are in a second team too, of those who leave and are replaced each week, and of absences.
    """

    clinicians: int
    teams: int
    rate: float
    overlap: float = 0.15
    turnover: float = 0.02
    absence: float = 0.08
    run: int = 0

    @property
    def seed(self) -> str:
        return f"{self.clinicians}/{self.teams}/{self.rate}/{self.overlap}/{self.run}"


@dataclass(frozen=True)
class TeamWeek:
    """A team's week: who belongs to it, was asked, answered what, and asked about phrasing."""

    team: str
    members: frozenset[str]
    asked: frozenset[str]
    answers: dict[str, AnonymousReflection]
    questions: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass
class _Clinic:
    shape: Shape
    random: Random
    teams: dict[str, set[str]] = field(default_factory=dict)
    hired: int = 0

    def hire(self, team: str) -> None:
        self.hired += 1
        self.teams[team].add(f"U{self.hired:03}")

    def open(self) -> None:
        names = [f"T{number}" for number in range(1, self.shape.teams + 1)]
        self.teams = {name: set() for name in names}
        for number in range(self.shape.clinicians):
            self.hire(names[number % len(names)])
        if len(names) > 1:
            for member in sorted(set().union(*self.teams.values())):
                if self.random.random() < self.shape.overlap:
                    self.teams[self.random.choice(names)].add(member)

    def turn_over(self) -> None:
        """Somebody leaves, somebody joins: the size stays about the same."""
        for team, members in self.teams.items():
            for member in sorted(members):
                if self.random.random() < self.shape.turnover:
                    members.discard(member)
                    self.hire(team)

    def week(self) -> list[TeamWeek]:
        answers: dict[str, AnonymousReflection] = {}
        mood = self.random.choice((2, 3, 3, 4, 4, 5))
        everybody = sorted(set().union(*self.teams.values()))
        here = {one for one in everybody if self.random.random() >= self.shape.absence}
        rate = {one: _bounded(self.shape.rate + self.random.gauss(0, 0.05)) for one in everybody}
        for one in everybody:
            if one in here and self.random.random() < rate[one]:
                answers[one] = _reflection(self.random, mood)
        questions = {
            kind: frozenset(one for one in everybody if self.random.random() < 0.4)
            for kind in ASKED
        }
        return [
            TeamWeek(
                team,
                frozenset(members),
                frozenset(members & here),
                # Whoever is in two teams answers alike in both: the worst for overlapping teams.
                {one: answers[one] for one in sorted(members) if one in answers},
                {kind: people & members for kind, people in questions.items()},
            )
            for team, members in sorted(self.teams.items())
        ]


def year(shape: Shape, weeks: int = WEEKS) -> Iterator[tuple[date, list[TeamWeek]]]:
    """Yield each week's day and what happened in each team."""
    clinic = _Clinic(shape, Random(shape.seed))
    clinic.open()
    for number in range(weeks):
        yield FIRST_DAY + timedelta(weeks=number), clinic.week()
        clinic.turn_over()


def _bounded(share: float) -> float:
    return min(1.0, max(0.0, share))


def _reflection(random: Random, mood: int) -> AnonymousReflection:
    given = {
        name: min(5, max(1, round(random.gauss(mood, 0.9))))
        for name in _RATINGS
        if random.random() < 0.93
    }
    topics = frozenset(topic for topic in TOPICS if random.random() < 0.35)
    pull = random.choice([Pull.ATTUNED, Pull.ATTUNED, *Pull]) if random.random() < 0.95 else None
    agrees = random.random() < 0.6
    return AnonymousReflection(
        Ratings(**given),
        pull,
        topics,
        restored("words") if agrees else None,
        agrees,
        random.choice(list(IfFew)),
    )
