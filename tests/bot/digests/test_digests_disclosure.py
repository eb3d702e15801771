"""What may be told: attacked with whatever Hypothesis thinks of. Nothing of fewer than k people."""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deidentify.model import restored
from bot.digests.disclosure import Beside, Released, band, enough, release, well_hidden
from bot.digests.model import Band, Figures, Leaning
from bot.reflections import AnonymousReflection, Pull, Ratings, Topic, Window
from tests.fakes import THURSDAY, WORKSPACE

DAY = date(2026, 1, 5)
NAMES = ("bond", "goals", "tasks", "useful", "safe")

ratings = st.builds(Ratings, **{name: st.none() | st.integers(1, 5) for name in NAMES})
rows = st.builds(
    AnonymousReflection,
    ratings=ratings,
    pull=st.none() | st.sampled_from(Pull),
    topics=st.frozensets(st.sampled_from(list(Topic)[:4]), max_size=3),
    words=st.none() | st.sampled_from(["one", "two", "three"]).map(restored),
    may_show=st.booleans(),
)
weeks = st.lists(rows, max_size=12)
thresholds = st.integers(5, 8)
tallied = st.dictionaries(
    st.sampled_from(["topic:bond", "topic:risk", "asked:collusion", "asked:safety"]),
    st.integers(1, 12),
)


def window(k: int) -> Window:
    return Window("team-1.2026-01-05", "team-1", WORKSPACE, DAY, THURSDAY, k, b"salt")


def told(
    week: list[AnonymousReflection],
    k: int,
    carried: list[AnonymousReflection] | None = None,
    tallies: dict[str, int] | None = None,
    people: int | None = None,
) -> Released:
    content = [*week, *(carried or [])]
    number = len(week) if people is None else people
    return release(window(k), content, number, tallies or {}, Random(1))


def named(figures: Figures) -> set[str]:
    return {name for name in NAMES if getattr(figures, name) is not None}


@given(weeks, weeks, thresholds, tallied)
def test_fewer_than_k_people_leave_no_number_and_no_word(
    week: list[AnonymousReflection],
    carried: list[AnonymousReflection],
    k: int,
    tallies: dict[str, int],
) -> None:
    """However many rows there are, and whatever was asked: people count."""
    found = told(week[: k - 1], k, carried, tallies)
    assert found.figures == Figures(DAY)
    assert (found.pulls, found.topics, found.asked, found.words) == ({}, {}, {}, ())
    (why,) = found.withheld
    assert str(k) in why.why


@given(weeks, weeks, thresholds)
def test_whatever_is_told_is_shared_by_k_people_of_this_week(
    week: list[AnonymousReflection], carried: list[AnonymousReflection], k: int
) -> None:
    """Any carried-over row may be from somebody who answered again: leave all of them away, and
    each cell must still hold k different people.
    """
    found = told(week, k, carried)
    pulls = Counter(one.pull.name for one in week if one.pull is not None)
    topics = Counter(topic.value for one in week for topic in one.topics)
    assert all(pulls[name] >= n >= k for name, n in found.pulls.items())
    assert all(topics[name] >= n >= k for name, n in found.topics.items())
    for name in named(found.figures):
        assert sum(getattr(one.ratings, name) is not None for one in week) >= k + 2
    for name in found.leanings:
        assert sum(getattr(one.ratings, name) is not None for one in week) >= k
    if found.words:
        assert sum(one.may_show and one.words is not None for one in week) >= k + 2


@given(weeks, weeks, thresholds)
def test_what_was_carried_over_never_helps_to_tell_more(
    week: list[AnonymousReflection], carried: list[AnonymousReflection], k: int
) -> None:
    alone, together = told(week, k), told(week, k, carried)
    assert named(together.figures) <= named(alone.figures)
    assert set(together.pulls) <= set(alone.pulls)
    assert set(together.topics) <= set(alone.topics)
    assert len(together.words) == 0 or alone.words


@given(weeks, thresholds, tallied)
def test_a_higher_threshold_never_tells_more(
    week: list[AnonymousReflection], k: int, tallies: dict[str, int]
) -> None:
    lower, higher = told(week, k, tallies=tallies), told(week, k + 1, tallies=tallies)
    assert named(higher.figures) <= named(lower.figures)
    assert set(higher.pulls) <= set(lower.pulls)
    assert set(higher.topics) <= set(lower.topics)
    assert set(higher.asked) <= set(lower.asked)


@given(weeks, thresholds, tallied)
def test_small_cells_are_not_named_anywhere(
    week: list[AnonymousReflection], k: int, tallies: dict[str, int]
) -> None:
    found = told(week, k, tallies=tallies)
    for counts in (found.pulls, found.topics, found.asked):
        assert all(n == k or n == k + 2 or (n - k) % 5 == 0 for n in counts.values())
    empty = told([replace(one, pull=None, topics=frozenset()) for one in week], k)
    assert [one.why for one in found.withheld] == [one.why for one in empty.withheld] or (
        found.words != empty.words
    ), "what is held back reads the same whether or not there was anything"


@given(weeks, thresholds)
def test_means_come_in_halves_and_within_the_scale(week: list[AnonymousReflection], k: int) -> None:
    figures = told(week, k).figures
    for name in named(figures):
        mean = getattr(figures, name)
        assert 1 <= mean <= 5
        assert (mean * 2).is_integer()


@given(weeks, thresholds)
def test_words_only_of_those_who_agreed_and_not_in_the_order_given(
    week: list[AnonymousReflection], k: int
) -> None:
    agreed = [one.words.text for one in week if one.may_show and one.words is not None]
    found = told(week, k)
    assert Counter(found.words) in (Counter(), Counter(agreed))


def test_words_are_shuffled() -> None:
    week = [
        AnonymousReflection(words=restored(f"words {number}"), may_show=True) for number in range(9)
    ]
    orders = {release(window(5), week, 9, {}, Random(seed)).words for seed in range(20)}
    assert len(orders) > 15


ROW = AnonymousReflection(
    Ratings(bond=4, goals=2, tasks=3),
    Pull.COLLUDE,
    frozenset({Topic.BOND}),
    words=restored("words"),
    may_show=True,
)


def test_fewer_than_k_tell_nothing_and_k_tell_a_side() -> None:
    assert told([ROW] * 4, 5).leanings == {}
    for number in (5, 6):
        found = told([ROW] * number, 5, tallies={"asked:collusion": 5, "topic:risk": 5})
        sides = {"bond": Leaning.ABOVE, "goals": Leaning.BELOW, "tasks": Leaning.ABOVE}
        assert (found.figures, found.leanings) == (Figures(DAY), sides)
        assert (found.pulls, found.topics, found.asked, found.words) == ({}, {}, {}, ())
        assert "7" in found.withheld[0].why
    assert told([ROW] * 5, 6).leanings == {}


def test_two_more_than_k_tell_means_counts_and_words() -> None:
    found = told([ROW] * 7, 5)
    assert (found.figures.bond, found.figures.goals, found.leanings) == (4, 2, {})
    assert (found.pulls, found.topics) == ({"COLLUDE": 7}, {"bond": 7})
    assert found.words == ("words",) * 7
    quiet = [replace(ROW, may_show=False)]
    assert told([ROW] * 6 + quiet * 3, 5).words == ()


def test_a_rating_that_fewer_gave_is_told_more_coarsely() -> None:
    week = [ROW] * 6 + [AnonymousReflection(Ratings(safe=2))] * 3
    found = told(week, 5)
    assert (found.figures, set(found.leanings)) == (Figures(DAY), {"bond", "goals", "tasks"})


def test_counts_are_rounded_down() -> None:
    floors = {4: {}, 5: {"bond": 5}, 6: {"bond": 5}, 7: {"bond": 7}, 9: {"bond": 7}}
    floors |= {10: {"bond": 10}, 14: {"bond": 10}, 15: {"bond": 15}}
    for number, expected in floors.items():
        others = [replace(ROW, topics=frozenset())] * (20 - number)
        assert told([ROW] * number + others, 5).topics == expected


def test_pulls_that_would_give_the_others_away_are_not_told() -> None:
    """Ten people, five each: two who agreed would know that exactly three more of them agreed."""
    agreed, pushed = [ROW] * 5, [replace(ROW, pull=Pull.CONFRONT)] * 5
    assert told(agreed + pushed, 5).pulls == {}
    more = told(agreed + pushed + [replace(ROW, pull=Pull.ATTUNED)] * 3, 5)
    assert more.pulls == {"COLLUDE": 5, "CONFRONT": 5}


def test_people_who_asked_are_told_by_kind_and_only_in_groups() -> None:
    row = AnonymousReflection(Ratings(bond=4))
    tallies = {"asked:collusion": 5, "asked:safety": 4, "topic:risk": 8, "topic:bond": 4}
    found = told([row] * 7, 5, tallies=tallies)
    assert (found.asked, found.topics) == ({"collusion": 5}, {"risk": 7})


def test_a_team_within_another_is_not_told_of_twice() -> None:
    """Eleven people answered for one team and nine of them for another: two would remain."""
    everybody = frozenset(f"U{number}" for number in range(11))
    within, apart = frozenset(sorted(everybody)[:9]), frozenset(f"V{number}" for number in range(9))
    shifted = frozenset([*sorted(everybody)[:2], *sorted(apart)[:7]])
    for other, is_told in ((within, False), (apart, True), (shifted, True), (everybody, True)):
        beside = Beside(everybody, (other,))
        order = Random(1)
        found = release(window(5), [ROW] * 11, 11, {}, order, beside)
        assert bool(found.pulls) is is_told
        assert is_told or "another team" in found.withheld[0].why


@pytest.mark.parametrize(
    ("answered", "asked", "expected"),
    [
        (0, 8, Band.NONE),
        (0, 0, Band.NONE),
        (1, 8, Band.FEW),
        (3, 8, Band.FEW),
        (4, 8, Band.HALF),
        (5, 8, Band.HALF),
        (6, 8, Band.MOST),
        (7, 8, Band.MOST),
        (8, 8, Band.NEARLY_ALL),
        (9, 8, Band.NEARLY_ALL),
        (0, 6, Band.NONE),
        (1, 6, Band.FEW),
        (4, 6, Band.FEW),
        (5, 6, Band.MOST),
        (6, 6, Band.MOST),
    ],
)
def test_participation_is_told_in_bands(answered: int, asked: int, expected: Band) -> None:
    assert band(answered, asked, 5) is expected


@pytest.mark.parametrize("asked", range(7, 61))
def test_two_who_know_of_themselves_cannot_count_the_others_by_the_band(asked: int) -> None:
    bands: dict[Band, list[int]] = {}
    for answered in range(asked + 1):
        bands.setdefault(band(answered, asked, 5), []).append(answered)
    for answered, own in ((n, own) for n in range(asked + 1) for own in range(3)):
        others = {one - own for one in bands[band(answered, asked, 5)] if own <= one}
        others = {one for one in others if one <= asked - 2}
        if len(others) == 1:
            assert others <= {0, *range(5, asked)}


def test_enough() -> None:
    assert [enough(people, 5) for people in (4, 5, 6)] == [False, True, True]
    assert [well_hidden(people, 5) for people in (5, 6, 7)] == [False, False, True]
