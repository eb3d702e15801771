"""A clinic's year under attack: weeks in which somebody is isolated, and what is still told."""

from collections import Counter
from dataclasses import dataclass, field

from tests.attack.attacker import isolated, isolated_by_sums
from tests.attack.best import best, utility
from tests.attack.clinics import K, Shape, year
from tests.attack.releases import Told, answers_of, by_attune, by_plain_k

RULES = ("plain k = 5", "k = 5, next smallest", "Attune")
COLLUDERS = (0, 1, 2)
SMALL = 16
"""Up to so many clinicians in at most three teams, every safe release is tried."""


@dataclass
class Year:
    """Weeks in which a rule isolated somebody, by rule and colluders; answers told, by rule."""

    weeks: int = 0
    isolating: Counter[tuple[str, int]] = field(default_factory=Counter)
    publishable: int = 0
    told: Counter[str] = field(default_factory=Counter)
    means: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    small: Counter[str] = field(default_factory=Counter)
    how: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Year") -> None:
        self.weeks += other.weeks
        self.publishable += other.publishable
        self.means += other.means
        for name in ("isolating", "told", "counts", "small", "how"):
            getattr(self, name).update(getattr(other, name))


def attacked(shape: Shape, weeks: int) -> Year:
    """Live through a year under the three rules, and attack each week's digests."""
    found = Year()
    history = list(year(shape, weeks))
    for (_, teams), told in zip(history, by_attune(history), strict=True):
        found.weeks += 1
        for colluders in COLLUDERS:
            learned = isolated(told, colluders)
            found.how.update(one.partition(": ")[2] or one for one in learned)
            found.isolating["Attune", colluders] += bool(learned)
        publishable = [one for one in told if len(one.week.answers) >= K]
        found.publishable += sum(len(one.week.answers) for one in publishable)
        any_number, means = utility(publishable)
        found.told["Attune"] += any_number
        found.means += means
        _count_cells(found, publishable)
        for rule in RULES[:2]:
            sums = by_plain_k(teams, next_smallest=rule != RULES[0])
            for colluders in COLLUDERS:
                groups = list(sums.values())
                found.isolating[rule, colluders] += isolated_by_sums(groups, colluders)
            whole = answers_of(teams)
            found.told[rule] += sum(len(whole[team]) for team in sums if team != "clinic")
        if shape.clinicians <= SMALL and shape.teams <= 3:
            most, most_means = best(told, max(COLLUDERS))
            found.small.update(
                publishable=sum(len(one.week.answers) for one in publishable),
                best=most, best_means=most_means, told=any_number, means=means,
            )  # fmt: skip
    return found


def _count_cells(found: Year, publishable: list[Told]) -> None:
    """Count the pulls, topics and questions that k people share, and how many of them are told."""
    for one in publishable:
        rows = list(one.week.answers.values())
        pulls = Counter(row.pull for row in rows if row.pull is not None)
        topics = Counter(topic for row in rows for topic in row.topics)
        asked = Counter({kind: len(people) for kind, people in one.week.questions.items()})
        shared = [n for cells in (pulls, topics, asked) for n in cells.values() if n >= K]
        released = one.released
        found.counts["shared"] += len(shared)
        found.counts["told"] += len(released.pulls) + len(released.topics) + len(released.asked)
