"""The self-attack, against slow and obvious ways to find the same."""

from itertools import combinations, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.audit import COLLUDERS, Interval, isolates, smallest_group

PEOPLE = [f"U{number}" for number in range(7)]
groups = st.lists(st.frozensets(st.sampled_from(PEOPLE), min_size=1), min_size=1, max_size=4)
cells = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3)).map(lambda one: (one[0], sum(one))),
    min_size=2,
    max_size=4,
).map(lambda found: {f"cell {place}": one for place, one in enumerate(found)})


def spanned(matrix: np.ndarray, people: tuple[int, ...]) -> bool:
    """Whether some combination of the rows is zero for everybody but ``people``, and not for all:
    it is if leaving those people out loses a dimension.
    """
    rest = np.delete(matrix, people, axis=1)
    return int(np.linalg.matrix_rank(rest)) < int(np.linalg.matrix_rank(matrix))


def by_trying(found: list[frozenset[str]], below: int) -> int | None:
    matrix = np.array([[float(one in group) for one in PEOPLE] for group in found])
    for size in range(1, below):
        if any(spanned(matrix, chosen) for chosen in combinations(range(len(PEOPLE)), size)):
            return size
    return None


@given(groups, st.integers(2, 8))
def test_the_smallest_group_is_the_one_found_by_trying_all(
    found: list[frozenset[str]], below: int
) -> None:
    assert smallest_group(found, below) == by_trying(found, below)


def test_differences_sums_and_more_are_found() -> None:
    a, b, c = (frozenset(f"{name}{number}" for number in range(9)) for name in "abc")
    assert smallest_group([a, b, c], 7) is None
    assert smallest_group([a | b, a], 7) is None
    assert smallest_group([a | {"x"}, a], 7) == 1
    assert smallest_group([a | b | {"x", "y"}, a, b], 7) == 2
    # x = ((a + b + x) + (a + c + x) - (b + c) - 2a) / 2, with no two of them one within the other
    found = [a | b | {"x"}, a | c | {"x"}, b | c, a]
    assert smallest_group(found, 7) == 1


def possible(bounds: dict[str, Interval], total: int) -> list[dict[str, int]]:
    ranges = [range(low, high + 1) for low, high in bounds.values()]
    filled = (dict(zip(bounds, one, strict=True)) for one in product(*ranges))
    return [one for one in filled if sum(one.values()) == total]


def isolates_by_trying(bounds: dict[str, Interval], total: int, k: int) -> bool:
    """Write every table that fits, take away every pair of colluders, look what stays the same."""
    tables = possible(bounds, total)
    names = sorted(bounds)
    for number in range(COLLUDERS + 1):
        for known in product(names, repeat=number):
            left = [{name: one[name] - known.count(name) for name in names} for one in tables]
            left = [one for one in left if min(one.values()) >= 0]
            for size in range(1, len(names)):
                for chosen in combinations(names, size):
                    counts = {sum(one[name] for name in chosen) for one in left}
                    if len(counts) == 1 and 0 < min(counts) < k:
                        return True
    return False


@given(cells, st.integers(0, 14), st.integers(2, 6))
def test_bounds_find_what_writing_every_table_finds(
    bounds: dict[str, Interval], total: int, k: int
) -> None:
    assert isolates(bounds, total, k) == isolates_by_trying(bounds, total, k)


def test_two_halves_of_ten_give_three_away() -> None:
    halves = {"agreed": (5, 6), "pushed": (5, 6), "neither": (0, 4)}
    assert isolates(halves, 10, 5)
    assert not isolates(halves, 13, 5)
