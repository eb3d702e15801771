"""The lessons of an epoch: batches of pairs, of statements, of danger and of typed messages."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.guidance.encoder import NONE
from bot.guidance.lines import lines
from bot.guidance.situations import pulls, situations
from tests.training.choices import choices, marks
from tests.training.examples import Pair, all_pairs, kept_out, spent_pairs
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

SIGNED = 1600
"""How many of the lines that readers signed an epoch goes through: all of them are attuned."""


@dataclass(frozen=True, slots=True)
class Diet:
    """How often an epoch goes through what.

    ``each``: statements of its situation that a line is paired with. The others: rounds through the
    pairs of one statement, through statements whose lines were chosen, through danger, through
    typed messages.
    """

    each: int
    specific: int
    judged: int
    danger: int
    typed: int


FULL, LIGHT = Diet(2, 2, 3, 2, 5), Diet(1, 1, 3, 1, 2)
"""Of the first epochs; of those that go on from what is known already."""

Item = TypeVar("Item")

Span = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts, or pairs of texts; for each head the class of each, None where it teaches nothing."""

    first: list[str]
    second: list[str] | None
    labels: dict[str, list[str | None]]
    tags: list[tuple[Span, Span]] = field(default_factory=list)
    chosen: list[frozenset[str] | None] = field(default_factory=list)
    """The lines that a reader chose for each, where one did."""


class Lessons:
    """Deals the material out. ``unseen`` are the statements that are never dealt."""

    def __init__(self, chance: random.Random, unseen: frozenset[str] = frozenset()) -> None:
        """Read everything; ``chance`` decides all orders.

        ``unseen`` is what an earlier round has not seen, and stays so; without one it is chosen.
        """
        self._chance = chance
        pairs = all_pairs()
        self.unseen = unseen or _unseen(pairs)
        self._pairs = [one for one in pairs if one.client not in self.unseen]
        self._signed = [one for one in signed_pairs() if one.client not in self.unseen]
        self._dangers = dangers()
        self._asked = asked()
        self._statements = [line for one in situations() for line in one.clients]
        self._replies = [one.reply for one in pairs] + [
            line.text for one in situations() for line in one.lines
        ]

    def epoch(self, diet: Diet) -> list[Batch]:
        """Return the batches of one pass, the kinds in random order."""
        pairs = [
            one for one in situation_pairs(self._chance, diet.each) if one.client not in self.unseen
        ] + self._pairs * diet.specific
        pairs += self._chance.sample(self._signed, min(SIGNED, len(self._signed)))
        spoken = sorted({(one.client, one.bid, _moment(one) or "") for one in pairs if one.bid})
        judged = [one for one in spoken if one[0] in choices()]
        spoken += judged * (diet.judged - 1)
        typed = [
            varied(one, self._statements, self._replies, self._chance)
            for one in self._asked * diet.typed
        ]
        alone = [one for one in self._dangers if not one.second]
        paired = [one for one in self._dangers if one.second]
        paired += [replace(one, second=self._chance.choice(self._replies)) for one in alone]
        batches = [
            *map(_of_pairs, self._dealt(pairs, lambda one: one.client + one.reply)),
            *map(_of_statements, self._dealt(spoken, lambda one: one[0])),
            *map(_of_danger, self._dealt(alone * diet.danger, lambda one: one.first)),
            *map(_of_danger, self._dealt(paired, lambda one: one.first)),
            *map(_of_asked, self._dealt(typed, lambda one: one.text)),
        ]
        self._chance.shuffle(batches)
        return batches

    def _dealt(self, items: Sequence[Item], words: Callable[[Item], str]) -> list[list[Item]]:
        """Deal items of about the same length together."""
        ordered = sorted(items, key=lambda one: len(words(one)) + 40 * self._chance.random())
        return [list(ordered[at : at + SIZE]) for at in range(0, len(ordered), SIZE)]


def signed_pairs() -> list[Pair]:
    """Return lines beside the statements where a strict reader would have said them."""
    return [
        Pair(one.client, line.text, line.stance.value, line.move, "", one.line)
        for one in marks()
        if one.mark == "u" and (line := lines()[one.line])
    ]


def _unseen(pairs: list[Pair]) -> frozenset[str]:
    out = kept_out(pairs)
    found = {one.client for one in pairs if one.group in out}
    found.update(one.client for one in spent_pairs())
    for one in situations():
        found.update(one.clients[::6])
    return frozenset(found)


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
            "bid": [one.bid or None for one in pairs],
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
        chosen=[choices().get(line) for line, _, _ in spoken],
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
