"""A conversation's tries: where each draft sat, and which alternatives were shown.

It travels in the modal's ``private_metadata`` or a button's value and holds no word of a client
or a clinician, except the alternatives that were on screen. It comes back from outside: what
cannot be read counts as no tries.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from bot.guidance import Answer, Stance

MOST: Final = 3
"""Tries in one's own words before the alternatives are shown."""

ROOM: Final = 2900
"""Characters of ``private_metadata`` that are used; Slack takes 3,000."""


@dataclass(frozen=True, slots=True)
class Try:
    """Where one draft sat: its stance, and the position from -1 (collusion) to +1."""

    stance: Stance
    position: float


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries made so far, oldest first, and the alternatives shown so far."""

    made: tuple[Try, ...] = ()
    shown: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """How many tries are still to come."""
        return max(0, MOST - len(self.made))

    def after(self, answer: Answer) -> "Tries":
        """Return the tries with the one that ``answer`` reads, where it reads a draft."""
        if answer.reading is None or answer.exchange.reply is None:
            return self
        one = Try(answer.reading.stance, answer.reading.position)
        return Tries((*self.made, one)[-MOST:], self.shown)

    def having_shown(self, alternatives: tuple[str, ...]) -> "Tries":
        """Return the tries with ``alternatives`` among those shown."""
        new = tuple(one for one in alternatives if one not in self.shown)
        return Tries(self.made, (*self.shown, *new))

    def dump(self) -> str:
        """Return compact text; the oldest alternatives go first where room is short."""
        made = [[one.stance.value, round(one.position, 2)] for one in self.made]
        shown = list(self.shown)
        while len(text := json.dumps([made, shown], separators=(",", ":"))) > ROOM:
            shown.pop(0)
        return text


def load(text: str) -> Tries:
    """Return the tries that ``text`` holds; none where it is not what ``dump`` makes."""
    try:
        made, shown = json.loads(text)
        return Tries(
            tuple(_one(stance, position) for stance, position in made[-MOST:]),
            tuple(str(one) for one in shown),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return Tries()


def _one(stance: Any, position: Any) -> Try:
    return Try(Stance(stance), min(1.0, max(-1.0, float(position))))
