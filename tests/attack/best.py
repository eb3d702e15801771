"""The best that could safely be told of a small week: every choice is tried."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from bot.digests.model import Figures, Leaning
from tests.attack.attacker import RATINGS, isolated
from tests.attack.clinics import K
from tests.attack.releases import Told

NONE, SIDE, MEAN = 0, 1, 2
MIDDLE = 3


def best(told: Sequence[Told], colluders: int) -> tuple[int, int]:
    """Return how many answers of teams of at least K could safely be told of at all, and how
    many with their mean, at most. Each team is told nothing, sides of the middle or means.
    """
    teams = [one for one in told if len(one.week.answers) >= K]
    told_as = [[_told_as(one, level, colluders) for level in (NONE, SIDE, MEAN)] for one in teams]
    found = [(0, 0)]
    for levels in product((NONE, SIDE, MEAN), repeat=len(teams)):
        tried = [choices[level] for choices, level in zip(told_as, levels, strict=True)]
        if not isolated(tried, colluders):
            found.append(utility(tried))
    return max(found)


def utility(told: Sequence[Told]) -> tuple[int, int]:
    """Return how many of the week's answers some number rests on, and how many a mean."""
    any_number = [one for one in told if _has(one, MEAN) or _has(one, SIDE)]
    means = [one for one in told if _has(one, MEAN)]
    return sum(len(one.week.answers) for one in any_number), sum(
        len(one.week.answers) for one in means
    )


def _has(told: Told, level: int) -> bool:
    figures = told.released.figures
    if level == SIDE:
        return bool(told.released.leanings)
    return any(getattr(figures, name) is not None for name in RATINGS)


def _told_as(told: Told, level: int, colluders: int) -> Told:
    """Tell each rating as finely as is safe on its own, at most at ``level``."""
    sides: dict[str, Leaning] = {}
    means: dict[str, float] = {}
    for name, given in _given(told):
        mean = sum(given) / len(given)
        side = Leaning.BELOW if mean < MIDDLE else Leaning.ABOVE
        if level == MEAN and not isolated([_with(told, {name: mean}, {})], colluders):
            means[name] = mean
        elif level >= SIDE and not isolated([_with(told, {}, {name: side})], colluders):
            sides[name] = side
    return _with(told, means, sides)


def _with(told: Told, means: dict[str, float], sides: dict[str, Leaning]) -> Told:
    day = told.released.figures.day
    released = replace(
        told.released, figures=Figures(day, **means), leanings=sides,
        pulls={}, topics={}, asked={}, words=(),
    )  # fmt: skip
    return replace(told, released=released)


def _given(told: Told) -> Iterator[tuple[str, list[int]]]:
    for name in RATINGS:
        given = [getattr(row.ratings, name) for _, row in told.rows]
        present = [one for one in given if one is not None]
        if present:
            yield name, present
