"""The self-attack: what could be worked out from what would be told. Pure and exact.

The attacker that is reckoned with holds every digest, knows who was asked and who answered, and
has up to ``COLLUDERS`` colleagues who tell what they wrote themselves. It isolates somebody
where it can *determine* a count or a sum over 1 to k-1 people beside those colleagues.

Two questions are answered here, neither by sampling:

- ``isolates``: intervals of counts that add up to a known number of people. What any union of
  cells can hold follows from the other cells' bounds.
- ``smallest_group``: sums over groups of people that overlap. Every linear combination of
  published sums describes the people with a coefficient other than zero; the smallest such
  group is found by elimination over the rationals and a search that is bounded by its size.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from typing import Final

COLLUDERS: Final = 2
"""Colleagues who may pool what they answered themselves."""

Interval = tuple[int, int]
"""The fewest and the most that a cell can hold, both included."""

_Vector = tuple[Fraction, ...]


def isolates(
    cells: Mapping[str, Interval], total: int, k: int, known_rows: int = COLLUDERS
) -> bool:
    """Tell whether somebody who knows ``total``, and up to ``known_rows`` of what was counted,
    could determine how many of the others, fewer than ``k``, stand in some of the cells.

    Args:
        cells: What may stand in each cell; the cells exclude each other and cover everybody.
        total: How many answers stand in all of them together.
        k: The smallest group.
        known_rows: How many of the answers the colluders may have written.
    """
    for number in range(known_rows + 1):
        for known in combinations_with_replacement(sorted(cells), number):
            left = _without(cells, Counter(known))
            if left is not None and _determines(list(left.values()), total - number, k):
                return True
    return False


def _without(cells: Mapping[str, Interval], known: Mapping[str, int]) -> dict[str, Interval] | None:
    """Take the colluders out of their cells; None where they cannot all stand there."""
    left = {
        name: (max(0, low - known.get(name, 0)), high - known.get(name, 0))
        for name, (low, high) in cells.items()
    }
    return None if any(high < 0 for _, high in left.values()) else left


def _determines(cells: Sequence[Interval], total: int, k: int) -> bool:
    if not sum(low for low, _ in cells) <= total <= sum(high for _, high in cells):
        return False
    for size in range(1, len(cells)):
        for chosen in combinations(range(len(cells)), size):
            inside = [cells[place] for place in chosen]
            outside = [one for place, one in enumerate(cells) if place not in chosen]
            least = max(_sum(inside, 0), total - _sum(outside, 1))
            most = min(_sum(inside, 1), total - _sum(outside, 0))
            if least == most and 0 < least < k:
                return True
    return False


def _sum(cells: Sequence[Interval], end: int) -> int:
    return sum(one[end] for one in cells)


def smallest_group(groups: Sequence[frozenset[str]], below: int) -> int | None:
    """Return the size of the smallest group, under ``below``, that some linear combination of
    sums over ``groups`` describes; None where there is none.
    """
    patterns = Counter(
        tuple(person in group for group in groups) for person in frozenset[str]().union(*groups)
    )
    classes = sorted(patterns, key=lambda pattern: -patterns[pattern])
    sizes = [patterns[pattern] for pattern in classes]
    rows = [tuple(Fraction(pattern[place]) for pattern in classes) for place in range(len(groups))]
    basis = _independent(rows)
    for place, size in enumerate(sizes):
        if size >= below:  # whoever describes these describes enough people
            basis = _zero_at(basis, place)
    for most in range(1, below):
        if _fits(basis, sizes, frozenset(), most):
            return most
    return None


def _fits(basis: list[_Vector], sizes: Sequence[int], paid: frozenset[int], left: int) -> bool:
    """Tell whether some combination of ``basis`` describes at most ``left`` people beyond those
    classes that are ``paid`` for. Each branch either loses a dimension or pays for a class.
    """
    if not basis:
        return False
    support = {place for row in basis for place, value in enumerate(row) if value} - paid
    if sum(sizes[place] for place in support) <= left:
        return True
    place = min(support, key=lambda one: -sizes[one])
    if _fits(_zero_at(basis, place), sizes, paid, left):
        return True
    return sizes[place] <= left and _fits(basis, sizes, paid | {place}, left - sizes[place])


def _independent(rows: Sequence[_Vector]) -> list[_Vector]:
    basis: list[_Vector] = []
    for row in rows:
        rest = row
        for one in basis:
            lead = next(place for place, value in enumerate(one) if value)
            rest = _minus(rest, one, rest[lead] / one[lead])
        if any(rest):
            basis.append(rest)
    return basis


def _zero_at(basis: list[_Vector], place: int) -> list[_Vector]:
    """Return a basis of those combinations that are zero at ``place``."""
    pivot = next((row for row in basis if row[place]), None)
    if pivot is None:
        return basis
    return [_minus(row, pivot, row[place] / pivot[place]) for row in basis if row is not pivot]


def _minus(row: _Vector, other: _Vector, times: Fraction) -> _Vector:
    return tuple(a - times * b for a, b in zip(row, other, strict=True))
