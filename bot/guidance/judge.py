"""Weighs what encoder, wording and rules make of a pair, and says how sure they are together.

One multinomial logistic regression over fifteen numbers: the log-probabilities of the encoder and
of the wording, and the scores of the rules. Its weights (``weights/judge.json``) were fitted on
statements that neither had seen in training, so that its probabilities can be taken at their word.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from bot.guidance.encoder import FOLDER, STANCES, Opinion
from bot.guidance.model import Bid, Stance, Subtype
from bot.guidance.situations import pulls
from bot.guidance.wording import wording

PULL_TOLD_FROM: Final = 0.3
"""Below this the client's pull is left open."""

_KINDS: Final = {
    Stance.COLLUSION: tuple(Subtype)[:6],
    Stance.CONFRONTATION: tuple(Subtype)[6:12],
    Stance.ATTUNED: tuple(Subtype)[12:],
}


def numbers(reply: str, scores: Mapping[Stance, float], opinion: Opinion) -> list[float]:
    """Return what the judge weighs: encoder, wording, rules, five numbers each."""
    spoken = wording(reply)
    return [
        *_log_shares([opinion.stances[stance] for stance in STANCES]),
        *(spoken[stance] for stance in STANCES),
        *(scores.get(stance, 0.0) for stance in STANCES),
    ]


def weighed(seen: list[float]) -> dict[Stance, float]:
    """Return how likely each stance is, from ``numbers``; the probabilities add up to 1."""
    weights = _weights()
    logits = [
        sum(weight * number for weight, number in zip(row, seen, strict=True)) + bias
        for row, bias in zip(weights["weight"], weights["bias"], strict=True)
    ]
    likely = [math.exp(share) for share in _log_shares(logits)]
    return dict.fromkeys(Stance, 0.0) | dict(zip(STANCES, likely, strict=True))


def abstain_below() -> float:
    """Return the probability under which a reading is not told (chosen with the weights)."""
    return float(_weights()["abstain_below"])


def kind_of(stance: Stance, opinion: Opinion, voted: Mapping[Subtype, float]) -> Subtype | None:
    """Return the likeliest subtype of ``stance``; what the rules saw counts as much as a nat."""
    kinds = _KINDS.get(stance, ())
    if not kinds:
        return None
    return max(kinds, key=lambda kind: opinion.subtypes[kind] + min(1.0, voted.get(kind, 0.0)))


def pull_of(opinion: Opinion) -> Bid | None:
    """Return the client's likeliest pull, or None where nothing stands out."""
    likely = _likely_pulls(opinion)
    best = max(likely, key=likely.__getitem__, default=None)
    return best if best and likely[best] >= PULL_TOLD_FROM else None


def _likely_pulls(opinion: Opinion) -> dict[Bid, float]:
    """Return how likely each pull is; nothing without a client's line.

    Two heads of the encoder vote: one names the pull, the other the situation, which has a pull.
    """
    voted = dict.fromkeys(opinion.bids, 0.01)
    for name, share in opinion.situations.items():
        if name in pulls():
            voted[pulls()[name]] += share
    scores = [
        math.log(max(1e-9, opinion.bids[bid])) + math.log(vote) for bid, vote in voted.items()
    ]
    return dict(zip(voted, map(math.exp, _log_shares(scores)), strict=True)) if scores else {}


def _log_shares(logits: list[float]) -> list[float]:
    top = max(logits)
    total = math.log(sum(math.exp(one - top) for one in logits))
    return [one - top - total for one in logits]


@cache
def _weights() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "judge.json").read_text(encoding="utf-8"))
    return found
