"""What may be told of a closed window. Pure functions; the strictest reading wins.

A window is released once, on its own, and never together with a clinic total, so that no two
releases can be subtracted from each other. Within a window:

- numbers only when at least k different people answered (k is the team's smallest group);
- means in steps of a half, so that one answer more or less seldom shows;
- a count only when at least k people share it; smaller ones are not named at all, and since the
  number of answers is told in bands, what is missing cannot be worked out;
- words only when more people than k agreed to show theirs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bot.digests.model import Band, Figures, Withheld
from bot.reflections import AnonymousReflection, Window

WORDS_OVER_K: Final = 1
"""How many more people than k must have agreed before any words are shown."""

_BANDS: Final = (
    (0.0, Band.NONE),
    (0.4, Band.FEW),
    (0.65, Band.HALF),
    (0.9, Band.MOST),
)


@dataclass(frozen=True, slots=True)
class Released:
    """What of a window may be told, and what is held back."""

    figures: Figures
    pulls: dict[str, int]
    topics: dict[str, int]
    asked: dict[str, int]
    words: tuple[str, ...]
    withheld: tuple[Withheld, ...]


def band(answered: int, asked: int) -> Band:
    """Return the participation band of ``answered`` among ``asked`` people."""
    share = answered / asked if asked else 0.0
    return next((name for top, name in _BANDS if share <= top), Band.NEARLY_ALL)


def enough(different_people: int, k: int) -> bool:
    """Tell whether a number about that many different people may be shown."""
    return different_people >= k


def release(
    window: Window,
    content: Sequence[AnonymousReflection],
    people: int,
    tallies: Mapping[str, int],
    order: Random,
) -> Released:
    """Return what may be told of a window in which at least ``people`` different people answered.

    ``tallies`` count different people by item ("topic:…", "asked:…"); ``order`` shuffles words.
    """
    if not enough(people, window.threshold):
        return Released(Figures(window.day), {}, {}, {}, (), (_too_few(window.threshold),))
    # A carried-over row may come from somebody who answered again this week: count it for nobody.
    k = window.threshold + max(0, len(content) - people)
    pulls = _shared(Counter(one.pull.name for one in content if one.pull is not None), k)
    topics = _shared(Counter(topic.value for one in content for topic in one.topics), k)
    words = _words(content, k, order)
    return Released(
        figures=_figures(window, content, k),
        pulls=pulls,
        topics=_tallied(tallies, "topic:", window.threshold) | topics,
        asked=_tallied(tallies, "asked:", window.threshold),
        words=words,
        withheld=_held_back(window.threshold, words),
    )


def _too_few(k: int) -> Withheld:
    why = f"Fewer than {k} people answered, so no number could be told without pointing at one."
    return Withheld("All numbers", why)


def _tallied(tallies: Mapping[str, int], prefix: str, k: int) -> dict[str, int]:
    named = {item: n for item, n in tallies.items() if item.startswith(prefix)}
    return {item.removeprefix(prefix): n for item, n in _shared(named, k).items()}


def _shared(counts: Mapping[str, int], k: int) -> dict[str, int]:
    return {name: n for name, n in sorted(counts.items()) if n >= k}


def _figures(window: Window, content: Sequence[AnonymousReflection], k: int) -> Figures:
    ratings = [one.ratings for one in content]
    return Figures(
        day=window.day,
        bond=_mean((one.bond for one in ratings), k),
        goals=_mean((one.goals for one in ratings), k),
        tasks=_mean((one.tasks for one in ratings), k),
        useful=_mean((one.useful for one in ratings), k),
        safe=_mean((one.safe for one in ratings), k),
    )


def _mean(values: Iterable[int | None], k: int) -> float | None:
    given = [one for one in values if one is not None]
    return round(sum(given) / len(given) * 2) / 2 if len(given) >= k else None


def _words(content: Sequence[AnonymousReflection], k: int, order: Random) -> tuple[str, ...]:
    shown = [one.words.text for one in content if one.may_show and one.words is not None]
    if len(shown) < k + WORDS_OVER_K:
        return ()
    order.shuffle(shown)
    return tuple(shown)


def _held_back(k: int, words: Sequence[str]) -> tuple[Withheld, ...]:
    """Say what is held back, in sentences that are the same whether or not there was anything."""
    small = Withheld(
        "Small numbers",
        f"What fewer than {k} people chose is left out, whether or not anybody chose it.",
    )
    if words:
        return (small,)
    return small, Withheld("Words", f"Words are shown when more than {k} people agree to it.")
