"""Somebody who holds every digest, knows who answered, and has up to two colleagues who talk.

Written apart from the release engine: possibilities are listed as sets and crossed out, where the
engine reckons with bounds. The attacker isolates somebody where what the *other* writers answered
is determined for 1 to k-1 people: a sum, a count, or who wrote some words.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import combinations, combinations_with_replacement

from bot.digests.audit import smallest_group
from bot.reflections import AnonymousReflection, Pull, Topic
from tests.attack.clinics import ASKED, K
from tests.attack.releases import Row, Told

RATINGS = ("bond", "goals", "tasks", "useful", "safe")
Value = Callable[[str, AnonymousReflection | None], object]


def isolated_by_sums(groups: Sequence[frozenset[str]], colluders: int) -> bool:
    """Solve for every linear combination of sums over groups of answers."""
    return smallest_group(list(groups), K + colluders) is not None


def isolated(told: Sequence[Told], colluders: int) -> list[str]:
    """Return what the attacker learned of fewer than k writers in one week's digests."""
    found = [f"{one.week.team}: {what}" for one in told for what in _of_one_digest(one, colluders)]
    means = [frozenset(one.week.answers) for one in told if one.released.figures.bond is not None]
    if isolated_by_sums(means, colluders):
        found.append("teams side by side")
    return found


def _of_one_digest(told: Told, colluders: int) -> Iterator[str]:
    for what, value, tells in _cells(told):
        if any(tells(pool) for pool in _coalitions(told, colluders, value)):
            yield what


def _coalitions(told: Told, colluders: int, value: Value) -> Iterator[frozenset[str]]:
    """Yield coalitions, one for each choice of answers that colleagues could bring along: who of
    several that answered alike takes part changes nothing.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    rows: dict[str, list[str]] = {who: [] for who in sorted(told.week.members)}
    for who, row in told.rows:
        rows.setdefault(who, []).append(repr(value(who, row)))
    for who, given in rows.items():
        alike.setdefault((repr(value(who, None)), *sorted(given)), []).append(who)
    for number in range(colluders + 1):
        for kinds in combinations_with_replacement(sorted(alike), number):
            wanted = Counter(kinds)
            if all(len(alike[kind]) >= times for kind, times in wanted.items()):
                yield frozenset(
                    who for kind, times in wanted.items() for who in alike[kind][:times]
                )


def _cells(told: Told) -> Iterator[tuple[str, Value, Callable[[frozenset[str]], bool]]]:
    """Yield what was told: its name, what of an answer matters for it, and its attack."""
    released = told.released
    for name in RATINGS:
        value = partial(_rating, name)
        if getattr(released.figures, name) is not None:
            yield name, value, partial(_mean_tells, told, name)
        elif name in released.leanings:
            below = "below" in released.leanings[name].value
            yield name, value, partial(_side_tells, told, name, below)
    if released.pulls:
        yield "pulls", lambda _, row: row and row.pull, partial(_pulls_tell, told)
    for topic in Topic:
        if topic.value in released.topics:
            floor = released.topics[topic.value]
            yield topic.value, partial(_names, topic), partial(_floor_tells, told, floor, topic)
    for kind in ASKED:
        if kind in released.asked:
            asked = told.week.questions[kind]
            yield kind, partial(_is_among, asked), partial(_questions_tell, told, kind)
    if released.words:
        yield "words", lambda _, row: row and row.may_show, partial(_words_tell, told)


def _rating(name: str, _: str, row: AnonymousReflection | None) -> object:
    return row and getattr(row.ratings, name)


def _names(topic: Topic, _: str, row: AnonymousReflection | None) -> object:
    return row and topic in row.topics


def _is_among(people: frozenset[str], who: str, _: AnonymousReflection | None) -> object:
    return who in people


def _rated(told: Told, name: str) -> list[tuple[str, int]]:
    rated = [(who, getattr(row.ratings, name)) for who, row in told.rows]
    return [(who, value) for who, value in rated if value is not None]


def _mean_tells(told: Told, name: str, pool: frozenset[str]) -> bool:
    """Take a mean as exact, and so the sum of the others as known."""
    return _few({who for who, _ in _rated(told, name)} - pool)


def _words_tell(told: Told, pool: frozenset[str]) -> bool:
    return _few({who for who, row in told.rows if row.may_show} - pool)


def _few(people: set[str] | frozenset[str]) -> bool:
    return 0 < len(people) < K


def _side_tells(told: Told, name: str, below: bool, pool: frozenset[str]) -> bool:  # noqa: FBT001  as it was told
    """List every sum that the others could have given, and see whether one alone fits."""
    rated = _rated(told, name)
    known = [value for who, value in rated if who in pool]
    others = [who for who, _ in rated if who not in pool]
    sums = range(len(others), 5 * len(others) + 1)
    fit = [one for one in sums if (sum(known) + one < 3 * len(rated)) is below]
    return len(fit) == 1 and _few(set(others))


def _possible(floor: int | None, carried: int, most: int) -> frozenset[int]:
    """List the counts that the rules make into ``floor``; None is a cell that was not told."""
    steps = [K, K + 2, *range(K + 5, most + 6, 5)]
    if floor is None:
        return frozenset(range(K + carried))
    above = next(one for one in [*steps, most + 6] if one > floor)
    return frozenset(one for one in range(floor + carried, above + carried) if one <= most)


def _floor_tells(told: Told, floor: int, topic: Topic, pool: frozenset[str]) -> bool:
    own = [row for who, row in told.rows if who in pool]
    others = [(who, row) for who, row in told.rows if who not in pool]
    counts = _possible(floor, told.carried, len(told.rows))
    fit = {one - sum(topic in row.topics for row in own) for one in counts}
    fit = {one for one in fit if 0 <= one <= len(others)}
    if len(fit) > 1:
        return False
    return _few({who for who, row in others if topic in row.topics}) or _few(
        {who for who, row in others if topic not in row.topics}
    )


def _questions_tell(told: Told, kind: str, pool: frozenset[str]) -> bool:
    members = told.week.members
    asked = told.week.questions[kind]
    counts = _possible(told.released.asked[kind], 0, len(members))
    others = members - pool
    fit = {one - len(asked & pool) for one in counts}
    fit = {one for one in fit if 0 <= one <= len(others)}
    return len(fit) == 1 and (_few(asked - pool) or _few(others - asked))


def _pulls_tell(told: Told, pool: frozenset[str]) -> bool:
    rows: list[Row] = [(who, row) for who, row in told.rows if row.pull is not None]
    own = Counter(row.pull for who, row in rows if who in pool)
    others = [(who, row.pull) for who, row in rows if who not in pool]
    cells = tuple(
        frozenset(
            one - own[pull]
            for one in _possible(told.released.pulls.get(pull.name), told.carried, len(rows))
            if one >= own[pull]
        )
        for pull in Pull
    )
    return any(
        _few({who for who, pull in others if pull in chosen})
        for chosen in (
            frozenset(list(Pull)[place] for place in one) for one in _settled(cells, len(others))
        )
    )


@cache
def _settled(cells: tuple[frozenset[int], ...], total: int) -> tuple[tuple[int, ...], ...]:
    """Return those unions of cells that can hold one number only, if all hold ``total``."""
    places = range(len(cells))
    found: list[tuple[int, ...]] = []
    for size in range(1, len(cells)):
        for chosen in combinations(places, size):
            inside = _sums([cells[place] for place in chosen])
            outside = _sums([cells[place] for place in places if place not in chosen])
            if len([one for one in inside if total - one in outside]) == 1:
                found.append(chosen)
    return tuple(found)


def _sums(cells: Sequence[frozenset[int]]) -> frozenset[int]:
    reached = frozenset({0})
    for cell in cells:
        reached = frozenset(one + more for one in reached for more in cell)
    return reached
