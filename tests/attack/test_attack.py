"""The short attack: a few clinics of every kind; and that the attacker can win at all."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digests import disclosure
from bot.reflections import AnonymousReflection, IfFew, Pull, Ratings
from tests.attack.__main__ import report
from tests.attack.attacker import isolated
from tests.attack.clinics import FIRST_DAY, Shape, TeamWeek
from tests.attack.measure import COLLUDERS, RULES, Year, attacked
from tests.attack.releases import by_attune

SHAPES = [
    Shape(*size, rate, 0.3)
    for size in ((4, 1), (6, 1), (8, 1), (12, 2), (24, 3), (40, 5))
    for rate in (0.4, 0.9)
]


def over(shapes: list[Shape], weeks: int = 13) -> Year:
    found = Year()
    for shape in shapes:
        found.add(attacked(shape, weeks))
    return found


@pytest.fixture(scope="module")
def quarter() -> Year:
    return over(SHAPES)


@pytest.mark.parametrize("colluders", COLLUDERS)
def test_nobody_is_isolated(quarter: Year, colluders: int) -> None:
    assert quarter.isolating["Attune", colluders] == 0, quarter.how


def test_other_rules_are_broken_in_the_same_weeks(quarter: Year) -> None:
    plain, suppressing = (quarter.isolating[rule, 2] for rule in RULES[:2])
    assert plain > suppressing > quarter.weeks / 5


def test_what_can_safely_be_told_is_told(quarter: Year) -> None:
    small = quarter.small
    assert small["best"] - small["told"] <= 0.05 * small["publishable"]
    assert small["best_means"] - small["means"] <= 0.05 * small["publishable"]
    assert quarter.told["Attune"] > 0.95 * quarter.publishable
    assert "| Attune | 0 (0%) | 0 (0%) | 0 (0%) |" in report(quarter)


def learned(monkeypatch: pytest.MonkeyPatch, **broken: object) -> Counter[str]:
    """What the attacker finds once a part of the engine is broken."""
    for name, value in broken.items():
        monkeypatch.setattr(disclosure, name, value)
    return over([Shape(10, 1, 0.9), Shape(24, 3, 0.8, 0.6), Shape(6, 1, 0.6)], 26).how


def test_an_engine_that_reckons_with_no_colluders_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = learned(monkeypatch, COLLUDERS=0, WORDS_OVER_K=0)
    assert {"bond", "words", "pulls"} <= set(found)


ROW = AnonymousReflection(Ratings(bond=3), if_few=IfFew.CARRY_OVER)


def week(answers: dict[str, AnonymousReflection], team: str = "T1") -> TeamWeek:
    return TeamWeek(team, frozenset(answers), frozenset(answers), answers)


def lasts(*weeks: list[TeamWeek]) -> list[str]:
    """What is learned of the last of these weeks."""
    days = [(FIRST_DAY + timedelta(weeks=number), one) for number, one in enumerate(weeks)]
    return isolated(list(by_attune(days))[-1], 2)


def test_pulls_that_are_not_attacked_together_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    pulls = [Pull.COLLUDE] * 5 + [Pull.CONFRONT] * 5
    answers = {f"U{place}": replace(ROW, pull=pull) for place, pull in enumerate(pulls)}
    assert lasts([week(answers)]) == []
    monkeypatch.setattr(disclosure, "isolates", lambda *_: False)
    assert lasts([week(answers)]) == ["T1: pulls"]


def test_teams_that_are_not_attacked_together_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {f"U{place:02}": ROW for place in range(11)}
    within = dict(sorted(answers.items())[:9])
    teams = [week(within), week(answers, "T2")]
    assert lasts(teams) == []
    monkeypatch.setattr(disclosure, "_points_at_few", lambda *_: False)
    assert lasts(teams) == ["teams side by side"]


def test_a_side_told_of_too_few_others_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer was carried over. Two colluders gave all the ones, and so know the three fives."""
    least, most = replace(ROW, ratings=Ratings(bond=1)), replace(ROW, ratings=Ratings(bond=5))
    now = {"U1": least, "U2": least, "U3": most, "U4": most, "U5": most}
    assert lasts([week({"U1": least})], [week(now)]) == []
    monkeypatch.setattr(disclosure, "_known", lambda _: 0)
    assert lasts([week({"U1": least})], [week(now)]) == ["T1: bond"]
