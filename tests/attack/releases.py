"""What a clinic is told of a year: by Attune's engine, and by two rules that others use."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import count
from random import Random

from bot.digests.disclosure import Beside, Released, enough, release, that_tell_more, well_hidden
from bot.reflections import AnonymousReflection, IfFew, Window, window_id
from tests.attack.clinics import K, TeamWeek

Row = tuple[str, AnonymousReflection]
"""Who wrote it, and what. The engine is given the second half alone."""


@dataclass(frozen=True)
class Told:
    """One digest with the truth beside it: the attacker is never given ``rows`` as a whole."""

    week: TeamWeek
    rows: tuple[Row, ...]
    released: Released

    @property
    def carried(self) -> int:
        return len(self.rows) - len(self.week.answers)


def by_attune(weeks: Iterable[tuple[date, Sequence[TeamWeek]]]) -> Iterator[list[Told]]:
    """Run the real engine over a clinic's weeks, with answers that are carried over."""
    carried: dict[str, list[Row]] = {}
    for day, teams in weeks:
        told: list[Told] = []
        for week in teams:
            rows = [*carried.pop(week.team, ()), *week.answers.items()]
            told.append(Told(week, _counted(week, rows), _released(day, week, rows, told)))
            if not enough(len(week.answers), K):
                carried[week.team] = [
                    (who, replace(row, carried=True))
                    for who, row in rows
                    if row.if_few is IfFew.CARRY_OVER
                ]
        yield told


def _counted(week: TeamWeek, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that the digest rests on; the attacker is taken to know whether those that
    were carried over are among them.
    """
    content = [row for _, row in rows]
    chosen = that_tell_more(content, len(week.answers), K)
    return tuple(rows if len(chosen) == len(rows) else week.answers.items())


def _released(day: date, week: TeamWeek, rows: Sequence[Row], told: Sequence[Told]) -> Released:
    window = Window(
        window_id(week.team, day), week.team, "W", day,
        datetime.combine(day, time(9), UTC), K, b"salt",
    )  # fmt: skip
    tallies = {f"asked:{kind}": len(people) for kind, people in week.questions.items()}
    before = tuple(
        frozenset(one.week.answers)
        for one in told
        if well_hidden(len(one.week.answers), K) and has_numbers(one.released)
    )
    beside = Beside(frozenset(week.answers), before)
    content = [row for _, row in rows]
    order = Random(0)
    return release(window, content, len(week.answers), tallies, order, beside)


def has_numbers(released: Released) -> bool:
    nothing = replace(released, words=(), withheld=())
    figures = nothing.figures
    rated = (figures.bond, figures.goals, figures.tasks, figures.useful, figures.safe)
    counted = (nothing.leanings, nothing.pulls, nothing.topics, nothing.asked)
    return any(one is not None for one in rated) or any(counted)


Answers = frozenset[str]
"""Answers by name: each counts in one team only, so that a sum adds over different answers."""


def answers_of(teams: Sequence[TeamWeek]) -> dict[str, Answers]:
    """Name each answer after its writer; the second of somebody in two teams differently."""
    seen: dict[str, count[int]] = {}
    found: dict[str, Answers] = {}
    for week in teams:
        names = [f"{one}.{next(seen.setdefault(one, count()))}" for one in week.answers]
        found[week.team] = frozenset(names)
    return found


def by_plain_k(teams: Sequence[TeamWeek], *, next_smallest: bool) -> dict[str, Answers]:
    """Sums of teams of five answers and of the clinic, exact; with ``next_smallest``, where one
    team alone is held back, the smallest of the others is held back too.
    """
    sizes = answers_of(teams)
    everybody = frozenset[str]().union(*sizes.values())
    told = {team: group for team, group in sizes.items() if len(group) >= K}
    held = [group for group in sizes.values() if 0 < len(group) < K]
    if next_smallest and len(held) == 1 and told:
        del told[min(told, key=lambda team: (len(told[team]), team))]
    if len(everybody) >= K:
        told["clinic"] = everybody
    return told
