"""The lessons of an epoch: batches of pairs, of statements, of danger and of typed messages."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.guidance.encoder import NONE
from bot.guidance.situations import pulls, situations
from tests.training.examples import Pair, all_pairs, kept_out
from tests.training.material import (
    Asked,
    Danger,
    asked,
    assigned,
    dangers,
    situation_pairs,
    varied,
)

SIZE = 32
EACH = 2
"""How many statements of its situation a line is paired with in an epoch."""

SPECIFIC, DANGER, TYPED = 2, 2, 5
"""How often an epoch goes through the pairs of one statement, through danger, through messages."""

Item = TypeVar("Item")

Span = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts, or pairs of texts; for each head the class of each, None where it teaches nothing."""

    first: list[str]
    second: list[str] | None
    labels: dict[str, list[str | None]]
    tags: list[tuple[Span, Span]] = field(default_factory=list)


class Lessons:
    """Deals the material out. ``unseen`` are the statements that are never dealt."""

    def __init__(self, chance: random.Random) -> None:
        """Read everything; ``chance`` decides all orders."""
        self._chance = chance
        pairs = all_pairs()
        out = kept_out(pairs)
        self.unseen = {one.client for one in pairs if one.group in out}
        for one in situations():
            self.unseen.update(one.clients[::6])
        self._pairs = [one for one in pairs if one.client not in self.unseen]
        self._dangers = dangers()
        self._asked = asked()
        self._statements = [line for one in situations() for line in one.clients]
        self._replies = [one.reply for one in pairs] + [
            line.text for one in situations() for line in one.lines
        ]

    def epoch(self) -> list[Batch]:
        """Return the batches of one pass, the kinds in random order."""
        pairs = [
            one for one in situation_pairs(self._chance, EACH) if one.client not in self.unseen
        ] + self._pairs * SPECIFIC
        spoken = sorted({(one.client, one.bid, _moment(one) or "") for one in pairs})
        typed = [
            varied(one, self._statements, self._replies, self._chance)
            for one in self._asked * TYPED
        ]
        alone = [one for one in self._dangers if not one.second]
        paired = [one for one in self._dangers if one.second]
        paired += [replace(one, second=self._chance.choice(self._replies)) for one in alone]
        batches = [
            *map(_of_pairs, self._dealt(pairs, lambda one: one.client + one.reply)),
            *map(_of_statements, self._dealt(spoken, lambda one: one[0])),
            *map(_of_danger, self._dealt(alone * DANGER, lambda one: one.first)),
            *map(_of_danger, self._dealt(paired, lambda one: one.first)),
            *map(_of_asked, self._dealt(typed, lambda one: one.text)),
        ]
        self._chance.shuffle(batches)
        return batches

    def _dealt(self, items: Sequence[Item], words: Callable[[Item], str]) -> list[list[Item]]:
        """Deal items of about the same length together."""
        ordered = sorted(items, key=lambda one: len(words(one)) + 40 * self._chance.random())
        return [list(ordered[at : at + SIZE]) for at in range(0, len(ordered), SIZE)]


def _moment(one: Pair) -> str | None:
    """The situation of a pair's statement, ``none`` where it is known to be none of ours."""
    return one.group if one.group in pulls() else assigned().get(one.client)


def _of_pairs(pairs: list[Pair]) -> Batch:
    return Batch(
        [one.client for one in pairs],
        [one.reply for one in pairs],
        {
            "stance": [one.stance for one in pairs],
            "subtype": [one.subtype for one in pairs],
            "bid": [one.bid for one in pairs],
            "situation": [_moment(one) for one in pairs],
            "concern": [NONE for _ in pairs],
        },
    )


def _of_statements(spoken: list[tuple[str, str, str]]) -> Batch:
    return Batch(
        [line for line, _, _ in spoken],
        None,
        {
            "bid": [bid for _, bid, _ in spoken],
            "situation": [moment or None for _, _, moment in spoken],
            "concern": [NONE for _ in spoken],
        },
    )


def _of_danger(found: list[Danger]) -> Batch:
    return Batch(
        [one.first for one in found],
        [one.second for one in found] if found[0].second else None,
        {"concern": [one.concern for one in found]},
    )


def _of_asked(typed: list[Asked]) -> Batch:
    return Batch(
        [one.text for one in typed],
        None,
        {"kind": [one.kind for one in typed], "concern": [NONE for _ in typed]},
        [(one.client, one.reply) for one in typed],
    )
