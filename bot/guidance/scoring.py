"""How well readings agree with what people say who know: the figures of the score card.

A clinic can mark pairs of its own and see where Attune reads them as its supervisors do
(``python -m bot phrase --score pairs.jsonl``). People agree only moderately on such codes
(published kappa about .3 to .74 for an utterance), so no figure here can reach 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from bot.errors import NotScored
from bot.guidance.model import Exchange, Reading, Stance, Subtype

POLES: Final = (Stance.COLLUSION, Stance.ATTUNED, Stance.CONFRONTATION)
_SWAPS: Final = frozenset(
    [(Stance.COLLUSION, Stance.CONFRONTATION), (Stance.CONFRONTATION, Stance.COLLUSION)]
)
_BINS: Final = 10
Named = TypeVar("Named", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Marked:
    """A pair with the stance that a person gave it, and the kind of move where they named one."""

    exchange: Exchange
    stance: Stance
    subtype: Subtype | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One reading beside the mark: what was marked, what was said, how sure, and the moves."""

    marked: Marked
    stance: Stance
    confidence: float
    subtype: Subtype | None = None

    @property
    def right(self) -> bool:
        """Whether both name the same stance."""
        return self.marked.stance is self.stance

    @property
    def told(self) -> bool:
        """Whether a stance was told at all."""
        return self.stance is not Stance.UNCLEAR


@dataclass(frozen=True, slots=True)
class Score:
    """Figures from 0 to 1 over ``pairs`` readings.

    Attributes:
        pairs: How many pairs were read.
        macro_f1: The mean F1 of collusion, attuned and confrontation; an abstention is a miss.
        swaps: The share in which one pole was taken for the other.
        told: The share in which a stance was told rather than "unclear".
        right_when_told: Of those, the share that was right.
        calibration_error: Expected calibration error over ten bins of the told.
        subtype: The share of marked moves that were named; None where none was marked.
    """

    pairs: int
    macro_f1: float
    swaps: float
    told: float
    right_when_told: float
    calibration_error: float
    subtype: float | None


def marked_pairs(lines: Iterable[str]) -> Iterator[Marked]:
    """Yield what JSON Lines hold: objects with ``client``, ``reply``, ``stance``, ``subtype``.

    Raises:
        NotScored: A line is malformed. The message names its number and the field, no content.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _object(line, number)
        if not isinstance(reply := row.get("reply"), str) or not reply.strip():
            raise NotScored(line=number, trouble="has no reply")
        client = row.get("client")
        yield Marked(
            Exchange(client if isinstance(client, str) and client.strip() else None, reply),
            _named(Stance, row.get("stance"), number, "stance"),
            _named(Subtype, row["subtype"], number, "subtype") if row.get("subtype") else None,
        )


def judged(marked: Marked, reading: Reading) -> Judged:
    """Return a reading beside its mark."""
    return Judged(marked, reading.stance, reading.confidence, reading.subtype)


def score(readings: Sequence[Judged]) -> Score:
    """Return the figures of some readings; all are 0 where there are none."""
    whole = max(1, len(readings))
    told = [one for one in readings if one.told]
    moves = [one for one in readings if one.marked.subtype]
    return Score(
        pairs=len(readings),
        macro_f1=macro_f1([(one.marked.stance, one.stance) for one in readings]),
        swaps=sum((one.marked.stance, one.stance) in _SWAPS for one in readings) / whole,
        told=len(told) / whole,
        right_when_told=sum(one.right for one in told) / max(1, len(told)),
        calibration_error=_calibration_error(told),
        subtype=sum(one.subtype is one.marked.subtype for one in moves) / len(moves)
        if moves
        else None,
    )


def macro_f1(pairs: Sequence[tuple[Stance, Stance]]) -> float:
    """Return the mean F1 of the three stances over pairs of (marked, said)."""
    scores = []
    for stance in POLES:
        hit = sum(marked is said is stance for marked, said in pairs)
        either = sum((marked is stance) + (said is stance) for marked, said in pairs)
        scores.append(2 * hit / either if either else 0.0)
    return sum(scores) / len(scores)


def _calibration_error(told: Sequence[Judged]) -> float:
    """Return the mean distance of confidence from the share right, by tenths of confidence."""
    bins: dict[int, list[Judged]] = {}
    for one in told:
        bins.setdefault(min(_BINS - 1, int(one.confidence * _BINS)), []).append(one)
    return sum(
        abs(sum(one.right for one in part) - sum(one.confidence for one in part)) / len(told)
        for part in bins.values()
    )


def _object(line: str, number: int) -> dict[str, object]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if isinstance(row, dict):
        return row
    raise NotScored(line=number, trouble="is not a JSON object")


def _named(kind: type[Named], value: object, number: int, field: str) -> Named:
    for one in kind:
        if one.value == value:
            return one
    names = ", ".join(one.value for one in kind)
    raise NotScored(line=number, trouble=f"has no {field} that Attune knows ({names})")
