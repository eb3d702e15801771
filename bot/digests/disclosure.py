"""What may be told of a closed window. Pure functions; the strictest reading wins.

A window is released once, on its own, and never together with a clinic total. Who reads it may
know who was asked and who answered, and may have two colleagues who tell what they wrote
(``COLLUDERS``). What they can work out about the others must be about k people or more (k is the
team's smallest group). So, within a window:

- nothing but a band of participation from fewer than k people;
- from k people on, the side of the middle on which a mean lies: with two answers of the five
  known, each side still leaves the sum of the others open;
- from k + 2 people on, means in steps of a half, and how many people share a pull, a topic or a
  question, as "at least so many" (k, k + 2, k + 5, k + 10 ...): neither the others who share it nor
  those who do not can be counted out;
- words only when at least k + 2 people agreed to show theirs;
- pulls exclude each other, so they are attacked together before they are told (``isolates``);
- what was carried over from an earlier week may be from people who answered again: each such answer
  raises k by one, and all of them are left out where more can be told without;
- where people are in two teams, the sums that both digests rest on are attacked together
  (``smallest_group``), as if everybody answered alike in both.

Whether something is told depends on how many people there are and on what is told already, never
on what they answered beyond that: so what is held back tells nothing either.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bot.digests.audit import COLLUDERS, Interval, isolates, smallest_group
from bot.digests.model import Band, Figures, Leaning, Withheld
from bot.reflections import SCALE, AnonymousReflection, Pull, Window

WORDS_OVER_K: Final = COLLUDERS
"""How many more people than k must have agreed before any words are shown."""

MIDDLE: Final = (SCALE[0] + SCALE[-1]) / 2
_RATINGS: Final = ("bond", "goals", "tasks", "useful", "safe")
_STEPS: Final = (0, COLLUDERS, 5)
"""The floors of counts, over the smallest that is told; then in steps of five."""

_BANDS: Final = (
    (0.0, Band.NONE),
    (0.4, Band.FEW),
    (0.65, Band.HALF),
    (0.9, Band.MOST),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Who answered in a window, and in those released windows of its week in which some of them
    may have answered too.
    """

    writers: frozenset[str] = frozenset()
    released: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """What of a window may be told, and what is held back. Counts are floors: "at least"."""

    figures: Figures
    leanings: dict[str, Leaning]
    pulls: dict[str, int]
    topics: dict[str, int]
    asked: dict[str, int]
    words: tuple[str, ...]
    withheld: tuple[Withheld, ...]


def band(answered: int, asked: int, k: int) -> Band:
    """Return the participation band of ``answered`` among ``asked`` people.

    Among fewer than k + 2 people it tells no more than whether k of them answered.
    """
    if answered > 0 and asked < k + COLLUDERS:
        return Band.MOST if enough(answered, k) else Band.FEW
    share = answered / asked if asked else 0.0
    return next((name for top, name in _BANDS if share <= top), Band.NEARLY_ALL)


def enough(different_people: int, k: int) -> bool:
    """Tell whether anything about that many different people may be shown."""
    return different_people >= k


def well_hidden(different_people: int, k: int) -> bool:
    """Tell whether k of that many remain when ``COLLUDERS`` of them know their own answers."""
    return different_people >= k + COLLUDERS


def release(
    window: Window,
    content: Sequence[AnonymousReflection],
    people: int,
    tallies: Mapping[str, int],
    order: Random,
    beside: Beside = Beside(),
) -> Released:
    """Return what may be told of a window in which at least ``people`` different people answered.

    ``tallies`` count different people by item ("topic:…", "asked:…"); ``order`` shuffles words.
    """
    k = window.threshold
    if not enough(people, k):
        return _nothing(window, _too_few(k))
    if well_hidden(people, k) and _points_at_few(beside, k):
        return _nothing(window, _overlapping(k))
    content = that_tell_more(content, people, k)
    extra = _extra(content, people)
    fine, leanings = _rated(window, content, k, extra)
    if not well_hidden(people, k):
        return Released(fine, leanings, {}, {}, {}, (), _held_back_of_few(k))
    words = _words(content, k + extra, order)
    return Released(
        figures=fine,
        leanings=leanings,
        pulls=_pulls(content, k, extra),
        topics=_tallied(tallies, "topic:", k) | _topics(content, k, extra),
        asked=_tallied(tallies, "asked:", k),
        words=words,
        withheld=_held_back(k, words),
    )


def _nothing(window: Window, why: Withheld) -> Released:
    return Released(Figures(window.day), {}, {}, {}, {}, (), (why,))


def _extra(content: Sequence[AnonymousReflection], people: int) -> int:
    """Return how many rows count for nobody: one that was carried over may come from somebody who
    answered again this week.
    """
    return max(0, len(content) - people)


def that_tell_more(
    content: Sequence[AnonymousReflection], people: int, k: int
) -> Sequence[AnonymousReflection]:
    """Leave out what was carried over where more ratings can be told without it. That depends on
    how many rated what, not on what they rated.
    """
    current = [one for one in content if not one.carried]
    told = _tellable(content, people, k)
    return content if told >= _tellable(current, people, k) else current


def _tellable(content: Sequence[AnonymousReflection], people: int, k: int) -> tuple[int, int]:
    """Return how many ratings can be told in any way, and how many as means."""
    extra = _extra(content, people)
    numbers = [len(_given(content, name)) for name in _RATINGS]
    means = [well_hidden(number, k + extra) for number in numbers]
    sides = [_has_open_sides(number, k, extra) for number in numbers]
    return sum(map(any, zip(means, sides, strict=True))), sum(means)


def _points_at_few(beside: Beside, k: int) -> bool:
    together = [group for group in beside.released if group & beside.writers]
    if not together:
        return False
    return smallest_group([beside.writers, *together], k + COLLUDERS) is not None


def _rated(
    window: Window, content: Sequence[AnonymousReflection], k: int, extra: int
) -> tuple[Figures, dict[str, Leaning]]:
    """Return the means of what k + 2 people rated, and the leanings of what fewer did."""
    means: dict[str, float] = {}
    leanings: dict[str, Leaning] = {}
    for name in _RATINGS:
        given = _given(content, name)
        if well_hidden(len(given), k + extra):
            means[name] = round(sum(given) / len(given) * 2) / 2
        elif _has_open_sides(len(given), k, extra):
            below = sum(given) < MIDDLE * len(given)
            leanings[name] = Leaning.BELOW if below else Leaning.ABOVE
    return Figures(window.day, **means), leanings


def _has_open_sides(number: int, k: int, extra: int) -> bool:
    """Tell whether a side of the middle leaves the sum of the others open. It does as long as the
    others wrote more of the answers than the colluders: at worst those gave all ones, or all fives.
    """
    return enough(number, k + extra) and number > 2 * _known(extra)


def _known(extra: int) -> int:
    """Return how many answers the colluders may have written: theirs may be carried over too."""
    return COLLUDERS + min(extra, COLLUDERS)


def _given(content: Sequence[AnonymousReflection], name: str) -> list[int]:
    given = [getattr(one.ratings, name) for one in content]
    return [one for one in given if one is not None]


def _pulls(content: Sequence[AnonymousReflection], k: int, extra: int) -> dict[str, int]:
    """Return the pulls that may be told: all that enough people share, or none where those that
    are told would give away the rest, since everybody has one.
    """
    counts = Counter(one.pull.name for one in content if one.pull is not None)
    rows = counts.total()
    if not well_hidden(rows, k + extra):
        return {}
    told = _shared(counts, k, extra)
    cells = {pull.name: _bounds(told.get(pull.name), k, extra, rows) for pull in Pull}
    return {} if isolates(cells, rows, k + extra, _known(extra)) else told


def _topics(content: Sequence[AnonymousReflection], k: int, extra: int) -> dict[str, int]:
    return _shared(Counter(topic.value for one in content for topic in one.topics), k, extra)


def _tallied(tallies: Mapping[str, int], prefix: str, k: int) -> dict[str, int]:
    named = {item: n for item, n in tallies.items() if item.startswith(prefix)}
    return {item.removeprefix(prefix): n for item, n in _shared(named, k, 0).items()}


def _shared(counts: Mapping[str, int], k: int, extra: int) -> dict[str, int]:
    """Return the floors of those counts that k people share; ``extra`` rows count for nobody."""
    return {name: k + _floor(n - extra - k) for name, n in sorted(counts.items()) if n - extra >= k}


def _floor(over: int) -> int:
    return over // 5 * 5 if over >= _STEPS[-1] else max(one for one in _STEPS if one <= over)


def _bounds(told: int | None, k: int, extra: int, rows: int) -> Interval:
    """Return between what a cell must lie for whoever knows the rules and what was told."""
    if told is None:
        return 0, k + extra - 1
    over = told - k
    above = next((one for one in _STEPS if one > over), over + 5)
    return told + extra, min(rows, k + above - 1 + extra)


def _words(content: Sequence[AnonymousReflection], k: int, order: Random) -> tuple[str, ...]:
    shown = [one.words.text for one in content if one.may_show and one.words is not None]
    if len(shown) < k + WORDS_OVER_K:
        return ()
    order.shuffle(shown)
    return tuple(shown)


def _too_few(k: int) -> Withheld:
    why = f"Fewer than {k} people answered, so no number could be told without pointing at one."
    return Withheld("All numbers", why)


def _overlapping(k: int) -> Withheld:
    why = (
        "Some of those who answered are in another team too. Beside its digest, these numbers "
        f"would tell of fewer than {k} people."
    )
    return Withheld("All numbers", why)


def _held_back_of_few(k: int) -> tuple[Withheld, ...]:
    why = (
        f"From {k} answers on, ratings are told as below or above the middle. Means, counts and "
        f"words need {k + COLLUDERS}, so that two people who compare notes learn nothing of the "
        "others."
    )
    return (Withheld("Means, counts and words", why),)


def _held_back(k: int, words: Sequence[str]) -> tuple[Withheld, ...]:
    """Say what is held back, in sentences that are the same whether or not there was anything."""
    small = Withheld(
        "Small numbers",
        f"What fewer than {k} people chose is left out, whether or not anybody chose it, and so "
        "are pulls that would give the others away. Counts are rounded down.",
    )
    if words:
        return (small,)
    need = k + WORDS_OVER_K
    return small, Withheld("Words", f"Words are shown when at least {need} people agree to it.")
